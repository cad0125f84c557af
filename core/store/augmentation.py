"""A back-translation on disk: what was planned, the rows as they were then, how it works and how it ended."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from pydantic import BaseModel

from core.errors import UserError
from core.home import home, read_json, write_json
from core.store.job_folder import JobFolder
from core.store.parquet import read_frame, write_frame

if TYPE_CHECKING:
    from collections.abc import Sequence


class AugmentationRecord(BaseModel, frozen=True):
    """augmentation.json."""

    plan: dict[str, Any]
    """core.augment.plan.Plan, as JSON."""
    rows: int
    """Paraphrases to make: rows of the table times paths times variants."""
    characters: int
    """That were reckoned to be sent."""
    apart: tuple[str, ...] = ()
    """Ids of the rows that validation or test keep from the next training, and former ones kept."""
    created_at: datetime


class Task(NamedTuple):
    """One paraphrase to make."""

    origin: str
    """The id of the row."""
    label: str
    text: str
    question: str
    path: str
    variant: int


@dataclass(frozen=True)
class Augmentation(JobFolder):
    room: ClassVar[str] = "augmentations"
    record_file: ClassVar[str] = "augmentation.json"

    def record(self) -> AugmentationRecord:
        return AugmentationRecord.model_validate(read_json(self.folder / self.record_file))

    def tasks(self) -> list[Task]:
        """What was frozen when it was launched: the table may change while it works."""
        frame = read_frame(self.folder / "tasks.parquet")
        return [
            Task(origin, label, text, question, path, int(variant))
            for origin, label, text, question, path, variant in frame[list(Task._fields)].itertuples(index=False)
        ]

    def result(self) -> dict[str, Any] | None:
        """made, failed (paraphrases) and seconds; None before it is over."""
        return super().result()


@dataclass(frozen=True)
class DeviceAugmentation(Augmentation):
    """One whose engine takes a whole device; it waits its turn among the trainings."""


def create_augmentation(
    project_id: str, record: AugmentationRecord, tasks: Sequence[Task], *, on_device: bool
) -> Augmentation:
    """Lays down the folder: the tasks first, the record last."""
    import pandas as pd

    kind = DeviceAugmentation if on_device else Augmentation
    augmentation = kind(project_id, secrets.token_hex(6))
    augmentation.folder.mkdir(parents=True)
    write_frame(augmentation.folder / "tasks.parquet", pd.DataFrame(tasks, columns=list(Task._fields)))
    write_json(augmentation.folder / augmentation.record_file, record.model_dump(mode="json"))
    return augmentation


def list_augmentations(project_id: str) -> list[Augmentation]:
    """Of a project, the newest first; folders whose record is damaged are left out."""
    folder = home() / "projects" / project_id / Augmentation.room
    found = []
    for path in folder.glob(f"*/{Augmentation.record_file}"):
        each = Augmentation(project_id, path.parent.name)
        try:
            found.append((each.record().created_at, each))
        except (OSError, ValueError):
            continue
    return [each for _, each in sorted(found, key=lambda entry: (entry[0], entry[1].id), reverse=True)]


def open_augmentation(project_id: str, identifier: str) -> Augmentation:
    """Raises UserError("augmentation_not_found")."""
    augmentation = Augmentation(project_id, identifier)
    if not (project_id.isalnum() and identifier.isalnum()):
        raise UserError("augmentation_not_found")
    if not (augmentation.folder / augmentation.record_file).exists():
        raise UserError("augmentation_not_found")
    return augmentation
