"""Paraphrases being read again by another model, on disk: which model, how many it was to read."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from pydantic import BaseModel

from core.home import home, read_json, write_json
from core.models.choice import ModelChoice
from core.store.job_folder import JobFolder


class JudgingRecord(BaseModel, frozen=True):
    """judging.json."""

    judge: ModelChoice
    created_at: datetime


@dataclass(frozen=True)
class Judging(JobFolder):
    room: ClassVar[str] = "judgings"
    record_file: ClassVar[str] = "judging.json"

    def record(self) -> JudgingRecord:
        return JudgingRecord.model_validate(read_json(self.folder / self.record_file))


def create_judging(project_id: str, record: JudgingRecord) -> Judging:
    """Lays down the folder."""
    judging = Judging(project_id, secrets.token_hex(6))
    judging.folder.mkdir(parents=True)
    write_json(judging.folder / judging.record_file, record.model_dump(mode="json"))
    return judging


def newest_judging(project_id: str) -> Judging | None:
    """The last one of a project; folders whose record is damaged are left out."""
    found = []
    for path in (home() / "projects" / project_id / Judging.room).glob(f"*/{Judging.record_file}"):
        judging = Judging(project_id, path.parent.name)
        try:
            found.append((judging.record().created_at, judging.id))
        except (OSError, ValueError):
            continue
    return Judging(project_id, max(found)[1]) if found else None
