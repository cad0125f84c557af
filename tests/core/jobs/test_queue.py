"""The queue: each job is taken once, in its turn, and remembers how it ended."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from core.jobs.queue import cancel_waiting, claim, enqueue, finish, job, job_of, jobs
from core.store.database import JobRow, engine
from core.store.project import Project
from core.store.run import Run
from tests.conftest import ROOT
from tests.waiting import wait_until

PROCESSES = 6
JOBS = 30

CLAIMER = """
import pathlib, sys, time
from core.jobs.queue import claim
from core.store.database import engine
engine()
pathlib.Path(sys.argv[2]).touch()
while not pathlib.Path(sys.argv[1]).exists(): time.sleep(0.001)
while (job := claim()) is not None: print(job.id, flush=True)
"""


def queue_up(project: Project, count: int = 1) -> list[Run]:
    runs = [Run(project.id, f"run{place:03d}") for place in range(count)]
    for run in runs:
        enqueue(run)
    return runs


def test_a_job_waits_then_runs_then_is_over(project: Project) -> None:
    (run,) = queue_up(project)
    waiting = job_of(run)
    assert waiting is not None
    assert (waiting.state, waiting.kind, waiting.run, waiting.started_at) == ("queued", "train", run, None)
    running = claim()
    assert running is not None
    assert (running.id, running.state, running.ended_at) == (waiting.id, "running", None)
    assert running.started_at is not None
    assert running.started_at >= running.queued_at
    assert claim() is None
    reason = {"code": "out_of_memory", "facts": {}}
    finish(running.id, "failed", reason)
    over = job(running.id)
    assert over is not None
    assert (over.state, over.reason) == ("failed", reason)
    assert over.ended_at is not None
    assert over.ended_at >= running.started_at
    assert claim() is None


def test_an_empty_queue_gives_nothing(home: Path) -> None:
    assert (claim(), jobs(), job("nobody"), job_of(Run("p", "r"))) == (None, [], None, None)


def test_the_oldest_comes_first_and_the_urgent_before_it(project: Project) -> None:
    runs = queue_up(project, 4)
    with Session(engine()) as session, session.begin():
        session.execute(update(JobRow).where(JobRow.run_id == runs[2].id).values(priority=5))
    taken = [claim() for _ in runs]
    assert [one.run_id if one else None for one in taken] == ["run002", "run000", "run001", "run003"]


def test_thirty_jobs_and_six_processes_at_once_each_job_is_taken_exactly_once(project: Project, tmp_path: Path) -> None:
    queue_up(project, JOBS)
    go = tmp_path / "go"
    ready = [tmp_path / f"ready-{place}" for place in range(PROCESSES)]
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", CLAIMER, str(go), str(path)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for path in ready
    ]
    wait_until(lambda: all(path.exists() for path in ready))
    go.touch()
    taken: list[str] = []
    for process in processes:
        output, errors = process.communicate(timeout=300)
        assert process.returncode == 0, errors
        taken += output.split()
    assert sorted(taken) == sorted(one.id for one in jobs())
    assert len(taken) == len(set(taken)) == JOBS
    assert {one.state for one in jobs()} == {"running"}


def test_a_waiting_job_can_be_taken_out_and_a_running_one_cannot(project: Project) -> None:
    first, second = queue_up(project, 2)
    claim()
    assert not cancel_waiting(first)
    assert cancel_waiting(second)
    assert not cancel_waiting(second)
    states = {one.run_id: one.state for one in jobs()}
    assert states == {first.id: "running", second.id: "stopped"}
    assert claim() is None


def test_jobs_are_listed_the_newest_first_by_state_and_by_project(
    project: Project, make_project: Callable[..., Project]
) -> None:
    runs = queue_up(project, 3)
    other = make_project()
    queue_up(other)
    claim()
    assert [one.run_id for one in jobs(project_id=project.id)] == [run.id for run in reversed(runs)]
    assert [one.run_id for one in jobs("running")] == ["run000"]
    assert [one.run_id for one in jobs("queued", project.id)] == ["run002", "run001"]
    assert len(jobs()) == 4


def test_a_run_queued_again_shows_its_latest_job(project: Project) -> None:
    (run,) = queue_up(project)
    first = claim()
    assert first is not None
    finish(first.id, "interrupted")
    again = enqueue(run)
    latest = job_of(run)
    assert latest is not None
    assert (latest.id, latest.state) == (again.id, "queued")


@pytest.mark.parametrize("state", ["done", "stopped", "interrupted"])
def test_an_end_without_a_reason_has_none(project: Project, state: str) -> None:
    queue_up(project)
    taken = claim()
    assert taken is not None
    finish(taken.id, state)
    assert [(one.state, one.reason) for one in jobs()] == [(state, None)]
