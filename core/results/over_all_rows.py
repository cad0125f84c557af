"""The answers of all folds of a cross-validation taken together: what the task's figures say of the whole table, each row asked once a
repeat by a model that had not seen it.

A mean over folds weighs a fold of ten rows like one of twelve, and a label that a fold hardly has counts there as much as any other;
over all rows neither happens.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.data.targets import labels_of
from core.results.folds import is_done, out_of_fold, pooled
from core.store.study import Study
from core.train.tasks import task_of
from core.words import N_

if TYPE_CHECKING:
    import pandas as pd

NOT_TOGETHER = N_(
    "There are no figures over all rows together: the model of each fold looked for the right text among the texts of its own fold alone, and "
    "its scores compare with those of no other model. Among the texts of all folds a rank would be a guess; what can be said is the mean over "
    "the folds."
)
"""Why answers of a matching are not taken together."""


def over_all_rows(study: Study) -> dict[str, Any] | None:
    """rows (answers), then the figures of the task. Classes: see core.results.folds.pooled; others: see the functions below.

    None for matching (NOT_TOGETHER says why), and while no fold is done.
    """
    done = [run for run in study.folds() if is_done(run)]
    if not done:
        return None
    record = done[0].record()
    task = task_of(record.roles).name
    if task == "matching":
        return None
    frame = out_of_fold(study)
    if task == "several_labels":
        found = [(run.result() or {}).get("thresholds", []) for run in done]
        return together_sets(frame, record.labels, [thresholds for thresholds in found if thresholds])
    if task == "number":
        return together_numbers(frame)
    return together_questions(frame) if task == "generation" else pooled(frame, record.labels)


def together_sets(frame: pd.DataFrame, labels: list[str], thresholds: Sequence[Sequence[float]]) -> dict[str, Any]:
    """Of several labels a row: rows, micro_f1, macro_f1, exact, and labels (label, precision, recall, f1, support, thresholds).

    Each row has the labels that its own fold gave it, with the thresholds that this fold chose on its validation part: no threshold is
    chosen anew here, for that would look at the rows that are measured. thresholds: of each fold, in the order of the labels; a label
    is told with the lowest and the highest of its own.
    """
    gold, given = (_sets(frame[name], labels) for name in ("label", "predicted"))
    hit, asked, said = (each.sum(axis=0) for each in (gold & given, gold, given))
    bounds: list[list[float]] = [[min(of_label), max(of_label)] for of_label in zip(*thresholds, strict=True)] or [
        [] for _ in labels
    ]
    rows = [
        {
            "label": label,
            "precision": _share(hit[place], said[place]),
            "recall": _share(hit[place], asked[place]),
            "f1": _share(2 * hit[place], asked[place] + said[place]),
            "support": int(asked[place]),
            "thresholds": bounds[place],
        }
        for place, label in enumerate(labels)
    ]
    return {
        "rows": len(frame),
        "micro_f1": _share(2 * hit.sum(), asked.sum() + said.sum()),
        "macro_f1": float(np.mean([row["f1"] for row in rows])),
        "exact": float((gold == given).all(axis=1).mean()),
        "labels": rows,
    }


def together_numbers(frame: pd.DataFrame) -> dict[str, Any]:
    """Of a number: rows, pearson and spearman in [-1, 1] (0 where one of the two does not vary), mae in units of the scale."""
    true, said = frame["label"].astype(float), frame["predicted"].astype(float)
    return {
        "rows": len(frame),
        "pearson": _correlation(true.to_numpy(), said.to_numpy()),
        "spearman": _correlation(true.rank().to_numpy(), said.rank().to_numpy()),
        "mae": float((true - said).abs().mean()),
    }


def together_questions(frame: pd.DataFrame) -> dict[str, Any]:
    """Of questions written: rows, chrf in [0, 100], rouge_l in [0, 1], means over the rows for which one was written."""
    written = frame[frame["chrf"] >= 0]
    return {
        "rows": len(frame),
        "chrf": float(written["chrf"].mean()) if len(written) else 0.0,
        "rouge_l": float(written["rouge_l"].mean()) if len(written) else 0.0,
    }


def _sets(column: pd.Series[str], labels: list[str]) -> NDArray[np.bool_]:
    """(rows, labels): which labels each row has."""
    found = [set(labels_of(row)) for row in column]
    return np.array([[label in row for label in labels] for row in found], dtype=bool).reshape(len(found), len(labels))


def _share(part: Any, whole: Any) -> float:
    return float(part) / float(whole) if whole else 0.0


def _correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    varies = len(one) > 1 and np.ptp(one) > 0 and np.ptp(other) > 1e-6 * max(1.0, float(np.abs(other).max()))
    return float(np.corrcoef(one, other)[0, 1]) if varies else 0.0
