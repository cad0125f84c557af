"""What the model card says of simple models: what they reached on the same rows, and whether the training beats them."""

from __future__ import annotations

from core.results.beside import Beside, beside_run, beside_study
from core.results.verdict import measured_on, sentence, table_of
from core.store.baselines import Baselines, baselines_of
from core.store.run import Run
from core.store.study import Study, study_of
from core.store.study_baselines import StudyBaselines, study_baselines_of
from core.train.tasks import task_of
from core.words import Words

Table = tuple[list[str], list[list[str]]]
"""Titles and rows."""


def rivals(run: Run, words: Words) -> tuple[str, Table, str] | None:
    """On what they were measured, the table, and the verdict (empty where there is none); None while they are not measured."""
    found = _beside(run)
    if found is None:
        return None
    said = sentence(found.verdict, words) if found.verdict is not None else ""
    return measured_on(found, words), table_of(found, task_of(run.record().roles), words), said


def measured_of(run: Run) -> str:
    """The id of the measured simple models that the card of this run tells of; empty where there are none."""
    found = _of(run)
    return found.id if found is not None and found.result() is not None else ""


def _beside(run: Run) -> Beside | None:
    study = _asked_by(run)
    return beside_study(study) if study is not None else beside_run(run)


def _of(run: Run) -> Baselines | StudyBaselines | None:
    study = _asked_by(run)
    return study_baselines_of(study) if study is not None else baselines_of(run)


def _asked_by(run: Run) -> Study | None:
    """The cross-validation whose folds speak for a run on all rows; None of any other run."""
    return study_of(run) if run.record().fold is None else None
