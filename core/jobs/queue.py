"""What waits, what runs, what ended: rows of the database. Nothing else may know where work runs.

Every change of state is one statement that names the state it starts from, so that of two who try one succeeds.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Update, delete, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from core.jobs.kinds import BEHIND, FOLDERS, LIGHT
from core.jobs.slots import BESIDE
from core.store.database import JobRow, ProjectRow, engine, now
from core.store.job_folder import RESUMABLE, JobFolder, State
from core.store.run import Run


@dataclass(frozen=True)
class Job:
    id: str
    kind: str
    project_id: str
    run_id: str
    """The id of its folder."""
    owner: str
    name: str | None
    batch: str | None
    state: State
    reason: dict[str, Any] | None
    """Why it failed: the code and facts of a UserError."""
    priority: int
    position: int
    turn: int | None
    slot: str | None
    attempt: int
    queued_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    deleted_at: datetime | None

    @property
    def folder(self) -> JobFolder:
        return FOLDERS[self.kind](self.project_id, self.run_id)

    @property
    def run(self) -> Run:
        return Run(self.project_id, self.run_id)


def enqueue(*folders: JobFolder, name: str | None = None) -> list[Job]:
    """Puts jobs at the end of the queue, all or none; several are one batch. They belong to the project's owner."""
    batch = secrets.token_hex(6) if len(folders) > 1 else None
    kinds = {folder_class: kind for kind, folder_class in FOLDERS.items()}
    added: list[JobRow] = []
    with Session(engine()) as session, session.begin():
        for folder in folders:
            project = session.get_one(ProjectRow, folder.project_id)
            row = JobRow(
                id=secrets.token_hex(6),
                kind=kinds[type(folder)],
                project_id=folder.project_id,
                run_id=folder.id,
                owner=project.owner,
                name=name,
                batch=batch,
                position=select(func.coalesce(func.max(JobRow.position), 0) + 1).scalar_subquery(),
            )
            session.add(row)
            session.flush()
            added.append(row)
        return [_job(row) for row in added]


def claim(slot: str) -> Job | None:
    """Takes the next waiting job for a device, in one statement.

    The highest priority first; then the owner with the fewest jobs at work, then the one served longest ago; then the
    place in the queue. The last of a batch waits for its others, and what nobody waits for until its project trains nothing.
    """
    others = aliased(JobRow)
    same_owner = others.owner == JobRow.owner
    at_work = select(func.count()).where(same_owner, others.state == "running").scalar_subquery()
    served = select(func.coalesce(func.max(others.turn), 0)).where(same_owner).scalar_subquery()
    same_batch = select(others.id).where(
        others.batch == JobRow.batch, others.id != JobRow.id, others.state.in_(("queued", "running"))
    )
    on_a_device = select(others.id).where(
        others.project_id == JobRow.project_id, others.kind.not_in(LIGHT), others.state.in_(("queued", "running"))
    )
    next_one = (
        select(JobRow.id)
        .where(JobRow.state == "queued", JobRow.kind.in_(LIGHT) if slot == BESIDE else JobRow.kind.not_in(LIGHT))
        .where(or_(JobRow.kind != "train_on_all", ~same_batch.exists()))
        .where(or_(JobRow.kind.not_in(BEHIND), ~on_a_device.exists()))
        .order_by(JobRow.priority.desc(), at_work, served, JobRow.position, JobRow.id)
        .limit(1)
    ).scalar_subquery()
    next_turn = select(func.coalesce(func.max(others.turn), 0) + 1).scalar_subquery()
    taking = (
        update(JobRow)
        .where(JobRow.id == next_one, JobRow.state == "queued")
        .values(state="running", slot=slot, turn=next_turn, started_at=now())
        .returning(JobRow)
        .execution_options(synchronize_session=False)
    )
    with Session(engine()) as session, session.begin():
        row = session.scalars(taking).first()
        return _job(row) if row is not None else None


