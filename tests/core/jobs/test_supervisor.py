"""Work outlives whoever asked for it, and whatever happens to it is recorded: real supervisors, real workers."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from core.jobs.launch import launch, state_of, stop
from core.jobs.queue import Job, claim, enqueue, job_of, jobs
from core.jobs.supervisor import end_tree, ensure_supervisor, how_it_ended, is_held, slot
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
    wait_until(lambda: state_of(run) in ENDED)
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


@pytest.mark.parametrize(
    ("files", "code", "memory_ran_out", "state", "reason"),
    [
        ({"outcome.json": {"state": "done", "reason": None}}, 0, False, "done", None),
        ({"outcome.json": {"state": "stopped", "reason": None}}, 0, False, "stopped", None),
        ({"outcome.json": {"state": "failed", "reason": {"code": "x"}}}, 1, False, "failed", "x"),
        ({"outcome.json": {"state": "failed", "reason": {"code": "x"}}}, 1, True, "failed", "x"),
        ({"result.json": {"state": "done"}}, -9, False, "done", None),
        ({"result.json": {"state": "stopped"}, "stop.request": ""}, -9, False, "stopped", None),
        ({}, -9, True, "failed", "out_of_memory"),
        ({"stop.request": ""}, -9, False, "stopped", None),
        ({}, 1, False, "failed", "worker_failed"),
        ({}, -9, False, "interrupted", None),
        ({}, None, None, "interrupted", None),
        ({"outcome.json": "torn"}, None, None, "interrupted", None),
    ],
)
def test_how_a_run_ended_is_what_its_worker_wrote_or_what_became_of_it(
    project: Project,
    files: dict[str, Any],
    code: int | None,
    memory_ran_out: bool | None,
    state: str,
    reason: str | None,
) -> None:
    run = lay_down(project)
    for name, content in files.items():
        (run.folder / name).write_text("{" if content == "torn" else json.dumps(content))
    found, why = how_it_ended(run, code, memory_ran_out)
    assert (found, why and why["code"]) == (state, reason)
    if reason == "worker_failed":
        assert why == {"code": "worker_failed", "facts": {"reference": run.id}}


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
    assert "run_not_found" in runs[1].log.read_text() or "does not exist any more" in runs[1].log.read_text()
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


def test_ten_calls_at_once_leave_one_supervisor_and_each_job_is_worked_on_once(project: Project, home: Path) -> None:
    runs = [broken_run(project) for _ in range(3)]
    for run in runs:
        enqueue(run)
    for _ in range(10):
        ensure_supervisor()
    wait_until(lambda: not is_held(slot()) and not jobs("queued") and not jobs("running"))
    assert {job.state for job in jobs()} == {"failed"}
    for run in runs:
        assert run.log.read_text().count("Traceback") == 1
    wait_until(lambda: not processes_of(home))


def test_work_goes_on_when_the_one_who_asked_for_it_is_gone(project: Project) -> None:
    run = broken_run(project)
    code = (
        "import sys\n"
        "from core.jobs.queue import enqueue\n"
        "from core.jobs.supervisor import ensure_supervisor\n"
        "from core.store.run import Run\n"
        "enqueue(Run(*sys.argv[1:]))\n"
        "ensure_supervisor()\n"
    )
    subprocess.run([sys.executable, "-c", code, run.project_id, run.id], cwd=ROOT, check=True)

    def is_over() -> bool:
        return [job.state for job in jobs()] == ["failed"]

    wait_until(is_over)


def test_the_processes_below_one_end_with_it() -> None:
    sleeper = "import time; time.sleep(600)"
    code = f"import subprocess, sys; print(subprocess.Popen([sys.executable, '-c', {sleeper!r}]).pid, flush=True); {sleeper}"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        end_tree(parent.pid)
        parent.wait()
    wait_until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)
    end_tree(parent.pid)  # already gone: nothing happens


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


@pytest.mark.slow
def test_two_runs_of_two_projects_take_turns(
    make_project: Callable[..., Project], home: Path, short_work: Settings
) -> None:
    runs = [launch(make_project().id, short_work) for _ in range(2)]
    first, second = (ended(run) for run in runs)
    assert (first.state, second.state) == ("done", "done")
    assert first.ended_at is not None
    assert second.started_at is not None
    assert first.ended_at <= second.started_at
