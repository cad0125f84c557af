"""Work outlives whoever asked for it, and whatever happens to it is recorded: real supervisors, real workers."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from core.jobs.control import state_of, stop
from core.jobs.launch import launch
from core.jobs.processes import IN_VAIN, ensure_supervisor, is_held, supervisor_lock
from core.jobs.queue import enqueue, jobs, queue_again, requeue
from core.jobs.supervisor import Watched, oversee
from core.store.project import Project
from core.train.settings import Settings
from tests.conftest import ROOT, processes_of
from tests.core.jobs.at_work import SUPERVISOR, WORKER, begun, broken_run, ended, now_of, taken, the_only
from tests.tables import lay_down
from tests.waiting import wait_until


def test_a_run_whose_folder_is_gone_or_broken_fails_for_that_and_the_next_one_has_its_turn(
    project: Project, home: Path
) -> None:
    gone, broken, torn = (broken_run(project) for _ in range(3))
    shutil.rmtree(gone.folder)
    (torn.folder / "run.json").write_text('{"number": 1, "sett')
    for run in (gone, broken, torn):
        enqueue(run)
    ensure_supervisor()
    not_found = {"code": "run_not_found", "facts": {}}
    of_ours = {"code": "worker_failed", "facts": {"reference": torn.id}}
    for run, reason in ((gone, not_found), (broken, not_found), (torn, of_ours)):
        job = ended(run)
        assert (job.state, job.reason) == ("failed", reason)
    assert "UserError: This training does not exist any more" in broken.log.read_text()
    assert "Traceback" in torn.log.read_text()
    assert not gone.folder.exists()
    assert (home / "supervisor.log").read_text() == ""
    wait_until(lambda: not processes_of(home, SUPERVISOR))


def test_a_job_whose_worker_cannot_be_started_is_interrupted_and_the_next_one_has_its_turn(
    project: Project, home: Path
) -> None:
    """Here its log cannot be opened; no memory for a process, or too many open files, would do as well."""
    first, second = broken_run(project), broken_run(project)
    for run in (first, second):
        enqueue(run)
    first.log.mkdir()
    assert [ended(run).state for run in (first, second)] == ["interrupted", "failed"]
    assert "IsADirectoryError" in (home / "supervisor.log").read_text()
    first.log.rmdir()
    assert queue_again(now_of(first))
    assert (ended(first).state, now_of(first).attempt) == ("failed", 2)
    wait_until(lambda: not processes_of(home))


def test_an_empty_queue_needs_no_supervisor_and_it_leaves(home: Path) -> None:
    ensure_supervisor()
    wait_until(lambda: not processes_of(home))
    assert not is_held(supervisor_lock())
    assert (home / "supervisor.log").read_text() == ""


def test_a_job_left_running_whose_worker_is_gone_becomes_interrupted(project: Project, home: Path) -> None:
    run = lay_down(project)
    enqueue(run)
    taken()
    begun(run)
    job = ended(run)
    assert (job.state, job.reason, job.attempt) == ("interrupted", None, 1)
    wait_until(lambda: not processes_of(home))
    assert not run.log.exists()


def test_a_job_left_running_that_never_began_is_done_once(project: Project, home: Path) -> None:
    """Its supervisor was killed between taking the job and starting the worker."""
    run = broken_run(project)
    enqueue(run)
    taken()
    job = ended(run)
    assert (job.state, job.attempt) == ("failed", 2)
    assert run.log.read_text().count("Traceback") == 1
    wait_until(lambda: not processes_of(home))


def test_a_run_that_was_never_queued_counts_as_interrupted(project: Project) -> None:
    assert state_of(lay_down(project)) == "interrupted"


def test_a_run_stopped_while_it_waits_never_starts(project: Project, home: Path) -> None:
    run = lay_down(project)
    enqueue(run)
    stop(run)
    job = ended(run)
    assert (job.state, job.started_at) == ("stopped", None)
    ensure_supervisor()
    wait_until(lambda: not processes_of(home))
    assert {path.name for path in run.folder.iterdir()} == {"run.json", "examples.parquet"}


def test_ten_calls_at_once_leave_one_supervisor_and_one_job_is_worked_on_at_a_time(
    project: Project, home: Path
) -> None:
    runs = [broken_run(project) for _ in range(3)]
    for run in runs:
        enqueue(run)
    for _ in range(10):
        ensure_supervisor()
    wait_until(lambda: not is_held(supervisor_lock()) and not jobs("queued") and not jobs("running"))
    worked = sorted(jobs(), key=lambda job: str(job.started_at))
    assert {job.state for job in worked} == {"failed"}
    for before, after in itertools.pairwise(worked):
        assert before.ended_at is not None
        assert after.started_at is not None
        assert before.ended_at <= after.started_at
    for run in runs:
        assert run.log.read_text().count("Traceback") == 1
    wait_until(lambda: not processes_of(home))


def test_work_goes_on_when_the_one_who_asked_for_it_is_killed_with_all_its_group(project: Project) -> None:
    run = broken_run(project)
    code = (
        "import sys, time\n"
        "from core.jobs.queue import enqueue\n"
        "from core.jobs.processes import ensure_supervisor\n"
        "from core.store.run import Run\n"
        "enqueue(Run(*sys.argv[1:]))\n"
        "ensure_supervisor()\n"
        "print('asked', flush=True)\n"
        "time.sleep(600)\n"
    )
    command = [sys.executable, "-c", code, run.project_id, run.id]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True) as asker:
        assert asker.stdout is not None
        assert asker.stdout.readline() == "asked\n"
        if sys.platform == "win32":
            asker.kill()
        else:
            os.killpg(asker.pid, signal.SIGKILL)

    def is_over() -> bool:
        return [job.state for job in jobs()] == ["failed"]

    wait_until(is_over)


def test_a_worker_that_comes_too_late_leaves_the_work_to_the_next_one(project: Project, home: Path) -> None:
    """A supervisor dies between starting a worker and the worker's taking its lock: the next supervisor starts another."""
    run = broken_run(project)
    enqueue(run)
    first = taken()
    assert requeue(first)

    def late(attempt: int) -> int:
        command = [sys.executable, "-m", WORKER, first.id, str(attempt), "cpu"]
        return subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode

    assert late(1) == 1  # it waits again
    assert (run.heartbeat(), run.outcome()) == (None, None)
    job = ended(run)
    assert (job.state, job.attempt) == ("failed", 2)
    for attempt in (1, 2):  # it is over
        assert late(attempt) == 1
    outcome = run.outcome()
    assert outcome is not None
    assert outcome["attempt"] == 2
    assert run.log.read_text().count("Traceback") == 1
    wait_until(lambda: not processes_of(home))


