"""Microsoft Translator, with a key."""

from __future__ import annotations

from typing import Any, ClassVar

from core.augment.engines.engine import Limits
from core.augment.engines.exchange import Answer, Refusal, json_of
from core.augment.engines.online import DeepTranslated
from core.keys import key

CODES = {"zh": "zh-Hans", "no": "nb", "sr": "sr-Cyrl"}


class Microsoft(DeepTranslated):
    name: ClassVar[str] = "microsoft"
    label: ClassVar[str] = "Microsoft"
    url_variable: ClassVar[str] = "PARAFINE_MICROSOFT_URL"
    public_url: ClassVar[str] = "https://api.cognitive.microsofttranslator.com/translate?api-version=3.0"
    key_variable: ClassVar[str | None] = "MICROSOFT_API_KEY"
    usual: ClassVar[Limits] = Limits(at_once=4, per_second=10, characters=10_000)

    @property
    def needs_key(self) -> bool:
        return True

    def code_of(self, language: str) -> str:
        return CODES.get(language, language)

    def _translator(self, source: str, target: str) -> Any:
        from deep_translator import MicrosoftTranslator

        class Plain(MicrosoftTranslator):  # type: ignore[misc]  # untyped library
            def _get_supported_languages(self) -> dict[str, str]:
                return {}  # the library would ask a fixed address, without a time-out, for each instance

            def _map_language_to_code(self, *languages: str) -> Any:
                yield from languages

        region = key("MICROSOFT_REGION")
        translator = Plain(source=source, target=target, api_key=self._key, region=region)
        translator._base_url = self._url
        return translator

    def _judge(self, answer: Answer) -> None:
        data = json_of(answer, self.label)
        if not (isinstance(data, list) and data and isinstance(data[0], dict) and data[0].get("translations")):
            raise Refusal(self._failed("not_a_translation"))
