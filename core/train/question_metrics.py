"""How like the true question one is that was written. No torch."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import LCSseq


def likeness(true: str, written: str) -> tuple[float, float]:
    """chrF in [0, 100] (Popović 2015, of this one question) and ROUGE-L in [0, 1] (Lin 2004, F1 of the longest common run of words)."""
    return float(_chrf().sentence_score(written, [true]).score), rouge_l(
        true.casefold().split(), written.casefold().split()
    )


def rouge_l(true: Sequence[str], written: Sequence[str]) -> float:
    """F1 of the longest common subsequence of words, in [0, 1]."""
    if not true or not written:
        return 0.0
    return 2 * LCSseq.similarity(true, written) / (len(true) + len(written))


def mean_likeness(alike: NDArray[np.float32]) -> dict[str, float]:
    """chrf and rouge_l, as they stand in result.json. alike: (rows, 2), a row a `likeness`; at least one."""
    return {"chrf": float(alike[:, 0].mean()), "rouge_l": float(alike[:, 1].mean())}


@lru_cache(maxsize=1)
def _chrf() -> Any:
    from sacrebleu.metrics.chrf import CHRF

    return CHRF()
