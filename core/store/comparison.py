"""A comparison of engines and pivots on disk: which rows, which ways, and what each way gave."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, cast

from pydantic import BaseModel

from core.errors import UserError
from core.home import home, read_json, write_json
from core.models.choice import ModelChoice
from core.store.job_folder import JobFolder


class Way(BaseModel, frozen=True):
    """One thing to try."""

    engine: str
    options: dict[str, str | int | float | bool] = {}
    path: str
    """Languages from the first to the last: fr>ca>fr."""


class ComparisonRecord(BaseModel, frozen=True):
    """comparison.json."""

    language: str
    """Of the rows, ISO 639-1."""
    rows: list[tuple[str, str]]
    """Id and text of each; frozen when it is launched."""
    ways: list[Way]
    judge: ModelChoice = ModelChoice()
    """The sentence model that says how much of the meaning is kept."""
    created_at: datetime


@dataclass(frozen=True)
class Comparison(JobFolder):
    room: ClassVar[str] = "comparisons"
    record_file: ClassVar[str] = "comparison.json"

    def record(self) -> ComparisonRecord:
        return ComparisonRecord.model_validate(read_json(self.folder / self.record_file))

    def trials(self) -> list[dict[str, Any]]:
        """What was found so far, one entry a way (core.augment.comparison.Trial), in the order of the ways."""
        try:
            return cast("list[dict[str, Any]]", read_json(self.folder / "trials.json"))
        except FileNotFoundError:
            return []

    def keep_trials(self, trials: list[dict[str, Any]]) -> None:
        write_json(self.folder / "trials.json", trials)


def create_comparison(project_id: str, record: ComparisonRecord) -> Comparison:
    """Lays down the folder."""
    comparison = Comparison(project_id, secrets.token_hex(6))
    comparison.folder.mkdir(parents=True)
    write_json(comparison.folder / comparison.record_file, record.model_dump(mode="json"))
    return comparison


def newest_comparison(project_id: str) -> Comparison | None:
    """The last one of a project; folders whose record is damaged are left out."""
    found = []
    for path in (home() / "projects" / project_id / Comparison.room).glob(f"*/{Comparison.record_file}"):
        comparison = Comparison(project_id, path.parent.name)
        try:
            found.append((comparison.record().created_at, comparison.id))
        except (OSError, ValueError):
            continue
    return Comparison(project_id, max(found)[1]) if found else None


def open_comparison(project_id: str, identifier: str) -> Comparison:
    """Raises UserError("comparison_not_found")."""
    comparison = Comparison(project_id, identifier)
    if not (project_id.isalnum() and identifier.isalnum()) or not (comparison.folder / Comparison.record_file).exists():
        raise UserError("comparison_not_found")
    return comparison
