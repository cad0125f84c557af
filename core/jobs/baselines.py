"""From launched runs to the simple models that their figures are held against, in the queue beside the trainings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from filelock import FileLock

from core.home import DISK_FLOOR, require_room
from core.jobs.processes import ensure_supervisor
from core.jobs.queue import enqueue, job_of
from core.store.baselines import (
    Baselines,
    BaselinesRecord,
    baselines_with,
    create_baselines,
    key_of,
    remember_baselines,
)
from core.store.project import open_project
from core.store.run import Run, RunRecord, utc_now
from core.store.study import Study
from core.store.study_baselines import (
    StudyBaselines,
    create_study_baselines,
    remember_study_baselines,
    study_baselines_of,
)

if TYPE_CHECKING:
    import pandas as pd


def can_be_measured(record: RunRecord) -> bool:
    """Whether there are rows that are not learned from."""
    return bool(record.parts.get("validation") or record.parts.get("test"))


def ask_for_baselines(*runs: Run) -> list[Baselines]:
    """The baselines of each run, in their order: those that are there for the same rows, parts and task, else new ones, queued. A run
    that cannot be compared with any is passed over.

    Raises UserError: disk_full, project_not_found. To be called once the runs are in the queue: they stay there all the same.
    """
    found: list[Baselines] = []
    for run in runs:
        record = run.record()
        if not can_be_measured(record):
            continue
        examples = run.examples()
        key = key_of(record, examples)
        with FileLock(open_project(run.project_id).folder / "launch.lock"):
            known = baselines_with(run.project_id, key)
            if known is None or job_of(known) is None:
                # A folder without a job: its maker was cut off.
                known = known or _made(run, record, examples, key)
                enqueue(known)
            remember_baselines(run, known)
        found.append(known)
    if found:
        ensure_supervisor()
    return found


def ask_for_study_baselines(study: Study) -> StudyBaselines:
    """Those of a cross-validation, on all of its folds: the ones that are there, else new ones, queued.

    Raises UserError: disk_full, project_not_found, study_not_found. To be called once the runs are in the queue: they stay there all the
    same.
    """
    with FileLock(open_project(study.project_id).folder / "launch.lock"):
        known = study_baselines_of(study)
        if known is None or job_of(known) is None:
            require_room(DISK_FLOOR)
            known = known or create_study_baselines(study)
            enqueue(known)
        remember_study_baselines(study, known)
    ensure_supervisor()
    return known


def _made(run: Run, record: RunRecord, examples: pd.DataFrame, key: str) -> Baselines:
    require_room(DISK_FLOOR)
    made = BaselinesRecord(key=key, roles=record.roles, labels=record.labels, scale=record.scale, created_at=utc_now())
    return create_baselines(run.project_id, made, examples)
