"""MyMemory: 500 bytes a request, and its refusals come as translations in capitals."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from core.augment.engines.engine import Failed, Limits
from core.augment.engines.exchange import Answer, Refusal, json_of
from core.augment.engines.online import DeepTranslated

MOST_BYTES = 490
"""Of a text in UTF-8; the service takes 500."""

SAYINGS = [
    (re.compile("MYMEMORY WARNING|ALL AVAILABLE FREE TRANSLATIONS"), "quota"),
    (re.compile("PLEASE SELECT TWO DISTINCT LANGUAGES|INVALID (?:LANGUAGE|SOURCE|TARGET)"), "language"),
    (re.compile("QUERY LENGTH LIMIT"), "too_long"),
    (re.compile("INVALID (?:KEY|EMAIL)|AUTHENTICATION FAILURE"), "key_refused"),
    (re.compile("TOO MANY REQUESTS"), "refused"),
    (re.compile("NO QUERY SPECIFIED|INVALID "), "bad_request"),
]
WAIT = re.compile(r"NEXT AVAILABLE IN\s+(\d+) HOURS (\d+) MINUTES")


class MyMemory(DeepTranslated):
    name: ClassVar[str] = "mymemory"
    label: ClassVar[str] = "MyMemory"
    url_variable: ClassVar[str] = "PARAFINE_MYMEMORY_URL"
    public_url: ClassVar[str] = "https://api.mymemory.translated.net/get"
    usual: ClassVar[Limits] = Limits(at_once=2, per_second=2, characters=MOST_BYTES)

    def fits(self, text: str) -> bool:
        return len(text.encode(errors="replace")) <= MOST_BYTES and super().fits(text)

    def code_of(self, language: str) -> str:
        return {"zh": "zh-CN"}.get(language, language)

    def _codes(self) -> set[str]:
        from deep_translator.constants import MY_MEMORY_LANGUAGES_TO_CODES

        return {code.partition("-")[0] for code in MY_MEMORY_LANGUAGES_TO_CODES.values()}

    def _translator(self, source: str, target: str) -> Any:
        from deep_translator import MyMemoryTranslator

        class Plain(MyMemoryTranslator):  # type: ignore[misc]  # untyped library
            def _map_language_to_code(self, *languages: str) -> Any:
                yield from languages  # the service takes ISO codes, the library insists on a country

        translator = Plain(source=source, target=target)
        translator._base_url = self._url
        return translator

    def _judge(self, answer: Answer) -> None:
        data = json_of(answer, self.label)
        response = data.get("responseData") if isinstance(data, dict) else None
        if not isinstance(response, dict):
            raise Refusal(self._failed("not_a_translation"))
        text, details = str(response.get("translatedText") or ""), str(data.get("responseDetails") or "")
        status = str(data.get("responseStatus", 200))
        self._look_at_words(text, details if status != "200" else "")
        if status != "200":
            number = int(status) if status.isdecimal() else 0
            code = {429: "refused", 403: "refused"}.get(number, "unavailable" if number >= 500 else "bad_request")
            raise Refusal(Failed(code, {"service": self.label, "status": number}, answer.retry_after))
        if not text.strip():  # else the library takes the memory's next best match, a translation of something else
            raise Refusal(self._failed("empty"))

    def _look_at_words(self, text: str, details: str) -> None:
        for saying, code in SAYINGS:
            if saying.search(details) or (text == text.upper() and saying.search(text)):
                wait = WAIT.search(text + details)
                seconds = int(wait[1]) * 3600.0 + int(wait[2]) * 60 if wait else None
                facts = {"status": 400} if code == "bad_request" else {}
                raise Refusal(self._failed(code, seconds, **facts))
