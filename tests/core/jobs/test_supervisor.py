"""Work outlives whoever asked for it, and whatever happens to it is recorded: real supervisors, real workers."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import psutil
import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from core.jobs.launch import launch, state_of, stop
from core.jobs.queue import Job, claim, enqueue, job_of, jobs
from core.jobs.supervisor import ensure_supervisor, is_held, slot
from core.models.choice import ModelChoice
from core.store.database import JobRow, engine, now
from core.store.project import Project
from core.store.run import ENDED, Run
from core.train.settings import Settings
from tests.conftest import ROOT, processes_of
from tests.tables import lay_down
from tests.waiting import wait_until

SUPERVISOR, WORKER = "core.jobs.supervisor", "core.jobs.worker"


@pytest.fixture
def long_work(tiny_bert: Path) -> Settings:
    """Minutes of training, one example a step: it is ended by the test, not by itself."""
    model = ModelChoice(kind="folder", name=str(tiny_bert))
    return Settings(model=model, epochs=100, batch_size=1, patience=0, max_tokens=32)


@pytest.fixture
def short_work(long_work: Settings) -> Settings:
    return long_work.model_copy(update={"epochs": 1, "batch_size": 16})


def broken_run(project: Project) -> Run:
    """A run whose folder lost its record."""
    run = lay_down(project)
    (run.folder / "run.json").unlink()
    return run


def ended(run: Run) -> Job:
    """The job of the run, once it has ended."""
    wait_until(lambda: state_of(run) in ENDED, every=0.5)  # as often as a page looks
    job = job_of(run)
    assert job is not None
    assert job.ended_at is not None
    return job


def the_only(home: Path, module: str) -> psutil.Process:
    (process,) = wait_until(lambda: processes_of(home, module))
    return process


def date_back(run: Run) -> None:
    """As if the job had been started an hour ago."""
    with Session(engine()) as session, session.begin():
        before = now() - timedelta(hours=1)
        session.execute(update(JobRow).where(JobRow.run_id == run.id).values(started_at=before))


def test_a_run_whose_folder_is_broken_fails_with_a_reference_and_the_next_one_has_its_turn(
    project: Project, home: Path
) -> None:
    runs = [broken_run(project), broken_run(project)]
    shutil.rmtree(runs[0].folder)
    for run in runs:
        enqueue(run)
    ensure_supervisor()
    first, second = ended(runs[0]), ended(runs[1])
    assert (first.state, first.reason) == ("failed", {"code": "run_not_found", "facts": {}})
    assert (second.state, second.reason) == ("failed", {"code": "worker_failed", "facts": {"reference": runs[1].id}})
    assert "UserError: This training does not exist any more" in runs[1].log.read_text()
    assert not runs[0].folder.exists()
    assert (home / "supervisor.log").read_text() == ""
    wait_until(lambda: not processes_of(home, SUPERVISOR))


def test_an_empty_queue_needs_no_supervisor_and_it_leaves(home: Path) -> None:
    ensure_supervisor()
    wait_until(lambda: not processes_of(home))
    assert not is_held(slot())
    assert (home / "supervisor.log").read_text() == ""


def test_a_job_left_running_whose_worker_is_gone_becomes_interrupted(project: Project) -> None:
    run = lay_down(project)
    enqueue(run)
    claim()
    date_back(run)
    job = ended(run)
    assert (job.state, job.reason) == ("interrupted", None)


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
    wait_until(lambda: not is_held(slot()) and not jobs("queued") and not jobs("running"))
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
        "from core.jobs.supervisor import ensure_supervisor\n"
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


@pytest.mark.slow
def test_a_worker_that_is_just_starting_is_not_taken_for_dead(project: Project, tmp_path: Path, home: Path) -> None:
    """A supervisor dies between starting a worker and the worker's taking its lock; the next one waits for it."""
    run = lay_down(project, Settings(model=ModelChoice(kind="folder", name=str(tmp_path / "gone"))))
    enqueue(run)
    claim()
    ensure_supervisor()
    wait_until(lambda: is_held(slot()))
    subprocess.run([sys.executable, "-m", WORKER, run.project_id, run.id], cwd=ROOT, capture_output=True, check=False)
    job = ended(run)
    assert job.state == "failed"
    assert job.reason is not None
    assert job.reason["code"] == "model_folder"


@pytest.mark.slow
def test_a_supervisor_killed_while_the_worker_works_is_replaced_and_the_end_is_recorded(
    project: Project, home: Path, long_work: Settings
) -> None:
    run = launch(project.id, long_work)
    wait_until(lambda: run.progress().phase == "training")
    killed = the_only(home, SUPERVISOR)
    worker = the_only(home, WORKER)
    killed.kill()
    wait_until(lambda: not is_held(slot()))
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
