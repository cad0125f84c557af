"""A search for the best settings on disk: what it may change, the rows of all its trials, and a folder a trial.

Trials lie within their search and are no trainings of the project: no list counts them, and they go to the bin with it. All of
them read the same frozen rows, of which they are never given the test part.
"""

from __future__ import annotations

import secrets
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import BaseModel

from core.errors import UserError
from core.home import home, read_json, write_json
from core.store.job_folder import JobFolder, Request
from core.store.parquet import read_frame, write_frame
from core.store.run import Run, RunRecord, keep_unlabelled, read_unlabelled

if TYPE_CHECKING:
    import pandas as pd

TrialState = Literal["running", "done", "pruned", "cut", "diverged", "too_large"]
"""pruned: ended early, for others were better by then; cut: the time of the search was over."""
SHOWN_PARTS = ("train", "validation")


class SearchRecord(BaseModel, frozen=True):
    """search.json."""

    number: int
    """1 for the project's first search."""
    created_at: datetime
    space: dict[str, tuple[float, float]]
    """Fields of core.train.settings.Settings, and the lowest and highest value tried; equal ones are fixed."""
    trials: int | None = None
    minutes: float | None = None
    """The budget: so many trials, or no new one after so many minutes of work. One of them at least."""
    run: RunRecord
    """What a training with the settings of the form would have recorded; trials differ in their settings."""


class TrialLine(BaseModel, frozen=True):
    """What became of one trial."""

    place: int
    """0 for the first one."""
    values: dict[str, float]
    state: TrialState
    score: float | None = None
    """The best figure on validation so far; None before the first look, and for a trial that could not be measured."""
    seconds: float = 0.0


class Findings(BaseModel, frozen=True):
    """trials.json: overwritten while the search works."""

    trials: list[TrialLine] = []
    importance: dict[str, float] = {}
    """How much of the differences between the scores each setting explains, in [0, 1]; empty while too few trials are done."""

    @property
    def best(self) -> TrialLine | None:
        """The best trial that was let to its end, the earlier of equals."""
        done = [trial for trial in self.trials if trial.state == "done" and trial.score is not None]
        return max(done, key=lambda trial: (trial.score, -trial.place), default=None)


@dataclass(frozen=True)
class Search(JobFolder):
    room: ClassVar[str] = "searches"
    record_file: ClassVar[str] = "search.json"

    @property
    def study_file(self) -> Path:
        """SQLite, written by optuna."""
        return self.folder / "study.db"

    def record(self) -> SearchRecord:
        return SearchRecord.model_validate(read_json(self.folder / self.record_file))

    def examples(self) -> pd.DataFrame:
        """id, origin, text, question, label, part: those of every trial, and the test part that none of them is given."""
        return read_frame(self.folder / "examples.parquet")

    def findings(self) -> Findings:
        try:
            return Findings.model_validate(read_json(self.folder / "trials.json"))
        except FileNotFoundError:
            return Findings()

    def keep(self, findings: Findings) -> None:
        write_json(self.folder / "trials.json", findings.model_dump(mode="json"))

    def trial(self, place: int) -> Trial:
        return Trial(self.project_id, str(place), self)


@dataclass(frozen=True)
class Trial(Run):
    """One training of a search: its curves and its figures of the validation part."""

    search: Search

    @property
    def folder(self) -> Path:
        return self.search.folder / "trials" / self.id

    def examples(self) -> pd.DataFrame:
        """The rows of the search without its test part: nothing that a trial does can look at it."""
        rows = self.search.examples()
        return rows[rows["part"].isin(SHOWN_PARTS)].reset_index(drop=True)

    def unlabelled(self) -> pd.DataFrame:
        """Those of the search: none of them says what its validation or test part says."""
        return read_unlabelled(self.search.folder)

    def asked(self) -> Request | None:
        """Whatever the search is asked, its trial keeps a checkpoint and leaves: the search may be resumed."""
        return "pause" if self.search.asked() is not None else None

    def lay_down(self, settings: dict[str, object]) -> None:
        """run.json, where there is none yet."""
        if (self.folder / self.record_file).exists():
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        base = self.search.record().run
        parts = {name: count for name, count in base.parts.items() if name in SHOWN_PARTS}
        changed = {"settings": settings, "study": self.search.id, "number": int(self.id) + 1, "parts": parts}
        write_json(self.folder / self.record_file, base.model_copy(update=changed).model_dump(mode="json"))

    def shed(self) -> None:
        """Removes what only an unfinished trial needs: its weights are those of a training launched with its settings."""
        for name in ("checkpoints", "pretraining", "model"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
        (self.folder / "predictions.parquet").unlink(missing_ok=True)


def create_search(
    project_id: str, record: SearchRecord, examples: pd.DataFrame, unlabelled: pd.DataFrame | None = None
) -> Search:
    """Lays down the folder: rows first, search.json last. unlabelled: as for core.store.run.create_run."""
    search = Search(project_id, secrets.token_hex(6))
    search.folder.mkdir(parents=True)
    write_frame(search.folder / "examples.parquet", examples)
    keep_unlabelled(search.folder, unlabelled)
    write_json(search.folder / search.record_file, record.model_dump(mode="json"))
    return search


def open_search(project_id: str, identifier: str) -> Search:
    """Raises UserError("search_not_found")."""
    search = Search(project_id, identifier)
    if not (project_id.isalnum() and identifier.isalnum()) or not (search.folder / search.record_file).exists():
        raise UserError("search_not_found")
    return search


def list_searches(project_id: str) -> list[Search]:
    """The newest first; folders that are half made or whose record is damaged are left out."""
    folder = home() / "projects" / project_id / Search.room
    found = {Search(project_id, path.parent.name): _number(path) for path in folder.glob(f"*/{Search.record_file}")}
    return sorted((search for search, number in found.items() if number), key=lambda each: found[each], reverse=True)


def next_search_number(project_id: str) -> int:
    """One that lies in the bin keeps its own."""
    project = home() / "projects" / project_id
    rooms = (project / Search.room, project / "bin" / Search.room)
    return max((_number(path) for room in rooms for path in room.glob(f"*/{Search.record_file}")), default=0) + 1


def _number(record: Path) -> int:
    """0 for a record that cannot be read."""
    try:
        return SearchRecord.model_validate(read_json(record)).number
    except (OSError, ValueError):
        return 0
