"""An engine that keeps every translation in the memory before anybody else hears of it."""

from __future__ import annotations

from collections.abc import Sequence

from core.augment.engines.engine import Engine, Failed, Limits, Outcome, Translated
from core.store.memory import Asked, put_many


class Remembering:
    """Wraps an engine; the thread that gets an answer keeps it at once, so that a killed job has as little to ask again."""

    def __init__(self, engine: Engine, variant: int) -> None:
        self._engine = engine
        self._variant = variant

    @property
    def name(self) -> str:
        return self._engine.name

    @property
    def version(self) -> str:
        return self._engine.version

    @property
    def sends_text_to(self) -> str | None:
        return self._engine.sends_text_to

    @property
    def limits(self) -> Limits:
        return self._engine.limits

    def languages(self) -> frozenset[tuple[str, str]] | None:
        return self._engine.languages()

    def translate(self, texts: Sequence[str], source: str, target: str) -> list[Outcome]:
        outcomes = self._engine.translate(texts, source, target)
        found = {
            text: outcome.text for text, outcome in zip(texts, outcomes, strict=True) if isinstance(outcome, Translated)
        }
        put_many(self.asked(source, target), found)
        return outcomes

    def probe(self, source: str, target: str) -> Failed | None:
        return self._engine.probe(source, target)

    def asked(self, source: str, target: str) -> Asked:
        return Asked(self.name, self.version, source, target, self._variant)
