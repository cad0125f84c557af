"""When a trial is hopeless: its score against that of the others at the same share of their trainings. Without optuna and torch."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optuna.pruners import BasePruner

PARTS = 8
"""Looks at a trial between its beginning and its end: trainings of two and of twenty epochs are compared at the same shares."""


def eighths(points: Iterable[tuple[float, float]], epochs: float) -> dict[int, float]:
    """The best score reached at each eighth of a training, from 1 to 8. points: (epoch, score), in the order measured.

    An evaluation counts for the eighth that it completes; what stands before the first step says nothing of the settings.
    """
    found: dict[int, float] = {}
    best = -math.inf
    for epoch, score in points:
        best = max(best, score)
        part = part_of(epoch / epochs)
        if part > 0:
            found.setdefault(part, best)
    return found


def part_of(share: float) -> int:
    """The eighth that is complete at this share of a training, from 0 to 8."""
    return min(PARTS, math.floor(share * PARTS + 1e-3))


def pruner() -> BasePruner:
    """The median rule: from half-way on, a trial worse than half of those that came to their end were then is given up.

    Which rule, and how early, was measured: see ARCHITECTURE.md, "Search".
    """
    from optuna.pruners import MedianPruner

    return MedianPruner(n_startup_trials=3, n_warmup_steps=4)
