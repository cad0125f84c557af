"""The model of a cross-validation that learns from all rows: nothing watches it, so the folds say how long it learns."""

from __future__ import annotations

from statistics import fmean, stdev
from typing import Any

from core.errors import UserError
from core.home import read_json, write_json
from core.store.run import Run
from core.store.study import epochs_of_folds, results_of_folds, study_of
from core.train.checkpoints import Checkpoints
from core.train.tasks import task_of

FILE = "from_folds.json"


def learned_from_folds(run: Run) -> dict[str, Any]:
    """epochs: the median best epoch of the folds done by now; folds: how many these are; figures: what they reached, as
    {figure: {"mean", "deviation"}}; thresholds: where folds decided on some, the middle one of each label;
    matching: scale and bias of the fold whose scale is the middle one.

    Kept beside the run's checkpoints: a run that goes on does so as it began. Raises UserError: no_fold_done, study_not_found.
    """
    path = run.folder / FILE
    if path.exists() and Checkpoints(run.folder / "checkpoints").all():
        kept: dict[str, Any] = read_json(path)
        return kept
    study = study_of(run)
    if study is None:
        raise UserError("study_not_found")
    epochs, count = epochs_of_folds(study)
    results = results_of_folds(study)
    figures = {}
    for figure in task_of(run.record().roles).figures:
        values = [float(result["test"][figure.name]) for result in results if figure.name in result.get("test", {})]
        if values:
            figures[figure.name] = {"mean": fmean(values), "deviation": stdev(values) if len(values) > 1 else None}
    found = {"epochs": epochs, "folds": count, "figures": figures}
    tuned = [result["thresholds"] for result in results if "thresholds" in result]
    if tuned:
        found["thresholds"] = [sorted(of_label)[len(of_label) // 2] for of_label in zip(*tuned, strict=True)]
    fitted = [result["matching"] for result in results if "matching" in result]
    if fitted:
        found["matching"] = sorted(fitted, key=lambda each: float(each["scale"]))[len(fitted) // 2]
    write_json(path, found)
    return found
