"""What a person may do to a job: look, stop, pause, resume, put before others, name, delete, take back."""

from __future__ import annotations

from typing import Literal

from core.errors import UserError
from core.home import require_room
from core.jobs.ending import room_to_resume
from core.jobs.processes import ensure_supervisor, is_held, supervisor_lock
from core.jobs.queue import Job, change, end_waiting, enqueue, exchange, job_of, queue_again, waiting_in_order
from core.store.database import now
from core.store.job_folder import RESUMABLE, JobFolder, State
from core.store.project import NAME_LENGTH

URGENT = 1
"""The priority of a job that goes before all ordinary ones, which have 0."""


def state_of(folder: JobFolder) -> State:
    """The state of a job. Work that waits or was orphaned gets a supervisor, which goes on or says how it ended."""
    job = job_of(folder)
    if job is None:
        return "interrupted"
    wake(job)
    return job.state


def wake(*jobs: Job) -> None:
    """Makes sure that somebody works when one of these jobs waits or runs."""
    if any(job.state in ("queued", "running") for job in jobs) and not is_held(supervisor_lock()):
        ensure_supervisor()


def stop(folder: JobFolder) -> None:
    """Takes a waiting job out of the queue, or asks a working one to save what it learned and end."""
    if not end_waiting(folder, "stopped"):
        folder.ask("stop")


def pause(folder: JobFolder) -> None:
    """Lets a waiting job wait outside the queue, or asks a working one to keep a checkpoint and leave the device to others."""
    if not end_waiting(folder, "paused"):
        folder.ask("pause")


def resume(folder: JobFolder) -> Job:
    """Queues a job that rests again: it goes on from its last checkpoint, or from the beginning where there is none.

    Raises UserError: job_not_resumable, run_not_found, disk_full.
    """
    job = job_of(folder)
    if job is not None and (job.state not in RESUMABLE or job.deleted_at is not None):
        # Before anything is touched: what was asked of a worker still holds.
        raise UserError("job_not_resumable")
    require_room(room_to_resume(folder))
    if job is None:
        # Its maker was cut off between the folder and the queue.
        (job,) = enqueue(folder)
        ensure_supervisor()
        return job
    folder.forget_requests()
    if not queue_again(job):
        raise UserError("job_not_resumable")
    ensure_supervisor()
    again = job_of(folder)
    assert again is not None
    return again


def rename(folder: JobFolder, name: str) -> None:
    """A name on one line; an empty one takes the given name away."""
    job = _job_of(folder)
    change(job, name=" ".join(name.split())[:NAME_LENGTH] or None)


def move(folder: JobFolder, way: Literal["up", "down"]) -> None:
    """One place further to the front or to the back among the waiting jobs with which it can change places."""
    job = _job_of(folder)
    same = [each for each in waiting_in_order() if changes_places(each, job)]
    places = {each.id: place for place, each in enumerate(same)}
    if job.id not in places:
        return
    place = places[job.id] + (-1 if way == "up" else 1)
    if 0 <= place < len(same):
        exchange(job, same[place])


def changes_places(one: Job, other: Job) -> bool:
    """Whether two waiting jobs wait for the same devices, with the same owner and priority: only among such is there an order."""
    return (one.kind, one.owner, one.priority) == (other.kind, other.owner, other.priority)


def put_first(folder: JobFolder, *, urgent: bool) -> None:
    """Before all ordinary jobs, of every owner; or ordinary again."""
    change(_job_of(folder), priority=URGENT if urgent else 0)


def delete(folder: JobFolder) -> None:
    """Into the bin of the project, where it can be taken back for a while. Raises UserError("job_busy")."""
    job = job_of(folder)
    if job is None:
        (job,) = enqueue(folder)
        end_waiting(folder, "interrupted")
        job = _job_of(folder)
    if job.state in ("queued", "running"):
        raise UserError("job_busy", name=job.name or folder.id)
    if not change(job, deleted_at=now()):
        raise UserError("job_busy", name=job.name or folder.id)
    folder.discard()


def take_back(job: Job) -> None:
    """Out of the bin, as it was. Raises UserError("run_not_found") when it was emptied meanwhile."""
    folder = job.folder
    if folder.bin.exists():
        folder.folder.parent.mkdir(parents=True, exist_ok=True)
        folder.bin.replace(folder.folder)
    # Its deletion may have been cut off before the folder was moved.
    if not folder.folder.exists():
        raise UserError("run_not_found")
    change(job, deleted_at=None)


def _job_of(folder: JobFolder) -> Job:
    """Raises UserError("run_not_found")."""
    job = job_of(folder)
    if job is None:
        raise UserError("run_not_found")
    return job
