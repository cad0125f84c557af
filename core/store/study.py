"""A cross-validation on disk: which runs are its folds, and which one learns from all rows at the end.

`study.json` is written once, after the folders of its runs: a run whose study is not there is a run of its own.
"""

from __future__ import annotations

import secrets
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any, Literal

from pydantic import BaseModel

from core.data.columns import Roles
from core.errors import UserError
from core.home import home, read_json, write_json
from core.store.run import Run, open_run

ROOM, RECORD = "studies", "study.json"


class StudyRecord(BaseModel, frozen=True):
    """study.json."""

    kind: Literal["folds"] = "folds"
    number: int
    """1 for the project's first study."""
    created_at: datetime
    folds: int
    """Of each repeat."""
    repeats: int
    settings: dict[str, Any]
    """core.train.settings.Settings, as JSON; each repeat has its own seed, see core.jobs.folds."""
    fingerprint: str
    """sha256 of the examples, see core.data.examples.fingerprint."""
    labels: list[str]
    rows: int
    """Originals: each is asked once a repeat."""
    runs: list[str]
    """Ids, the folds of the first repeat first."""
    final: str | None
    """Id of the run on all rows."""

    def place(self, fold: int) -> tuple[int, int]:
        """Repeat and fold of a run, both from 0; fold: its place among `runs`."""
        return divmod(fold, self.folds)


@dataclass(frozen=True)
class Place:
    """Where a run stands in its study."""

    number: int
    """Of the study."""
    folds: int
    repeats: int
    repeat: int | None
    """From 1; None, like `fold`, for the run on all rows."""
    fold: int | None


@dataclass(frozen=True)
class FinalRun(Run):
    """A run that learns from all rows of a study once its folds are over."""


@dataclass(frozen=True)
class Study:
    project_id: str
    id: str

    @property
    def folder(self) -> Path:
        return home() / "projects" / self.project_id / ROOM / self.id

    @property
    def bin(self) -> Path:
        """Where the folder goes when the study is deleted, for a while."""
        return home() / "projects" / self.project_id / "bin" / ROOM / self.id

    def discard(self) -> None:
        """Moves the folder into the bin; nothing happens when it is not in its place."""
        if self.folder.exists():
            self.bin.parent.mkdir(parents=True, exist_ok=True)
            shutil.rmtree(self.bin, ignore_errors=True)
            self.folder.replace(self.bin)

    def record(self) -> StudyRecord:
        return StudyRecord.model_validate(read_json(self.folder / RECORD))

    def roles(self) -> Roles:
        """Those of its runs, which all have the same; of one that lies in the bin too. Raises UserError("study_not_found")."""
        for run in self.runs():
            try:
                return open_run(self.project_id, run.id, binned=True).record().roles
            except (UserError, OSError, ValueError):
                continue
        raise UserError("study_not_found")

    def folds(self) -> list[Run]:
        """In the order of the record; also those that lie in the bin."""
        return [Run(self.project_id, identifier) for identifier in self.record().runs]

    def final(self) -> FinalRun | None:
        identifier = self.record().final
        return FinalRun(self.project_id, identifier) if identifier is not None else None

    def runs(self) -> list[Run]:
        """The folds, then the one on all rows."""
        final = self.final()
        return [*self.folds(), *([final] if final is not None else [])]


@dataclass(frozen=True)
class BinnedStudy(Study):
    """A deleted one, whose runs lie in the bin with it."""

    @property
    def folder(self) -> Path:
        return self.bin


def new_study(project_id: str) -> Study:
    """An id; nothing on disk yet."""
    return Study(project_id, secrets.token_hex(6))


def keep_study(study: Study, record: StudyRecord) -> None:
    study.folder.mkdir(parents=True, exist_ok=True)
    write_json(study.folder / RECORD, record.model_dump(mode="json"))


def open_study(project_id: str, identifier: str, *, binned: bool = False) -> Study:
    """With `binned` also one that lies in the bin. Raises UserError("study_not_found")."""
    if project_id.isalnum() and identifier.isalnum():
        for study in (Study(project_id, identifier), *([BinnedStudy(project_id, identifier)] if binned else [])):
            if (study.folder / RECORD).exists():
                return study
    raise UserError("study_not_found")


def list_studies(project_id: str, *, binned: bool = False) -> list[Study]:
    """The studies of a project, the newest first, with `binned` those in the bin instead; those whose record is damaged are left out."""
    kind = BinnedStudy if binned else Study
    folder = kind(project_id, "").folder
    found = {kind(project_id, path.parent.name): _number(path) for path in folder.glob(f"*/{RECORD}")}
    return sorted((study for study, number in found.items() if number), key=lambda study: found[study], reverse=True)


def next_study_number(project_id: str) -> int:
    """One that lies in the bin keeps its own."""
    studies = [*list_studies(project_id), *list_studies(project_id, binned=True)]
    return max((study.record().number for study in studies), default=0) + 1


def study_of(run: Run) -> Study | None:
    """The study of a run; None for a run of its own."""
    identifier = run.record().study
    try:
        return open_study(run.project_id, identifier) if identifier is not None else None
    except UserError:
        return None


def place_in(project_id: str, record: dict[str, Any]) -> Place | None:
    """record: a run's, as JSON. None for a run of its own, and where the study cannot be read."""
    identifier, at = record.get("study"), record.get("fold")
    if not isinstance(identifier, str):
        return None
    try:
        study = open_study(project_id, identifier, binned=True).record()
    except (UserError, OSError, ValueError):
        return None
    if not isinstance(at, int):
        return Place(study.number, study.folds, study.repeats, None, None)
    repeat, fold = study.place(at)
    return Place(study.number, study.folds, study.repeats, repeat + 1, fold + 1)


def results_of_folds(study: Study) -> list[dict[str, Any]]:
    """result.json of the folds that are done, in their order."""
    return [result for run in study.folds() if (result := run.result()) is not None and result["state"] == "done"]


def epochs_of_folds(study: Study) -> tuple[int, int]:
    """The median best epoch of the folds that are done, at least 1, and how many these are.

    Raises UserError("no_fold_done").
    """
    found = [result["best"]["epoch"] for result in results_of_folds(study)]
    if not found:
        raise UserError("no_fold_done", number=study.record().number)
    return max(1, round(median(found))), len(found)


def _number(record: Path) -> int:
    """Of a study, by its record; 0 when that cannot be read."""
    try:
        return StudyRecord.model_validate(read_json(record)).number
    except (OSError, ValueError):
        return 0