def waiting_in_order() -> list[Job]:
    """What waits, light work first, in the order in which `claim` will take it while nothing ends and nothing comes."""
    # What lies in the bin was served too.
    rows = [*jobs(), *jobs(deleted=True)]
    served: dict[str, int] = {}
    at_work: dict[str, int] = {}
    for job in rows:
        served[job.owner] = max(served.get(job.owner, 0), job.turn or 0)
        at_work[job.owner] = at_work.get(job.owner, 0) + (job.state == "running")
    turn = max(served.values(), default=0)
    left = [job for job in rows if job.state == "queued"]
    at_training = {job.project_id for job in rows if job.state == "running" and job.kind not in LIGHT}
    found: list[Job] = []
    while left:
        training = at_training | {job.project_id for job in left if job.kind not in LIGHT}
        first = min(
            left,
            key=lambda job: (
                job.kind in BEHIND and job.project_id in training,
                job.kind not in LIGHT,
                -job.priority,
                at_work[job.owner],
                served[job.owner],
                job.position,
                job.id,
            ),
        )
        left.remove(first)
        turn += 1
        served[first.owner] = turn
        at_work[first.owner] += 1
        found.append(first)
    return found


def finish(job: Job, state: State, reason: dict[str, Any] | None = None) -> bool:
    """The supervisor's word on how an attempt ended; False when the job has gone on to another one."""
    return _changed(_this(job, "running").values(state=state, reason=reason, ended_at=now()))


def requeue(job: Job) -> bool:
    """Back in its place: it was taken, and nothing of it began."""
    return _changed(_this(job, "running").values(state="queued", slot=None, started_at=None, attempt=job.attempt + 1))


def end_waiting(folder: JobFolder, state: State) -> bool:
    """Ends a job that has not started; False when it has."""
    waits = update(JobRow).where(JobRow.run_id == folder.id, JobRow.state == "queued")
    return _changed(waits.values(state=state, ended_at=now()))


def queue_again(job: Job) -> bool:
    """A new attempt at the end of the queue; False when the job is not one that rests."""
    again = _this(job, *RESUMABLE).where(JobRow.deleted_at.is_(None))
    last = select(func.coalesce(func.max(aliased(JobRow).position), 0) + 1).scalar_subquery()
    return _changed(
        again.values(
            state="queued",
            attempt=job.attempt + 1,
            position=last,
            slot=None,
            reason=None,
            queued_at=now(),
            started_at=None,
            ended_at=None,
        )
    )


def change(job: Job, **values: Any) -> bool:
    """name, priority, position or deleted_at, while nothing else about the job has changed."""
    return _changed(_this(job, job.state).values(**values))


def exchange(one: Job, other: Job) -> bool:
    """Swaps two places in the queue; False, and nothing is changed, when one of them no longer waits."""
    with Session(engine()) as session, session.begin():
        for job, position in ((one, other.position), (other, one.position)):
            moved = cast(Any, session.execute(_this(job, "queued").values(position=position)))
            if not moved.rowcount:
                session.rollback()
                return False
    return True


def jobs(
    state: State | None = None, project_id: str | None = None, owner: str | None = None, *, deleted: bool = False
) -> list[Job]:
    """Newest first; with `deleted`, those in the bin instead."""
    query = select(JobRow).order_by(JobRow.position.desc(), JobRow.queued_at.desc())
    query = query.where(JobRow.deleted_at.is_not(None) if deleted else JobRow.deleted_at.is_(None))
    for column, value in ((JobRow.state, state), (JobRow.project_id, project_id), (JobRow.owner, owner)):
        if value is not None:
            query = query.where(column == value)
    with Session(engine()) as session:
        return [_job(row) for row in session.scalars(query)]


def job(identifier: str) -> Job | None:
    with Session(engine()) as session:
        return _job(row) if (row := session.get(JobRow, identifier)) is not None else None


def job_of(folder: JobFolder) -> Job | None:
    """The job of a folder; None when it was never queued."""
    query = select(JobRow).where(JobRow.run_id == folder.id).order_by(JobRow.position.desc()).limit(1)
    with Session(engine()) as session:
        return _job(row) if (row := session.scalars(query).first()) is not None else None


def remove(identifiers: Sequence[str]) -> None:
    """Forgets jobs whose folders are gone for good."""
    with Session(engine()) as session, session.begin():
        for identifier in identifiers:
            session.execute(delete(JobRow).where(JobRow.id == identifier))


def _this(job: Job, *states: State) -> Update:
    return update(JobRow).where(JobRow.id == job.id, JobRow.attempt == job.attempt, JobRow.state.in_(states))


def _changed(statement: Update) -> bool:
    with Session(engine()) as session, session.begin():
        return bool(cast(Any, session.execute(statement)).rowcount)


def _job(row: JobRow) -> Job:
    return Job(**{name: getattr(row, name) for name in Job.__dataclass_fields__})
