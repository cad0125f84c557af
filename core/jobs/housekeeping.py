"""What is removed by itself, each after its time: the bin, checkpoints that nobody resumed, folders that were never finished."""

from __future__ import annotations

import shutil
import time
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

from core.home import home, read_json
from core.jobs.kinds import FOLDERS
from core.jobs.queue import Job, job_of, jobs, remove
from core.store.database import now
from core.store.run import Run
from core.store.study import RECORD, ROOM, list_studies
from core.store.study_baselines import named_by

BIN_DAYS = 30
"""Days that a deleted job can be taken back."""
CHECKPOINT_DAYS = 30
"""Days after its end that a job can be resumed where it was; then it starts from the beginning."""
HALF_MADE_DAYS = 1
"""Days after which a folder without its record, or what was written aside, counts as never finished."""
DAY = 86_400.0
LINEAGE = {"run.json", "examples.parquet"}
"""What stays of a run in the bin as long as another one started from it."""


def keep_house() -> None:
    """Goes through the home once; what cannot be removed now is removed another time."""
    empty_bin(BIN_DAYS)
    prune_checkpoints()
    remove_half_made()
    remove_left_aside()


def empty_bin(days: float = 0) -> int:
    """Removes for good what has lain in the bin for so many days; how many jobs."""
    before = now() - timedelta(days=days)
    gone = [job for job in jobs(deleted=True) if job.deleted_at is not None and job.deleted_at <= before]
    for job in gone:
        # A deletion that was cut off left the folder in its place.
        job.folder.discard()
        if is_forerunner(job):
            for path in job.folder.bin.glob("*"):
                if path.name not in LINEAGE:
                    shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
        else:
            shutil.rmtree(job.folder.bin, ignore_errors=True)
    remove([job.id for job in gone])
    remove_empty_studies()
    return len(gone)


def remove_empty_studies() -> None:
    """Cross-validations of which no run is left, in their place or in the bin, and what simple models reached beside them."""
    for project in (home() / "projects").glob("*"):
        for study in (*list_studies(project.name), *list_studies(project.name, binned=True)):
            if any(run.folder.exists() or job_of(run) is not None for run in study.runs()):
                continue
            simple = named_by(study)
            job = job_of(simple) if simple is not None else None
            if job is not None and job.state in ("queued", "running"):
                continue
            if simple is not None:
                shutil.rmtree(simple.folder, ignore_errors=True)
                shutil.rmtree(simple.bin, ignore_errors=True)
            remove([job.id] if job is not None else [])
            shutil.rmtree(study.folder, ignore_errors=True)


def is_forerunner(job: Job) -> bool:
    """Whether another run started from this one: then the parts of its rows must stay known, or a test could leak."""
    project = home() / "projects" / job.project_id
    records = [*(project / Run.room).glob("*/run.json"), *(project / "bin" / Run.room).glob("*/run.json")]
    starts = [_start_of(path) for path in records]
    return any(start.get("kind") == "run" and start.get("name") == job.run_id for start in starts)


def prune_checkpoints(days: float = CHECKPOINT_DAYS) -> None:
    """Checkpoints of jobs that have rested for so many days."""
    before = now() - timedelta(days=days)
    for job in jobs():
        if job.state not in ("queued", "running") and job.ended_at is not None and job.ended_at < before:
            for path in [*job.folder.folder.rglob("checkpoints")]:
                shutil.rmtree(path, ignore_errors=True)


def remove_half_made() -> None:
    """Folders whose maker was cut off before it wrote the record that says "complete"."""
    for project in (home() / "projects").glob("*"):
        for kind in FOLDERS.values():
            for path in (project / kind.room).glob("*"):
                is_old = path.is_dir() and _age(path) > HALF_MADE_DAYS * DAY
                if is_old and not (path / kind.record_file).exists() and job_of(kind(project.name, path.name)) is None:
                    shutil.rmtree(path, ignore_errors=True)
        for path in (project / ROOM).glob("*"):
            if path.is_dir() and _age(path) > HALF_MADE_DAYS * DAY and not (path / RECORD).exists():
                shutil.rmtree(path, ignore_errors=True)


def remove_left_aside() -> None:
    """What was being written aside when its writer was killed: all of it has a name that begins with a dot."""
    for path in (home() / "projects").rglob(".*"):
        if _age(path) > HALF_MADE_DAYS * DAY:
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)


def _start_of(record: Path) -> dict[str, Any]:
    """The model that a run started from; nothing for a record that cannot be read, for nothing can start from that run."""
    try:
        return cast("dict[str, Any]", read_json(record)["settings"]["model"])
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _age(path: Path) -> float:
    """Seconds since it was last changed."""
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return 0.0
