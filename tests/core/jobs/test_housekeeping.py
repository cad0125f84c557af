"""What goes by itself after its time, what stays, and that a house that cannot be kept stops nobody's work."""

from __future__ import annotations

import os
import shutil
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from core.errors import UserError
from core.home import write_json
from core.jobs.control import delete, take_back
from core.jobs.housekeeping import (
    BIN_DAYS,
    CHECKPOINT_DAYS,
    empty_bin,
    keep_house,
    prune_checkpoints,
    remove_half_made,
    remove_left_aside,
)
from core.jobs.launch import parts_seen
from core.jobs.processes import ensure_supervisor, is_held, supervisor_lock
from core.jobs.queue import change, enqueue, finish, jobs
from core.models.choice import ModelChoice
from core.store.database import JobRow, engine, now
from core.store.job_folder import State
from core.store.project import Project
from core.store.run import Run, list_runs, next_number
from core.train.settings import Settings
from tests.core.jobs.at_work import broken_run, ended, now_of, taken
from tests.tables import lay_down
from tests.waiting import wait_until


def over(project: Project, state: State = "stopped", settings: Settings | None = None) -> Run:
    """A run that has ended, with a checkpoint and a model."""
    run = lay_down(project, settings)
    for name in ("checkpoints", "model"):
        (run.folder / name).mkdir()
        (run.folder / name / "weights").write_bytes(b"1")
    enqueue(run)
    assert finish(taken(), state)
    return run


def date(run: Run, **days: float) -> None:
    """Moves moments of the run's job so many days into the past."""
    values: dict[str, Any] = {name: now() - timedelta(days=count) for name, count in days.items()}
    with Session(engine()) as session, session.begin():
        session.execute(update(JobRow).where(JobRow.run_id == run.id).values(**values))


def age(folder: Path, days: float) -> None:
    moment = time.time() - days * 86_400
    os.utime(folder, (moment, moment))


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_what_was_deleted_long_ago_is_gone_and_the_rest_can_still_be_taken_back(project: Project) -> None:
    old, recent, kept = (over(project) for _ in range(3))
    for run, days in ((old, BIN_DAYS + 0.1), (recent, BIN_DAYS - 0.1)):
        delete(run)
        date(run, deleted_at=days)
    (gone,) = (job for job in jobs(deleted=True) if job.run_id == old.id)
    keep_house()
    assert not old.bin.exists()
    assert [job.run_id for job in jobs(deleted=True)] == [recent.id]
    with pytest.raises(UserError) as caught:
        take_back(gone)
    assert caught.value.code == "run_not_found"
    take_back(*jobs(deleted=True))
    assert list_runs(project.id) == [kept, recent]


def test_the_bin_is_emptied_by_hand_whatever_its_age(project: Project) -> None:
    runs = [over(project) for _ in range(2)]
    for run in runs:
        delete(run)
    assert empty_bin() == 2
    assert (jobs(deleted=True), empty_bin()) == ([], 0)
    assert not any(run.bin.exists() or run.folder.exists() for run in runs)


def test_of_a_run_that_another_started_from_the_rows_stay_known(project: Project) -> None:
    """Or its test rows could come into the training part of a third one."""
    first = over(project)
    second = over(project, settings=Settings(model=ModelChoice(kind="run", name=first.id)))
    met = parts_seen(ModelChoice(kind="run", name=second.id), project.id)
    assert met
    for run in (first, second):
        delete(run)
        empty_bin()
        assert not run.folder.exists()
    assert names(first.bin) == {"run.json", "examples.parquet"}
    assert not second.bin.exists()
    assert parts_seen(ModelChoice(kind="run", name=first.id), project.id) == met
    assert next_number(project.id) == 2


def test_a_deletion_that_was_cut_off_is_taken_back_or_completed(project: Project) -> None:
    """The row says deleted, the folder is still in its place."""
    back, gone = over(project), over(project)
    for run in (back, gone):
        assert change(now_of(run), deleted_at=now())
    take_back(now_of(back))
    assert (back.folder.exists(), now_of(back).deleted_at) == (True, None)
    assert empty_bin() == 1
    assert (list_runs(project.id), [job.run_id for job in jobs()]) == ([back], [back.id])


@pytest.mark.parametrize("state", ["stopped", "paused", "failed", "interrupted"])
def test_checkpoints_that_nobody_resumed_go_and_all_else_stays(project: Project, state: State) -> None:
    old, recent = over(project, state), over(project, state)
    date(old, ended_at=CHECKPOINT_DAYS + 0.1)
    date(recent, ended_at=CHECKPOINT_DAYS - 0.1)
    keep_house()
    assert names(old.folder) == names(recent.folder) - {"checkpoints"}
    assert (recent.folder / "checkpoints" / "weights").exists()


def test_checkpoints_of_a_job_that_waits_or_works_stay(project: Project) -> None:
    run = lay_down(project)
    (run.folder / "checkpoints").mkdir()
    enqueue(run)
    date(run, queued_at=100, ended_at=100)
    prune_checkpoints()
    taken()
    prune_checkpoints()
    assert (run.folder / "checkpoints").is_dir()


def test_a_folder_whose_maker_was_cut_off_goes_after_a_day(project: Project) -> None:
    half, fresh, queued, whole = broken_run(project), broken_run(project), broken_run(project), lay_down(project)
    enqueue(queued)
    for run in (half, queued, whole):
        age(run.folder, 1.1)
    remove_half_made()
    assert not half.folder.exists()
    assert all(run.folder.exists() for run in (fresh, queued, whole))


def test_what_a_kill_left_beside_its_place_goes_after_a_day(project: Project) -> None:
    run = over(project)
    names = [".progress.json.a1", ".model.zip.b2", ".aside-model/weights", "checkpoints/.aside-00000007/weights"]
    for name in [*names, *(f"{name}.new" for name in names if "/" not in name)]:
        (run.folder / name).parent.mkdir(exist_ok=True)
        (run.folder / name).write_bytes(b"1")
    for name in names:
        age(run.folder / name.removesuffix("/weights"), 1.1)
    kept = sorted(path for path in run.folder.rglob("*") if not any(part.startswith(".") for part in path.parts[-2:]))
    remove_left_aside()
    left = sorted(run.folder.rglob("*"))
    assert left == sorted([*kept, run.folder / ".progress.json.a1.new", run.folder / ".model.zip.b2.new"])


def test_a_house_that_cannot_be_kept_stops_nobody_s_work(project: Project, home: Path) -> None:
    """A record that cannot be read; a folder of the bin that is gone."""
    first = over(project)
    binned = over(project, settings=Settings(model=ModelChoice(kind="run", name=first.id)))
    torn, odd, run = lay_down(project), lay_down(project), broken_run(project)
    (torn.folder / "run.json").write_text('{"number": 1, "sett')
    write_json(odd.folder / "run.json", {"number": 2})
    for each in (first, binned):
        delete(each)
        date(each, deleted_at=BIN_DAYS + 1)
    shutil.rmtree(first.bin)
    assert list_runs(project.id) == []
    assert next_number(project.id) == 3
    enqueue(run)
    ensure_supervisor()
    assert ended(run).state == "failed"
    wait_until(lambda: not is_held(supervisor_lock()))
    assert not binned.bin.exists()
    assert (home / "supervisor.log").read_text() == ""
