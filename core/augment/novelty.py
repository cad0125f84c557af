"""How far a paraphrase is from what it came from, in characters and in words."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sacrebleu.metrics.chrf import CHRF

    from core.store.paraphrase_rows import ParaphraseRow

_TOKEN = re.compile(r"\w+|[^\w\s]")


def novelty(origin: str, paraphrase: str) -> float:
    """1 − chrF (Popović 2015: F2 of runs of one to six characters), in [0, 1]: 0 for the same text."""
    if origin == paraphrase:
        return 0.0
    return float(1 - _chrf().sentence_score(paraphrase, [origin]).score / 100)


def word_edits(origin: str, paraphrase: str) -> float:
    """Words put in, taken out or replaced, as a share of the words of the longer text, case aside."""
    from rapidfuzz.distance import Levenshtein

    return Levenshtein.normalized_distance(tokens(origin.casefold()), tokens(paraphrase.casefold()))


def length_ratio(origin: str, paraphrase: str) -> float:
    """Characters of the paraphrase for one of the origin."""
    return len(paraphrase) / max(len(origin), 1)


def texts_of(row: ParaphraseRow) -> tuple[str, str]:
    """What was translated and what came back, each with its question below it."""
    before, after = f"{row.origin_text}\n{row.origin_question}", f"{row.text or ''}\n{row.question or ''}"
    return before.strip(), after.strip()


def tokens(text: str) -> list[str]:
    """Words and single signs, without the spaces."""
    return _TOKEN.findall(text)


@lru_cache
def _chrf() -> CHRF:
    from sacrebleu.metrics.chrf import CHRF

    return CHRF()
