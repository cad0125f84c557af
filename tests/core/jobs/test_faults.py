"""The machine misbehaves: stale locks, a clock set back, workers that hang, two supervisors, a full disk."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import psutil
import pytest
from filelock import FileLock
from sqlalchemy import update
from sqlalchemy.orm import Session

from core.errors import UserError
from core.jobs.control import state_of, stop
from core.jobs.launch import launch
from core.jobs.processes import is_held, supervisor_lock
from core.jobs.queue import enqueue, jobs, queue_again, waiting_in_order
from core.jobs.slots import slot_lock
from core.store.database import JobRow, engine, now
from core.store.job_folder import ENDED, Progress
from core.store.project import Project, create_project
from core.store.run import Run
from core.train.settings import Settings
from tests.conftest import ROOT, processes_of
from tests.core.jobs.at_work import SUPERVISOR, WORKER, begun, broken_run, ended, now_of, taken, the_only
from tests.small_disk import disk as disk
from tests.small_disk import fill
from tests.waiting import wait_until

TOMORROW = 86_400.0


def left_behind(run: Run) -> None:
    """Lock files that a power cut left: nobody holds them."""
    for lock in (supervisor_lock(), slot_lock("cpu"), FileLock(run.lock)):
        Path(lock.lock_file).write_text("4711")


def as_of_tomorrow(run: Run) -> None:
    """What was written before the clock was set back a day: rows and files."""
    later = now() + timedelta(days=1)
    with Session(engine()) as session, session.begin():
        values = {"queued_at": later, "started_at": later}
        session.execute(update(JobRow).where(JobRow.run_id == run.id).values(**values))
    for path in run.folder.iterdir():
        os.utime(path, (time.time() + TOMORROW, time.time() + TOMORROW))


def test_lock_files_that_nobody_holds_stop_nothing(project: Project, home: Path) -> None:
    cut_off, waiting = broken_run(project), broken_run(project)
    for run in (cut_off, waiting):
        enqueue(run)
        left_behind(run)
    assert not is_held(supervisor_lock())
    taken()
    begun(cut_off)
    assert ended(cut_off).state == "interrupted"
    assert ended(waiting).state == "failed"
    assert {job.attempt for job in jobs()} == {1}
    assert (home / "supervisor.log").read_text() == ""


def test_a_clock_set_back_disturbs_neither_order_nor_liveness(project: Project, home: Path) -> None:
    runs = [broken_run(project) for _ in range(4)]
    for run in runs[:3]:
        enqueue(run)
        run.report(Progress(phase="training"))
        as_of_tomorrow(run)
    enqueue(runs[3])  # queued last, with the smallest date
    assert [job.run_id for job in waiting_in_order()] == [run.id for run in runs]
    assert taken().run_id == runs[0].id
    as_of_tomorrow(runs[0])
    begun(runs[0])
    assert ended(runs[0]).state == "interrupted"
    for run in runs[1:]:
        assert ended(run).state == "failed"
    worked = sorted(jobs(), key=lambda job: job.turn or 0)
    assert [job.run_id for job in worked] == [run.id for run in runs]
    assert {job.attempt for job in worked} == {1}
    assert (home / "supervisor.log").read_text() == ""


def test_two_supervisors_started_at_once_are_one(project: Project, home: Path) -> None:
    runs = [broken_run(project) for _ in range(2)]
    for run in runs:
        enqueue(run)
    command = [sys.executable, "-m", SUPERVISOR]
    started = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE) for _ in range(2)]
    for supervisor in started:
        _, errors = supervisor.communicate(timeout=120)
        assert (supervisor.returncode, errors) == (0, b"")
    assert [(job.state, job.attempt) for job in jobs()] == [("failed", 1)] * 2
    assert all(run.log.read_text().count("Traceback") == 1 for run in runs)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there a process cannot be made to hang from outside")
@pytest.mark.parametrize("is_orphan", [False, True])
def test_a_worker_that_hangs_when_asked_to_stop_is_ended(
    project: Project, home: Path, long_work: Settings, monkeypatch: pytest.MonkeyPatch, is_orphan: bool
) -> None:
    """Of this supervisor or of a former one; with the clock set back since its last sign of life."""
    monkeypatch.setenv("PARAFINE_GRACE", "1")
    run = launch(project.id, long_work)
    wait_until(lambda: run.progress().step > 3)
    worker = the_only(home, WORKER)
    os.kill(worker.pid, signal.SIGSTOP)
    if is_orphan:
        the_only(home, SUPERVISOR).kill()
        wait_until(lambda: not is_held(supervisor_lock()))
        assert state_of(run) == "running"
        the_only(home, SUPERVISOR)
    as_of_tomorrow(run)
    assert now_of(run).state == "running"  # a silence alone ends nobody
    stop(run)
    job = ended(run)
    assert (job.state, job.reason, run.outcome(), run.has_model()) == ("stopped", None, None, False)
    assert not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE
    wait_until(lambda: not processes_of(home))


@pytest.mark.parametrize("leave", [5_000_000, 0], ids=["too little", "nothing"])
def test_a_job_that_finds_a_full_disk_says_so_and_is_done_once_there_is_room(disk: Path, leave: int) -> None:
    """A supervisor, a worker and a database that find no room for a word, let alone for a model."""
    project = create_project("mails")
    run = Run(project.id, "run")
    run.folder.mkdir(parents=True)
    with supervisor_lock():
        enqueue(run)
    ballast = fill(disk, leave)
    said: set[str] = set()

    def is_over() -> bool:
        try:
            return state_of(run) in ENDED
        except UserError as error:
            said.add(error.code)
            return False

    wait_until(is_over, every=0.5)
    assert said <= {"disk_full"}
    job = now_of(run)
    assert job.reason is not None
    assert (job.state, job.reason["code"]) == ("failed", "disk_full"), (disk / "home" / "supervisor.log").read_text()
    ballast.unlink()
    assert queue_again(job)
    job = ended(run)
    assert (job.state, job.attempt, job.reason) == ("failed", 2, {"code": "run_not_found", "facts": {}})
    wait_until(lambda: not processes_of(disk / "home"))
