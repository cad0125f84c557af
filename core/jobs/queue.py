"""What waits, what runs, what ended: rows of the database. Nothing else may know where work runs."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.store.database import JobRow, engine, now
from core.store.run import Run, State


@dataclass(frozen=True)
class Job:
    id: str
    kind: str
    project_id: str
    run_id: str
    state: State
    reason: dict[str, Any] | None
    queued_at: datetime
    started_at: datetime | None
    ended_at: datetime | None

    @property
    def run(self) -> Run:
        return Run(self.project_id, self.run_id)


def enqueue(run: Run, kind: str = "train") -> Job:
    row = JobRow(id=secrets.token_hex(6), kind=kind, project_id=run.project_id, run_id=run.id)
    with Session(engine()) as session, session.begin():
        session.add(row)
        session.flush()
        return _job(row)


def claim() -> Job | None:
    """Takes the next waiting job in one statement: highest priority first, then the oldest."""
    next_one = (
        select(JobRow.id)
        .where(JobRow.state == "queued")
        .order_by(JobRow.priority.desc(), JobRow.queued_at, JobRow.id)
        .limit(1)
    ).scalar_subquery()
    taking = (
        update(JobRow)
        .where(JobRow.id == next_one, JobRow.state == "queued")
        .values(state="running", started_at=now())
        .returning(JobRow)
        .execution_options(synchronize_session=False)
    )
    with Session(engine()) as session, session.begin():
        row = session.scalars(taking).first()
        return _job(row) if row is not None else None


def finish(identifier: str, state: State, reason: dict[str, Any] | None = None) -> None:
    """The supervisor's word on how a job ended."""
    with Session(engine()) as session, session.begin():
        ending = update(JobRow).where(JobRow.id == identifier).values(state=state, reason=reason, ended_at=now())
        session.execute(ending)


def cancel_waiting(run: Run) -> bool:
    """Ends a job that has not started; False when it has."""
    taking_out = (
        update(JobRow).where(JobRow.run_id == run.id, JobRow.state == "queued").values(state="stopped", ended_at=now())
    )
    with Session(engine()) as session, session.begin():
        return bool(cast(Any, session.execute(taking_out)).rowcount)


def jobs(state: State | None = None, project_id: str | None = None) -> list[Job]:
    """Newest first."""
    query = select(JobRow).order_by(JobRow.queued_at.desc())
    if state is not None:
        query = query.where(JobRow.state == state)
    if project_id is not None:
        query = query.where(JobRow.project_id == project_id)
    with Session(engine()) as session:
        return [_job(row) for row in session.scalars(query)]


def job(identifier: str) -> Job | None:
    with Session(engine()) as session:
        row = session.get(JobRow, identifier)
        return _job(row) if row is not None else None


def job_of(run: Run) -> Job | None:
    """The latest job of a run."""
    query = select(JobRow).where(JobRow.run_id == run.id).order_by(JobRow.queued_at.desc()).limit(1)
    with Session(engine()) as session:
        row = session.scalars(query).first()
        return _job(row) if row is not None else None


def _job(row: JobRow) -> Job:
    return Job(
        row.id,
        row.kind,
        row.project_id,
        row.run_id,
        cast(State, row.state),
        row.reason,
        row.queued_at,
        row.started_at,
        row.ended_at,
    )
