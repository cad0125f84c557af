"""A run on disk: what it was given, what it said while it worked, what it left.

`run.json` and `examples.parquet` are written once, before anything starts; `metrics.jsonl` grows line by line and may end
in a torn one; `result.json` is written last: its presence means that the run is over and its model whole.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from core.data.columns import Roles
from core.errors import UserError
from core.home import home, read_json, write_json
from core.store.job_folder import JobFolder
from core.store.parquet import read_frame, write_frame

if TYPE_CHECKING:
    import pandas as pd


UNLABELLED = "unlabelled.parquet"
SAMPLES = "samples.jsonl"
"""What a model that writes wrote about the same rows at each evaluation."""


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
    """In the order of the model's outputs; empty where it does not choose among labels."""
    scale: tuple[float, float] | None = None
    """Lowest and highest number of the table, where a number is learned: the bounds of every answer."""
    study: str | None = None
    """Id of what it was launched for together with others: a cross-validation, a search."""
    fold: int | None = None
    """Its place in a cross-validation, from 0 through all repeats; None for the model that learns from all rows."""
    parts: dict[str, int]
    """Examples in train, validation, test and unused."""
    paraphrases: int = 0
    """Accepted paraphrases among those in train."""
    versions: dict[str, str]
    test_file: dict[str, Any] | None = None
    """Where the test part is a file of its own: core.data.test_rows.TestFacts, as JSON."""
    files: list[tuple[str, int]] = []
    """Name and rows of each file of the table, in the order of its rows: example "r1" is the first row of the first one. Empty in runs
    older than this."""

    @property
    def tables(self) -> str:
        """The names of the files."""
        return ", ".join(name for name, _ in self.files) or self.table_name


@dataclass(frozen=True)
class Run(JobFolder):
    """A training: its folder, and what stands in it."""

    @property
    def model_folder(self) -> Path:
        return self.folder / "model"

    def record(self) -> RunRecord:
        return RunRecord.model_validate(read_json(self.folder / "run.json"))

    def examples(self) -> pd.DataFrame:
        """id, origin, text, question, label, part."""
        return read_frame(self.folder / "examples.parquet")

    def unlabelled(self) -> pd.DataFrame:
        """id, text, question of the rows without a label that a pre-training reads; none in most trainings."""
        return read_unlabelled(self.folder)

    def metrics(self) -> list[dict[str, Any]]:
        """Points in the order written: step, epoch, split, name, value, time. A torn last line is left out."""
        return read_lines(self.folder / "metrics.jsonl")

    def samples(self) -> list[dict[str, Any]]:
        """step, epoch, text, question (the true one) and written, oldest first; each text once a step."""
        lines = read_lines(self.folder / SAMPLES)
        return list({(line["step"], line["text"]): line for line in lines}.values())

    def result(self) -> dict[str, Any] | None:
        """The final figures; None while the run is not over, or when it left nothing usable."""
        return super().result()

    def predictions(self) -> pd.DataFrame:
        """id, part, label, predicted, and one probability column p0, p1, … a label in the model's order."""
        return read_frame(self.folder / "predictions.parquet")

    def has_model(self) -> bool:
        return (self.folder / "result.json").exists() and (self.model_folder / "model.safetensors").exists()


def create_run(
    project_id: str, record: RunRecord, examples: pd.DataFrame, unlabelled: pd.DataFrame | None = None
) -> Run:
    """Lays down the folder of a run: examples first, run.json last. unlabelled: rows without a label that are to be read."""
    run = Run(project_id, secrets.token_hex(6))
    run.folder.mkdir(parents=True)
    write_frame(run.folder / "examples.parquet", examples)
    keep_unlabelled(run.folder, unlabelled)
    write_json(run.folder / "run.json", record.model_dump(mode="json"))
    return run


def keep_unlabelled(folder: Path, rows: pd.DataFrame | None) -> None:
    """Beside the examples, where there are any."""
    if rows is not None and len(rows):
        write_frame(folder / UNLABELLED, rows)


def read_unlabelled(folder: Path) -> pd.DataFrame:
    import pandas as pd

    path = folder / UNLABELLED
    return read_frame(path) if path.exists() else pd.DataFrame(columns=["id", "text", "question"], dtype=str)


@dataclass(frozen=True)
class BinnedRun(Run):
    """A deleted run: what it learned from still counts for those that started from it."""

    @property
    def folder(self) -> Path:
        return self.bin


def open_run(project_id: str, identifier: str, *, binned: bool = False) -> Run:
    """A run of a project; with `binned` also one that lies in the bin. Raises UserError("run_not_found")."""
    if project_id.isalnum() and identifier.isalnum():
        for run in (Run(project_id, identifier), *([BinnedRun(project_id, identifier)] if binned else [])):
            if (run.folder / run.record_file).exists():
                return run
    raise UserError("run_not_found")


def list_runs(project_id: str) -> list[Run]:
    """The runs of a project, the newest first; folders that are half made or whose record is damaged are left out."""
    folder = home() / "projects" / project_id / Run.room
    found = {Run(project_id, path.parent.name): _number(path) for path in folder.glob("*/run.json")}
    return sorted((run for run, number in found.items() if number), key=lambda run: found[run], reverse=True)


def next_number(project_id: str) -> int:
    """The number of the project's next run; one that lies in the bin keeps its own."""
    project = home() / "projects" / project_id
    records = [*(project / Run.room).glob("*/run.json"), *(project / "bin" / Run.room).glob("*/run.json")]
    return max(map(_number, records), default=0) + 1


def _number(record: Path) -> int:
    """Of a run, by its record; 0 when that cannot be read."""
    try:
        return RunRecord.model_validate(read_json(record)).number
    except (OSError, ValueError):
        return 0


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
