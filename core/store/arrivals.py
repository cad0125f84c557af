"""What a back-translation brings: paraphrases and failures into the database, each once, however often it is interrupted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, select, tuple_
from sqlalchemy.orm import Session

from core.store.augmentation import Augmentation, Task
from core.store.database import engine, now
from core.store.memory import AT_ONCE, insert_into
from core.store.paraphrase_rows import ParaphraseRow

Key = tuple[str, str, int]
"""Origin, path, variant: within a job there is one of each."""


@dataclass(frozen=True)
class Arrival:
    """How one task ended: text and question, or the reason why not."""

    task: Task
    engine: str
    text: str | None
    question: str | None
    reason: dict[str, Any] | None = None
    """{"code": …, "facts": {…}} of a Failed."""


@dataclass(frozen=True)
class Failure:
    """A row that could not be translated."""

    id: int
    job_id: str
    engine: str
    task: Task
    reason: dict[str, Any]


def keep_arrivals(augmentation: Augmentation, arrivals: Sequence[Arrival]) -> None:
    """All of them or none. A row that failed before, in this job or an earlier one, gives way to what came now."""
    if not arrivals:
        return
    rows = [
        {
            "project_id": augmentation.project_id,
            "job_id": augmentation.id,
            "origin": each.task.origin,
            "label": each.task.label,
            "origin_text": each.task.text,
            "origin_question": each.task.question,
            "path": each.task.path,
            "engine": each.engine,
            "variant": each.task.variant,
            "text": each.text,
            "question": each.question,
            "reason": each.reason,
            "edited": False,
            "made_at": now(),
        }
        for each in arrivals
    ]
    statement = insert_into(ParaphraseRow)
    brought = {name: getattr(statement.excluded, name) for name in ("text", "question", "reason", "made_at")}
    statement = statement.on_conflict_do_update(
        index_elements=["job_id", "origin", "path", "variant"], set_=brought, where=ParaphraseRow.text.is_(None)
    )
    keys = [(each.task.origin, each.task.path, each.task.variant) for each in arrivals]
    with engine().begin() as connection:
        for row in rows:
            connection.execute(statement, row)
        for first in range(0, len(keys), AT_ONCE // 3):
            some = keys[first : first + AT_ONCE // 3]
            connection.execute(
                delete(ParaphraseRow).where(
                    ParaphraseRow.project_id == augmentation.project_id,
                    ParaphraseRow.job_id != augmentation.id,
                    ParaphraseRow.text.is_(None),
                    tuple_(ParaphraseRow.origin, ParaphraseRow.path, ParaphraseRow.variant).in_(some),
                )
            )


def arrived(augmentation: Augmentation) -> set[Key]:
    """What this job has made so far; failures are not among it."""
    query = select(ParaphraseRow.origin, ParaphraseRow.path, ParaphraseRow.variant).where(
        ParaphraseRow.job_id == augmentation.id, ParaphraseRow.text.is_not(None)
    )
    with engine().connect() as connection:
        return {(origin, path, variant) for origin, path, variant in connection.execute(query)}


def counts(augmentation: Augmentation) -> tuple[int, int]:
    """Paraphrases that this job has made, and tasks that failed."""
    query = select(func.count(ParaphraseRow.text), func.count()).where(ParaphraseRow.job_id == augmentation.id)
    with engine().connect() as connection:
        made, rows = connection.execute(query).one()
    return made, rows - made


def made_before(project_id: str, engine_name: str) -> set[tuple[str, str, str, str, int]]:
    """Origin, its text and question, path and variant of what this engine has made of the project's rows so far."""
    row = ParaphraseRow
    query = select(row.origin, row.origin_text, row.origin_question, row.path, row.variant).where(
        row.project_id == project_id, row.engine == engine_name, row.text.is_not(None)
    )
    with engine().connect() as connection:
        return {tuple(found) for found in connection.execute(query)}  # type: ignore[misc]


def failures(project_id: str) -> list[Failure]:
    """Every row of a project that could not be translated, in the order in which they were met."""
    query = (
        select(ParaphraseRow)
        .where(ParaphraseRow.project_id == project_id, ParaphraseRow.text.is_(None))
        .order_by(ParaphraseRow.id)
    )
    with Session(engine()) as session:
        return [
            Failure(
                row.id,
                row.job_id,
                row.engine,
                Task(row.origin, row.label, row.origin_text, row.origin_question, row.path, row.variant),
                row.reason or {},
            )
            for row in session.scalars(query)
        ]
