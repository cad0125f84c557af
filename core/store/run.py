"""A run on disk: what it was given, what it said while it worked, what it left.

`run.json` and `examples.parquet` are written once, before anything starts; `metrics.jsonl` grows line by line and may end
in a torn one; `result.json` is written last: its presence means that the run is over and its model whole.
"""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

from pydantic import BaseModel

from core.data.columns import Roles
from core.errors import UserError
from core.home import home, read_json, write_json
from core.store.parquet import read_frame, write_frame

if TYPE_CHECKING:
    import pandas as pd

State = Literal["queued", "running", "done", "stopped", "failed", "interrupted"]
ENDED: tuple[State, ...] = ("done", "stopped", "failed", "interrupted")
Phase = Literal["waiting", "reading", "loading", "tokenising", "probing", "training", "evaluating", "saving", "over"]


class RunRecord(BaseModel, frozen=True):
    """run.json."""

    number: int
    """1 for the project's first run."""
    created_at: datetime
    settings: dict[str, Any]
    """core.train.settings.Settings, as JSON."""
    roles: Roles
    table_name: str
    fingerprint: str
    """sha256 of the examples, see core.data.examples.fingerprint."""
    labels: list[str]
    """In the order of the model's outputs."""
    parts: dict[str, int]
    """Examples in train, validation, test and unused."""
    versions: dict[str, str]


class Progress(BaseModel, frozen=True):
    """progress.json: overwritten while the run works."""

    phase: Phase = "waiting"
    step: int = 0
    steps: int = 0
    epoch: float = 0.0
    epochs: int = 0
    seconds_left: float | None = None
    updated_at: float = 0.0


@dataclass(frozen=True)
class Run:
    project_id: str
    id: str

    @property
    def folder(self) -> Path:
        return home() / "projects" / self.project_id / "runs" / self.id

    @property
    def model_folder(self) -> Path:
        return self.folder / "model"

    @property
    def lock(self) -> Path:
        """Held by the worker while it lives."""
        return self.folder / "worker.lock"

    @property
    def stop_request(self) -> Path:
        return self.folder / "stop.request"

    @property
    def log(self) -> Path:
        return self.folder / "log.txt"

    def record(self) -> RunRecord:
        return RunRecord.model_validate(read_json(self.folder / "run.json"))

    def examples(self) -> pd.DataFrame:
        """id, origin, text, question, label, part."""
        return read_frame(self.folder / "examples.parquet")

    def progress(self) -> Progress:
        try:
            return Progress.model_validate(read_json(self.folder / "progress.json"))
        except (OSError, ValueError):
            return Progress()

    def report(self, progress: Progress) -> None:
        write_json(self.folder / "progress.json", progress.model_copy(update={"updated_at": time.time()}).model_dump())

    def metrics(self) -> list[dict[str, Any]]:
        """Points in the order written: step, epoch, split, name, value, time. A torn last line is left out."""
        return read_lines(self.folder / "metrics.jsonl")

    def result(self) -> dict[str, Any] | None:
        """The final figures; None while the run is not over, or when it left nothing usable."""
        try:
            return cast("dict[str, Any]", read_json(self.folder / "result.json"))
        except FileNotFoundError:
            return None

    def outcome(self) -> dict[str, Any] | None:
        """What the worker says of its own end: {"state": …, "reason": …}; None when it was cut off."""
        try:
            return cast("dict[str, Any]", read_json(self.folder / "outcome.json"))
        except (OSError, ValueError):
            return None

    def predictions(self) -> pd.DataFrame:
        """id, part, label, predicted, and one probability column p0, p1, … a label in the model's order."""
        return read_frame(self.folder / "predictions.parquet")

    def has_model(self) -> bool:
        return (self.folder / "result.json").exists() and (self.model_folder / "model.safetensors").exists()


def create_run(project_id: str, record: RunRecord, examples: pd.DataFrame) -> Run:
    """Lays down the folder of a run: examples first, run.json last."""
    run = Run(project_id, secrets.token_hex(6))
    run.folder.mkdir(parents=True)
    write_frame(run.folder / "examples.parquet", examples)
    write_json(run.folder / "run.json", record.model_dump(mode="json"))
    return run


def open_run(project_id: str, identifier: str) -> Run:
    """Raises UserError("run_not_found")."""
    run = Run(project_id, identifier)
    if not (project_id.isalnum() and identifier.isalnum()) or not (run.folder / "run.json").exists():
        raise UserError("run_not_found")
    return run


def list_runs(project_id: str) -> list[Run]:
    """The runs of a project, the newest first; half-made folders are left out."""
    folder = home() / "projects" / project_id / "runs"
    found = [Run(project_id, path.parent.name) for path in folder.glob("*/run.json")]
    return sorted(found, key=lambda run: run.record().number, reverse=True)


def next_number(project_id: str) -> int:
    return max((run.record().number for run in list_runs(project_id)), default=0) + 1


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The JSON lines of an append-only file, whole lines only."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return []
    found = []
    for line in content.split(b"\n"):
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found


def utc_now() -> datetime:
    return datetime.now(UTC)
