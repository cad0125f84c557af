"""A table being labelled by a model, on disk: what was given, the answers as they come, the table with its predictions."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import BaseModel

from core.data.columns import Roles
from core.errors import UserError
from core.home import home, read_json, write_json
from core.store.job_folder import JobFolder
from core.store.parquet import read_frame, write_frame
from core.store.run import Run

if TYPE_CHECKING:
    import pandas as pd


class LabellingRecord(BaseModel, frozen=True):
    """labelling.json."""

    run_id: str
    """Whose model answers."""
    table_name: str
    """Of the file that was uploaded."""
    roles: Roles
    """label: a column with labels of the table's own, to be compared with; None for none."""
    rows: int
    delimiter: str
    """Of the CSV that comes back."""
    created_at: datetime


@dataclass(frozen=True)
class Labelling(JobFolder):
    room: ClassVar[str] = "labels"
    record_file: ClassVar[str] = "labelling.json"

    @property
    def run(self) -> Run:
        return Run(self.project_id, self.record().run_id)

    @property
    def predictions_file(self) -> Path:
        """CSV: the table with `prediction`, `probability` and a column a label; there once the job is done."""
        return self.folder / "predictions.csv"

    @property
    def answers(self) -> Path:
        """Folder of the rows answered so far, some hundreds a file, named by the first row."""
        return self.folder / "answers"

    def record(self) -> LabellingRecord:
        return LabellingRecord.model_validate(read_json(self.folder / self.record_file))

    def table(self) -> pd.DataFrame:
        """The table as read, every cell text."""
        return read_frame(self.folder / "table.parquet")

    def result(self) -> dict[str, Any] | None:
        """rows; the figures of the task and compared (rows) when the table has labels; added: names of the new columns."""
        return super().result()


def create_labelling(project_id: str, record: LabellingRecord, table: pd.DataFrame) -> Labelling:
    """Lays down the folder: the table first, its record last."""
    labelling = Labelling(project_id, secrets.token_hex(6))
    labelling.folder.mkdir(parents=True)
    write_frame(labelling.folder / "table.parquet", table)
    write_json(labelling.folder / labelling.record_file, record.model_dump(mode="json"))
    return labelling


def list_labellings(run: Run) -> list[Labelling]:
    """Tables given to the model of a run, the newest first."""
    folder = home() / "projects" / run.project_id / Labelling.room
    found = [Labelling(run.project_id, path.parent.name) for path in folder.glob(f"*/{Labelling.record_file}")]
    kept = [(each.record().created_at, each) for each in found if each.record().run_id == run.id]
    return [each for _, each in sorted(kept, key=lambda entry: entry[0], reverse=True)]


def open_labelling(project_id: str, identifier: str) -> Labelling:
    """Raises UserError("labelling_not_found")."""
    labelling = Labelling(project_id, identifier)
    if not (project_id.isalnum() and identifier.isalnum()) or not (labelling.folder / labelling.record_file).exists():
        raise UserError("labelling_not_found")
    return labelling
