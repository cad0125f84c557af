"""A cross-validation goes into the bin with all of its runs and its simple models, and leaves it with them."""

from __future__ import annotations

import shutil

from core.errors import UserError
from core.jobs.control import take_back
from core.jobs.overview import record_of
from core.jobs.queue import Job, change, end_waiting, enqueue, job_of
from core.store.database import now
from core.store.run import Run
from core.store.study import BinnedStudy, Study, open_study
from core.store.study_baselines import named_by


def delete_study(study: Study) -> None:
    """Into the bin of the project, each of its runs too: all or none. Raises UserError("study_busy") while one waits or works, or the
    simple models are measured; where these only wait, they leave the queue.

    A run that lay in the bin before stays there, and comes back with the others. Where no run is left, the study goes for good.
    """
    record = study.record()
    found = [job for run in study.runs() if (job := _job_of(run)) is not None]
    if not any(job.state in ("queued", "running") for job in found if job.deleted_at is None):
        found += _simple_models(study)
    going = [job for job in found if job.deleted_at is None]
    moment, marked = now(), list[Job]()
    for job in going:
        # A run that is resumed in this moment is another one than the job that was read.
        if job.state in ("queued", "running") or not change(job, deleted_at=moment):
            for each in marked:
                change(each, deleted_at=None)
            raise UserError("study_busy", number=record.number)
        marked.append(job)
    for job in going:
        job.folder.discard()
    study.discard()
    if not found:
        shutil.rmtree(study.bin, ignore_errors=True)


def take_back_study(study: Study) -> None:
    """Out of the bin, with every run of it that still lies there. Raises UserError("study_not_found") when it was emptied meanwhile."""
    place = Study(study.project_id, study.id)
    if place.bin.exists():
        place.folder.parent.mkdir(parents=True, exist_ok=True)
        place.bin.replace(place.folder)
    if not place.folder.exists():
        raise UserError("study_not_found")
    simple = named_by(place)
    for folder in (*place.runs(), *([simple] if simple is not None else [])):
        job = job_of(folder)
        if job is not None and job.deleted_at is not None and (folder.bin.exists() or folder.folder.exists()):
            take_back(job)


def take_back_whole(job: Job) -> None:
    """Out of the bin; what went there with its cross-validation comes back with all of it. Raises UserError: run_not_found,
    study_not_found."""
    study = binned_study_of(job)
    if study is None:
        take_back(job)
    else:
        take_back_study(study)


def binned_study_of(job: Job) -> Study | None:
    """The cross-validation of a run or of simple models, when it lies in the bin."""
    identifier = record_of(job).get("study")
    if not isinstance(identifier, str):
        return None
    try:
        found = open_study(job.project_id, identifier, binned=True)
    except UserError:
        return None
    return found if isinstance(found, BinnedStudy) else None


def _simple_models(study: Study) -> list[Job]:
    """Their job, taken out of the queue where it waits."""
    simple = named_by(study)
    if simple is None:
        return []
    end_waiting(simple, "stopped")
    job = job_of(simple)
    return [job] if job is not None else []


def _job_of(run: Run) -> Job | None:
    """None where nothing of a run is left. One whose maker was cut off before it was queued gets a job that has ended."""
    if job_of(run) is None and run.folder.exists():
        enqueue(run)
        end_waiting(run, "interrupted")
    return job_of(run)
