"""All jobs at one look: what runs and how far it is, what waits and in which order, what ended and how."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.home import read_json
from core.jobs.control import wake
from core.jobs.queue import Job, jobs, waiting_in_order
from core.store.database import ProjectRow, engine
from core.store.job_folder import Heartbeat, Progress
from core.store.study import Place, place_in


@dataclass(frozen=True)
class Look:
    """A job as people see it."""

    job: Job
    project: str
    """The project's name."""
    number: int | None
    """Of a training within its project; None when its record cannot be read."""
    progress: Progress
    heartbeat: Heartbeat | None
    place: Place | None = None
    """Of a training that belongs to a cross-validation."""


@dataclass(frozen=True)
class Overview:
    running: list[Look]
    waiting: list[Look]
    """In the order in which they will be taken."""
    ended: list[Look]
    """The last to end first."""


def overview(ended: int = 20) -> Overview:
    """Every job of the home, of those that ended the newest `ended`. Work that is left alone gets a supervisor."""
    rows = jobs()
    wake(*rows)
    names = project_names()
    over = [job for job in rows if job.state not in ("queued", "running")]
    over.sort(key=lambda job: (job.ended_at is not None, job.ended_at or job.queued_at), reverse=True)
    return Overview(
        [look(job, names) for job in rows if job.state == "running"],
        [look(job, names) for job in waiting_in_order()],
        [look(job, names) for job in over[:ended]],
    )


def look(job: Job, names: dict[str, str]) -> Look:
    """names: of projects by id."""
    heartbeat = job.folder.heartbeat()
    record = record_of(job)
    number, place = number_in(record), place_in(job.project_id, record)
    return Look(job, names.get(job.project_id, ""), number, present(job, heartbeat), heartbeat, place)


def present(job: Job, heartbeat: Heartbeat | None) -> Progress:
    """How far this attempt is: what a former one wrote does not count, and before its first word it is starting."""
    progress = job.folder.progress()
    has_begun = heartbeat is not None and heartbeat.attempt == job.attempt
    if job.state == "running" and (not has_begun or progress.phase == "waiting"):
        return Progress(phase="reading")
    return progress


def number_of(job: Job) -> int | None:
    return number_in(record_of(job))


def number_in(record: dict[str, Any]) -> int | None:
    try:
        return int(record["number"])
    except (ValueError, KeyError, TypeError):
        return None


def record_of(job: Job) -> dict[str, Any]:
    """What its folder says of it, also in the bin; nothing for what cannot be read."""
    for folder in (job.folder.folder, job.folder.bin):
        try:
            record = read_json(folder / job.folder.record_file)
        except (OSError, ValueError):
            continue
        if isinstance(record, dict):
            return record
    return {}


def project_names() -> dict[str, str]:
    with Session(engine()) as session:
        return {row.id: row.name for row in session.execute(select(ProjectRow.id, ProjectRow.name))}
