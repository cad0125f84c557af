"""What simple models reach on the rows of a training, on disk: the rows frozen, the figures, what each of them answered."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import BaseModel

from core.data.columns import Roles
from core.home import home, read_json, write_json
from core.store.job_folder import JobFolder
from core.store.parquet import read_frame, write_frame
from core.store.run import Run, RunRecord, list_runs

if TYPE_CHECKING:
    import pandas as pd


class BaselinesRecord(BaseModel, frozen=True):
    """baselines.json."""

    key: str
    """The same for all runs with the same rows in the same parts and the same task, see key_of."""
    roles: Roles
    labels: list[str]
    """In the order of the outputs of those runs."""
    scale: tuple[float, float] | None = None
    """Lowest and highest number, where a number is learned."""
    created_at: datetime


@dataclass(frozen=True)
class Baselines(JobFolder):
    """Shared by all runs that learn from the same rows and are measured on the same ones; each of them keeps its id."""

    room: ClassVar[str] = "baselines"
    record_file: ClassVar[str] = "baselines.json"

    def record(self) -> BaselinesRecord:
        return BaselinesRecord.model_validate(read_json(self.folder / self.record_file))

    def examples(self) -> pd.DataFrame:
        """As core.store.run.Run.examples, of the run that asked first: it may be deleted meanwhile."""
        return read_frame(self.folder / "examples.parquet")

    def keep(self, result: dict[str, Any], predictions: pd.DataFrame) -> None:
        """The answers first, the figures last: their presence means that all is there."""
        write_frame(self.folder / "predictions.parquet", predictions)
        write_json(self.folder / "result.json", result)

    def result(self) -> dict[str, Any] | None:
        """{"baselines": one entry a model (core.train.baselines.Measured), "seconds": …}; None before it is over."""
        return super().result()

    def predictions(self) -> pd.DataFrame:
        """id, part, label, and a column with the answers of each model, named as it is; rows of validation and test.

        Where questions look for their texts, an answer is the rank of the right text; beside what was asked about a text stands, in a
        column of the same name and "_chrf", how like the true question it is.
        """
        return read_frame(self.folder / "predictions.parquet")


def key_of(record: RunRecord, examples: pd.DataFrame) -> str:
    """Of a run: sha256 of its rows, the part of each, and how they are read."""
    digest = hashlib.sha256(record.fingerprint.encode())
    # Not in the fingerprint: rows that are kept together are not held against each other.
    kept = examples.get("together", ())
    for word in (record.roles.task, "pair" if record.roles.question else "text", *examples["part"], *kept):
        digest.update(f"\x1f{word}".encode())
    return digest.hexdigest()


def create_baselines(project_id: str, record: BaselinesRecord, examples: pd.DataFrame) -> Baselines:
    """Lays down the folder: the examples first, the record last."""
    made = Baselines(project_id, secrets.token_hex(6))
    made.folder.mkdir(parents=True)
    write_frame(made.folder / "examples.parquet", examples)
    write_json(made.folder / made.record_file, record.model_dump(mode="json"))
    return made


def baselines_with(project_id: str, key: str) -> Baselines | None:
    """Those of a key, whatever became of them; folders whose record is damaged, or that lie in the bin, are none."""
    for path in sorted((home() / "projects" / project_id / Baselines.room).glob(f"*/{Baselines.record_file}")):
        found = Baselines(project_id, path.parent.name)
        try:
            if found.record().key == key:
                return found
        except (OSError, ValueError):
            continue
    return None


def baselines_of(run: Run) -> Baselines | None:
    """Those that were asked for when the run was launched, or later; None when nobody asked or they were deleted."""
    try:
        found = Baselines(run.project_id, str(read_json(run.folder / "baselines.json")["id"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found if found.id.isalnum() and (found.folder / found.record_file).exists() else None


def remember_baselines(run: Run, found: Baselines) -> None:
    """So that a page need not read all rows of the run to find them."""
    write_json(run.folder / "baselines.json", {"id": found.id})


def runs_compared_with(found: Baselines) -> list[Run]:
    """The runs of the project that keep this id."""
    return [run for run in list_runs(found.project_id) if baselines_of(run) == found]
