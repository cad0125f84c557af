"""Figures where a row may have several labels or none, and the thresholds from which a probability is a label."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import f1_score, precision_recall_fscore_support

Gold = NDArray[np.int64]
"""(rows, labels) of 0 and 1."""
Shares = NDArray[np.float32]
"""(rows, labels), each in [0, 1]."""
Thresholds = NDArray[np.float64]
"""(labels,), each in (0, 1)."""

STEPS = np.round(np.arange(0.05, 0.96, 0.025), 3)
"""Thresholds that are tried."""
DOUBT = 20
"""Rows of a label from which its own best threshold is trusted; with fewer, the one that is best for all labels together has its share."""


def headline(gold: Gold, shares: Shares, thresholds: Thresholds) -> dict[str, float]:
    """loss (mean binary cross-entropy, nats), micro_f1, macro_f1 and exact (rows all right), in [0, 1]."""
    predicted = (shares >= thresholds).astype(np.int64)
    safe = np.clip(shares.astype(np.float64), 1e-7, 1 - 1e-7)
    return {
        "loss": float(-np.mean(np.where(gold == 1, np.log(safe), np.log(1 - safe)))),
        "micro_f1": float(f1_score(gold, predicted, average="micro", zero_division=0.0)),
        "macro_f1": float(f1_score(gold, predicted, average="macro", zero_division=0.0)),
        "exact": float((gold == predicted).all(axis=1).mean()),
    }


def by_label(gold: Gold, shares: Shares, thresholds: Thresholds, labels: list[str]) -> list[dict[str, Any]]:
    """precision, recall, f1 in [0, 1], support (rows that have it) and threshold of each label."""
    predicted = (shares >= thresholds).astype(np.int64)
    columns = precision_recall_fscore_support(gold, predicted, average=None, zero_division=0.0)
    return [
        {
            "label": label,
            "precision": float(p),
            "recall": float(r),
            "f1": float(f),
            "support": int(s),
            "threshold": round(float(threshold), 4),
        }
        for label, p, r, f, s, threshold in zip(labels, *columns, thresholds, strict=True)
    ]


def tuned(gold: Gold, shares: Shares) -> Thresholds:
    """Of each label the threshold with the best F1 here, drawn to the one with the best micro-F1 where it has few rows."""
    together = max(STEPS, key=lambda step: _f1(gold, shares >= step))
    found = np.full(gold.shape[1], float(together))
    for place in range(gold.shape[1]):
        rows = int(gold[:, place].sum())
        if not rows:
            continue
        own = max(STEPS, key=lambda step: (_f1(gold[:, place], shares[:, place] >= step), -abs(step - together)))
        trust = min(1.0, rows / DOUBT)
        found[place] = trust * float(own) + (1 - trust) * float(together)
    return found


def _f1(gold: NDArray[Any], predicted: NDArray[Any]) -> float:
    right = int((gold.astype(bool) & predicted).sum())
    given = int(gold.sum()) + int(predicted.sum())
    return 2 * right / given if given else 0.0
