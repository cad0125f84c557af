"""Whether a cross-validation beats the simple models measured on the same folds, and whether chance alone would explain the difference.

Its answers are taken over all rows together, as core.results.over_all_rows takes them, and the rows drawn again (core.results.rivals).
Where the answers of different folds cannot be put together, the figures of the folds are all there is: their differences are held
against their own spread, which is made wider because folds learn from much the same rows (Nadeau & Bengio 2003, corrected t).
"""

from __future__ import annotations

from math import sqrt
from statistics import fmean, stdev
from typing import Any

import numpy as np

from core.data.kin import PASSAGES, group_of, tied
from core.results.folds import FoldResult, out_of_fold, study_result
from core.results.rivals import COLUMNS, FIGURES, Verdict, spread
from core.store.study import Study
from core.store.study_baselines import StudyBaselines
from core.train.tasks import Figure, task_of

Models = dict[int, dict[str, dict[str, Any]]]
"""By fold, then by the name of the model: its entry, see core.train.baselines.Measured."""


def measured_folds(found: StudyBaselines) -> Models:
    """Nothing before all folds are measured."""
    result = found.result()
    if result is None:
        return {}
    return {int(fold["fold"]): {each["name"]: each for each in fold["baselines"]} for fold in result["folds"]}


def both(study: Study, models: Models) -> list[tuple[int, FoldResult]]:
    """The folds that are done and that the simple models were measured on, with their places."""
    folds = enumerate(study_result(study).folds)
    return [(place, fold) for place, fold in folds if fold.figures is not None and place in models]


def study_verdict(study: Study, found: StudyBaselines) -> Verdict | None:
    """None while one of them is not over, and where there are too few folds to say anything."""
    models = measured_folds(found)
    folds = both(study, models)
    task = task_of(study.roles())
    figure = task.best
    if not folds or any(figure.name not in (fold.figures or {}) for _, fold in folds):
        return None
    means = {
        name: fmean(float(models[place][name]["test"][figure.name]) for place, _ in folds)
        for name in models[folds[0][0]]
    }
    best = max(means, key=lambda name: means[name])
    if task.name == "matching":
        return _by_folds(study, folds, models, best, figure)
    return _over_all_rows(study, found, folds, best, figure)


def _over_all_rows(
    study: Study, found: StudyBaselines, folds: list[tuple[int, FoldResult]], best: str, figure: Figure
) -> Verdict | None:
    import pandas as pd

    task = task_of(study.roles()).name
    own, added = COLUMNS.get(task, ("predicted", ""))
    answers = out_of_fold(study)
    theirs = [
        found.answers(place)[["id", best + added]].set_axis(["id", "theirs"], axis=1).assign(repeat=fold.repeat)
        for place, fold in folds
    ]
    rows = answers.assign(ours=answers[own])[["id", "repeat", "label", "ours"]].merge(
        pd.concat(theirs, ignore_index=True), on=["id", "repeat"]
    )
    if task == "generation":
        # Below zero: nothing was written for the row.
        rows = rows[(rows["ours"] >= 0) & (rows["theirs"] >= 0)]
    if not len(rows):
        return None
    groups = None
    if task in PASSAGES:
        examples = found.examples(folds[0][0])
        passage = dict(zip(examples["id"], group_of(tied(examples, task)), strict=True))
        groups = [str(passage[identifier]) for identifier in rows["id"]]
    elif study.record().repeats > 1:
        # What one repeat says of a row, the others say again.
        groups = rows["id"].tolist()
    gold, mine, other = rows["label"].tolist(), rows["ours"].tolist(), rows["theirs"].tolist()
    every = np.arange(len(rows))
    difference = FIGURES[task](gold, mine)(every) - FIGURES[task](gold, other)(every)
    low, high = spread(task, gold, mine, other, groups)
    return Verdict(best, figure, "all_rows", int(rows["id"].nunique()), difference, low, high)


def _by_folds(
    study: Study, folds: list[tuple[int, FoldResult]], models: Models, best: str, figure: Figure
) -> Verdict | None:
    from scipy.stats import t

    if len(folds) < 2:
        return None
    differences = [
        (fold.figures or {})[figure.name] - float(models[place][best]["test"][figure.name]) for place, fold in folds
    ]
    mean, count = fmean(differences), len(differences)
    # A fold asks one row for the others that its model learns from.
    error = stdev(differences) * sqrt(1 / count + 1 / (study.record().folds - 1))
    wide = float(t.ppf(0.975, count - 1)) * error
    return Verdict(best, figure, "folds", count, mean, mean - wide, mean + wide)
