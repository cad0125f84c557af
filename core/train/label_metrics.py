"""Figures where a row may have several labels or none, and the thresholds from which a probability is a label."""

from __future__ import annotations

from collections.abc import Sequence
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
TRUSTS = (0.0, 0.25, 0.5, 0.75, 1.0)
"""What the labels' own thresholds may count against the common one."""
FOLDS, REPEATS = 5, 2
DOUBT = 20
"""Rows of a label from which its own counts so much; with fewer, less."""


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
    """Of each label the threshold that goes with the best micro-F1 here, drawn back to the one that is best for all labels alike.

    How far, folds of these same rows decide: what they say of one label may be luck, the more so the fewer rows it has.
    """
    trust = TRUSTS[int(_held_out(gold, shares).argmax())]
    return drawn(gold, shares, (trust,))[0]


def _held_out(gold: Gold, shares: Shares) -> NDArray[np.float64]:
    """The F1 that each trust reaches on rows that had no say, in mean; rounded, so that among equals the first is the best."""
    found = np.zeros(len(TRUSTS))
    for repeat in range(REPEATS):
        fold = np.random.default_rng(repeat).permutation(len(gold)) % FOLDS
        for left_out in range(min(FOLDS, len(gold)) if len(gold) > 1 else 0):
            asked = fold == left_out
            for place, thresholds in enumerate(drawn(gold[~asked], shares[~asked], TRUSTS)):
                found[place] += _f1(gold[asked], shares[asked] >= thresholds)
    return found.round(9)


def drawn(gold: Gold, shares: Shares, trusts: Sequence[float]) -> list[Thresholds]:
    """For each trust, in [0, 1], the thresholds of these rows; 1: the best ones wherever a label has DOUBT rows.

    The best ones together are found exactly: at the F1 that can be reached, each label has for itself the most of 2 · right − F1 · given
    (Dinkelbach 1967), both counted over the rows for each step.
    """
    right, given = _counts(gold, shares)
    rows = gold.sum(axis=0)
    together = 2 * right.sum(axis=0) / np.maximum(rows.sum() + given.sum(axis=0), 1)
    common = int(together.argmax())
    own, best = np.full(len(rows), common), float(together[common])
    # Among equals the nearest to the common one.
    far = 1e-6 * np.abs(STEPS - STEPS[common])
    while True:
        each = np.arange(len(rows)), (2 * right - best * given - far).argmax(axis=1)
        better = 2 * right[each].sum() / max(rows.sum() + given[each].sum(), 1)
        if better <= best:
            break
        own, best = each[1], float(better)
    sure = np.minimum(1.0, rows / DOUBT)
    return [trust * sure * STEPS[own] + (1 - trust * sure) * STEPS[common] for trust in trusts]


def _counts(gold: Gold, shares: Shares) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(labels, steps) each: of the rows whose share reaches a step, those to which the label applies, and all of them."""
    labels, cells = shares.shape[1], len(STEPS) + 1
    reached = (np.searchsorted(STEPS, shares, side="right") + cells * np.arange(labels)).ravel()
    ends = (reached[gold.ravel() == 1], reached)
    per_cell = (np.bincount(each, minlength=labels * cells).reshape(labels, cells) for each in ends)
    right, given = (each[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:] for each in per_cell)
    return right, given


def _f1(gold: Gold, predicted: NDArray[np.bool_]) -> float:
    right = int((gold.astype(bool) & predicted).sum())
    given = int(gold.sum()) + int(predicted.sum())
    return 2 * right / given if given else 0.0