@pytest.mark.slow
def test_a_supervisor_killed_while_the_worker_works_is_replaced_and_the_end_is_recorded(
    project: Project, home: Path, long_work: Settings
) -> None:
    run = launch(project.id, long_work)
    wait_until(lambda: run.progress().phase == "training")
    killed = the_only(home, SUPERVISOR)
    worker = the_only(home, WORKER)
    killed.kill()
    wait_until(lambda: not is_held(supervisor_lock()))
    assert state_of(run) == "running"
    wait_until(lambda: processes_of(home, SUPERVISOR))
    assert the_only(home, SUPERVISOR) != killed
    assert worker.is_running()
    stop(run)
    assert ended(run).state == "stopped"
    assert run.has_model()


@pytest.mark.slow
def test_a_worker_killed_while_it_works_is_interrupted_and_the_next_run_has_its_turn(
    project: Project, home: Path, long_work: Settings, short_work: Settings
) -> None:
    run = launch(project.id, long_work)
    following = launch(project.id, short_work)
    wait_until(lambda: run.progress().phase == "training")
    assert state_of(following) == "queued"
    the_only(home, WORKER).kill()
    job = ended(run)
    assert (job.state, job.reason, run.result(), run.has_model()) == ("interrupted", None, None, False)
    assert ended(following).state == "done"
    assert following.has_model()
    assert (home / "supervisor.log").read_text() == ""
    wait_until(lambda: not processes_of(home))


@pytest.mark.parametrize("begins", [False, True], ids=["its device was not let go of", "it gave up later"])
def test_a_worker_that_never_had_its_turn_leaves_its_job_waiting(project: Project, home: Path, begins: bool) -> None:
    run = broken_run(project)
    enqueue(run)
    job = taken()
    if begins:
        begun(run)
    oversee({"cpu": Watched(job, subprocess.Popen([sys.executable, "-c", f"raise SystemExit({IN_VAIN})"]))})
    job = now_of(run)
    assert job.attempt == (1 if begins else 2), "it was taken again, by a worker that did its work"
    assert (job.state, job.reason["code"]) == ("failed", "worker_failed" if begins else "run_not_found")
