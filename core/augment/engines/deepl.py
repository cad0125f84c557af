"""DeepL through its own package, with a key; up to fifty texts in one request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from core.augment.engines.engine import Failed, Limits, Outcome
from core.augment.engines.exchange import Answer, Exchange, Refusal, json_of
from core.augment.engines.online import OnlineEngine, every_pair
from core.augment.engines.pieces import frame

MOST_BYTES = 100_000
"""Of all texts of a request; DeepL takes 128 KiB with everything around them."""

TARGETS = {"en": "EN-GB", "pt": "PT-PT", "no": "NB"}
SOURCES = {"no": "NB"}
FREE_URL = "https://api-free.deepl.com"


class DeepL(OnlineEngine):
    name: ClassVar[str] = "deepl"
    label: ClassVar[str] = "DeepL"
    url_variable: ClassVar[str] = "PARAFINE_DEEPL_URL"
    public_url: ClassVar[str] = "https://api.deepl.com"
    key_variable: ClassVar[str | None] = "DEEPL_API_KEY"
    usual: ClassVar[Limits] = Limits(at_once=4, per_second=10, texts=50, characters=20_000)

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        if self._url == self.public_url and (self._key or "").endswith(":fx"):
            self._url = FREE_URL

    @property
    def needs_key(self) -> bool:
        return True

    @property
    def version(self) -> str:
        from importlib.metadata import version

        return f"{self.name} {version('deepl')}"

    def languages(self) -> frozenset[tuple[str, str]] | None:
        from deepl import Language

        codes = {str(code).lower().partition("-")[0] for name, code in vars(Language).items() if name.isupper()}
        return every_pair(frozenset(code for code in codes if len(code) == 2))

    def fits(self, text: str) -> bool:
        return len(text.encode(errors="replace")) <= MOST_BYTES and super().fits(text)

    def translate(self, texts: Sequence[str], source: str, target: str) -> list[Outcome]:
        outcomes: dict[int, Outcome] = {}
        short = [place for place, text in enumerate(texts) if text.strip() and self.fits(text)]
        if self.has_key and source != target:
            for group in _groups(short, texts):
                outcomes.update(zip(group, self._group([texts[one] for one in group], source, target), strict=True))
        rest = [place for place in range(len(texts)) if place not in outcomes]
        outcomes.update(zip(rest, super().translate([texts[one] for one in rest], source, target), strict=True))
        return [outcomes[place] for place in range(len(texts))]

    def _group(self, texts: list[str], source: str, target: str) -> list[Outcome]:
        frames = [frame(text) for text in texts]
        try:
            answers = self._request([core for _, core, _ in frames], source, target)
        except Refusal as refusal:
            return [self._completed(refusal.failed, source, target)] * len(texts)
        outcomes = []
        for (before, core, after), answer in zip(frames, answers, strict=True):
            outcome = self._judged(answer, core)
            outcomes.append(outcome if isinstance(outcome, Failed) else type(outcome)(before + outcome.text + after))
        return outcomes

    def _ask(self, text: str, source: str, target: str) -> str | None:
        return self._request([text], source, target)[0]

    def _request(self, texts: list[str], source: str, target: str) -> list[str]:
        """One request. Raises Refusal."""
        import deepl

        translator = self._mine("translator", self._translator)
        try:
            results = translator.translate_text(
                texts, source_lang=SOURCES.get(source, source).upper(), target_lang=TARGETS.get(target, target.upper())
            )
        except (deepl.DeepLException, ValueError, TypeError, AttributeError):
            raise Refusal(self._failed("not_a_translation")) from None
        if len(results) != len(texts):
            raise Refusal(self._failed("not_a_translation"))
        return [result.text for result in results]

    def _translator(self, exchange: Exchange) -> Any:
        import deepl
        from deepl.http_client import HttpClient

        class Once(HttpClient):
            """One timed request a call: the package would try again by itself, five times, unseen by our pace."""

            def request_with_backoff(  # type: ignore[override]
                self, method: str, url: str, data: Any, json: Any, headers: Any, **_: Any
            ) -> tuple[int, str]:
                prepared = self._prepare_request(method, url, data, json, headers)
                answer = exchange.send(method, url, data=prepared.body, headers=dict(prepared.headers))
                return answer.status_code, answer.text

        translator = deepl.Translator(self._key or "", server_url=self._url, send_platform_info=False)
        translator.close()  # type: ignore[no-untyped-call]
        translator._client = Once(send_platform_info=False)
        return translator

    def _judge(self, answer: Answer) -> None:
        data = json_of(answer, self.label)
        if not isinstance(data, dict) or not isinstance(data.get("translations"), list):
            raise Refusal(self._failed("not_a_translation"))


def _groups(places: list[int], texts: Sequence[str]) -> Iterator[list[int]]:
    group: list[int] = []
    size = 0
    for place in places:
        more = len(texts[place].encode(errors="replace"))
        if group and (size + more > MOST_BYTES or len(group) == 50):
            yield group
            group, size = [], 0
        group.append(place)
        size += more
    if group:
        yield group
