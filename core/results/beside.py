"""A training, or a cross-validation, beside the simple models measured on the same rows: the figures of each, and the verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from core.results.folds import Spread, spread
from core.results.rivals import Verdict, measured_part, verdict
from core.results.study_rivals import both, measured_folds, study_verdict
from core.store.baselines import baselines_of
from core.store.run import Run
from core.store.study import Study
from core.store.study_baselines import study_baselines_of
from core.train.tasks import Task, task_of


class Line(NamedTuple):
    name: str
    """See core.train.baselines.Measured; empty for the training or the cross-validation itself."""
    figures: dict[str, Spread]
    """Of the task, by name; a single measurement has no deviation."""
    seconds: float


class Beside(NamedTuple):
    part: str
    """"validation", "test", or "folds": mean and deviation over the test parts of folds."""
    measured: int
    """Rows of the part, or folds."""
    lines: list[Line]
    """The training first, where it is measured on that part."""
    verdict: Verdict | None
    seconds: float
    """That the simple models took together."""


def beside_run(run: Run) -> Beside | None:
    """None before the simple models are measured. While the training learns: on validation, where its curves are."""
    found = baselines_of(run)
    theirs = found.result() if found is not None else None
    if found is None or theirs is None:
        return None
    result, task = run.result(), task_of(run.record().roles)
    part = measured_part(result) if result is not None else "validation"
    lines = []
    if result is not None and part in result:
        lines.append(Line("", _spreads([result[part]], task), float(result["seconds"])))
    models = [each for each in theirs["baselines"] if each.get(part)]
    lines += [Line(each["name"], _spreads([each[part]], task), float(each["seconds"])) for each in models]
    measured = int(models[0][part]["rows"]) if models else 0
    return Beside(part, measured, lines, verdict(run, found), float(theirs["seconds"]))


def beside_study(study: Study) -> Beside | None:
    """None before the simple models are measured. On the folds that are done; on all of them while none is."""
    found = study_baselines_of(study)
    models = measured_folds(found) if found is not None else {}
    if found is None or not models:
        return None
    task, folds = task_of(study.roles()), both(study, models)
    lines = []
    if folds:
        ours = [fold.figures for _, fold in folds if fold.figures is not None]
        lines.append(Line("", _spreads(ours, task), sum(fold.seconds for _, fold in folds)))
    places = [place for place, _ in folds] or list(models)
    for name in models[places[0]]:
        entries = [models[place][name] for place in places]
        figures = _spreads([entry["test"] for entry in entries], task)
        lines.append(Line(name, figures, sum(float(entry["seconds"]) for entry in entries)))
    seconds = sum(float(fold["seconds"]) for fold in (found.result() or {})["folds"])
    return Beside("folds", len(places), lines, study_verdict(study, found), seconds)


def beside_document(found: Beside | None) -> dict[str, Any] | None:
    """For machines: shares in [0, 1], seconds; deviation null for a single measurement."""
    if found is None:
        return None
    said = found.verdict
    return {
        "part": found.part,
        "measured": found.measured,
        "models": [
            {
                "name": line.name,
                "figures": {
                    name: {"mean": each.mean, "deviation": each.deviation} for name, each in line.figures.items()
                },
                "seconds": line.seconds,
            }
            for line in found.lines
            if line.name
        ],
        "seconds": found.seconds,
        "verdict": None
        if said is None
        else {
            "standing": said.standing,
            "rival": said.rival,
            "figure": said.figure.name,
            "part": said.part,
            "rows": said.rows,
            "difference": said.difference,
            "low": said.low,
            "high": said.high,
        },
    }


def _spreads(found: Sequence[Mapping[str, Any]], task: Task) -> dict[str, Spread]:
    """Of the task's figures, those that each of these has."""
    names = [figure.name for figure in task.figures if all(figure.name in each for each in found)]
    return {name: spread([float(each[name]) for each in found]) for name in names}
