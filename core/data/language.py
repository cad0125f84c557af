"""The languages of a table, from a few of its texts. Lingua, limited to a few languages: all of them take 0.9 GB."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

from core.words import N_

if TYPE_CHECKING:
    from lingua import LanguageDetector

NAMES = {"fr": N_("French"), "en": N_("English"), "de": N_("German"), "es": N_("Spanish"), "it": N_("Italian")}

LEAD = 0.6
"""How much surer than of any other one must be of a language to say that it is this one."""

SAMPLE = 200
"""Texts looked at."""
CHARACTERS = 300
"""Of each text."""


def main_language(texts: list[str]) -> str | None:
    """The ISO 639-1 code (en, fr, de, es, it) of most of the texts; None when no language has the majority."""
    found = Counter(code for _, code in languages(texts))
    if not found:
        return None
    code, count = found.most_common(1)[0]
    return code if count * 2 > found.total() else None


def languages(texts: list[str]) -> list[tuple[int, str | None]]:
    """The places of the texts looked at, and the code of each; None for what could be any."""
    step = max(1, len(texts) // SAMPLE)
    return [(place, _code(texts[place][:CHARACTERS])) for place in range(0, len(texts), step)[:SAMPLE]]


def detected(text: str, expected: str) -> str | None:
    """The ISO 639-1 code of a text's language; None when another than `expected` is not far likelier, or cannot be told."""
    values = _detector().compute_language_confidence_values(text[:CHARACTERS])
    shares = {each.language.iso_code_639_1.name.lower(): each.value for each in values}
    if expected not in shares:
        return None
    best = max(shares, key=lambda code: shares[code])
    return best if best == expected or shares[best] - shares[expected] >= LEAD else None


def _code(text: str) -> str | None:
    language = _detector().detect_language_of(text)
    return language.iso_code_639_1.name.lower() if language is not None else None


@lru_cache
def _detector() -> LanguageDetector:
    from lingua import Language, LanguageDetectorBuilder

    some = (Language.ENGLISH, Language.FRENCH, Language.GERMAN, Language.SPANISH, Language.ITALIAN)
    return LanguageDetectorBuilder.from_languages(*some).with_low_accuracy_mode().build()
