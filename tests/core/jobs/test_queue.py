"""The queue: each job is taken once, in its turn, and remembers how it ended."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from core.jobs.queue import (
    claim,
    end_waiting,
    enqueue,
    finish,
    job,
    job_of,
    jobs,
    queue_again,
    requeue,
    waiting_in_order,
)
from core.jobs.slots import BESIDE
from core.store.baselines import Baselines
from core.store.database import JobRow, engine
from core.store.job_folder import State
from core.store.labelling import Labelling
from core.store.project import Project
from core.store.run import Run
from tests.core.jobs.at_work import at_once

PROCESSES = 6
JOBS = 30

CLAIMER = """
from core.jobs.queue import claim
while (job := claim("cpu")) is not None: print(job.id, flush=True)
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
    running = claim("cpu")
    assert running is not None
    assert (running.id, running.state, running.ended_at) == (waiting.id, "running", None)
    assert (running.slot, running.attempt) == ("cpu", 1)
    assert running.started_at is not None
    assert running.started_at >= running.queued_at
    assert claim("cpu") is None
    reason = {"code": "out_of_memory", "facts": {}}
    assert finish(running, "failed", reason)
    over = job(running.id)
    assert over is not None
    assert (over.state, over.reason) == ("failed", reason)
    assert over.ended_at is not None
    assert over.ended_at >= running.started_at
    assert claim("cpu") is None


def test_an_empty_queue_gives_nothing(home: Path) -> None:
    assert (claim("cpu"), jobs(), job("nobody"), job_of(Run("p", "r"))) == (None, [], None, None)


def test_the_oldest_comes_first_and_the_urgent_before_it(project: Project) -> None:
    runs = queue_up(project, 4)
    with Session(engine()) as session, session.begin():
        session.execute(update(JobRow).where(JobRow.run_id == runs[2].id).values(priority=5))
    taken = [claim("cpu") for _ in runs]
    assert [one.run_id if one else None for one in taken] == ["run002", "run000", "run001", "run003"]


def test_thirty_jobs_and_six_processes_at_once_each_job_is_taken_exactly_once(project: Project, tmp_path: Path) -> None:
    queue_up(project, JOBS)
    taken = " ".join(at_once(CLAIMER, [[]] * PROCESSES, tmp_path)).split()
    assert sorted(taken) == sorted(one.id for one in jobs())
    assert len(taken) == len(set(taken)) == JOBS
    assert {one.state for one in jobs()} == {"running"}


def test_a_waiting_job_can_be_taken_out_and_a_running_one_cannot(project: Project) -> None:
    first, second = queue_up(project, 2)
    claim("cpu")
    assert not end_waiting(first, "stopped")
    assert end_waiting(second, "stopped")
    assert not end_waiting(second, "stopped")
    states = {one.run_id: one.state for one in jobs()}
    assert states == {first.id: "running", second.id: "stopped"}
    assert claim("cpu") is None


def test_jobs_are_listed_the_newest_first_by_state_and_by_project(
    project: Project, make_project: Callable[..., Project]
) -> None:
    runs = queue_up(project, 3)
    other = make_project()
    queue_up(other)
    claim("cpu")
    assert [one.run_id for one in jobs(project_id=project.id)] == [run.id for run in reversed(runs)]
    assert [one.run_id for one in jobs("running")] == ["run000"]
    assert [one.run_id for one in jobs("queued", project.id)] == ["run002", "run001"]
    assert len(jobs()) == 4


def test_a_job_queued_again_is_a_new_attempt_at_the_end_of_the_queue(project: Project) -> None:
    run, other = queue_up(project, 2)
    first = claim("cpu")
    assert first is not None
    assert finish(first, "failed", {"code": "out_of_memory", "facts": {}})
    assert queue_again(first)
    again = job_of(run)
    assert again is not None
    assert (again.id, again.state, again.attempt, again.reason) == (first.id, "queued", 2, None)
    assert (again.slot, again.started_at, again.ended_at) == (None, None, None)
    assert not queue_again(again)  # asked for twice, it is queued once
    taken = [claim("cpu") for _ in range(2)]
    assert [one.run_id if one else None for one in taken] == [other.id, run.id]


def test_what_is_said_of_an_earlier_attempt_changes_nothing(project: Project) -> None:
    """A supervisor that was thought dead may wake up late."""
    (run,) = queue_up(project)
    first = claim("cpu")
    assert first is not None
    assert requeue(first)
    assert not requeue(first)
    second = claim("cpu")
    assert second is not None
    assert (second.id, second.attempt) == (first.id, 2)
    assert not finish(first, "failed", {"code": "x"})
    now = job_of(run)
    assert now is not None
    assert (now.state, now.reason, now.attempt) == ("running", None, 2)
    assert finish(second, "done")
    assert not finish(second, "interrupted")  # the first word on an attempt is the last


def test_a_job_that_never_began_goes_back_to_its_place(project: Project) -> None:
    run, other = queue_up(project, 2)
    first = claim("cpu")
    assert first is not None
    assert requeue(first)
    taken = [claim("cpu") for _ in range(2)]
    assert [one.run_id if one else None for one in taken] == [run.id, other.id]


def test_light_work_waits_for_no_device_and_a_device_for_no_light_work(project: Project) -> None:
    (run,) = queue_up(project)
    labelling = Labelling(project.id, "label")
    enqueue(labelling)
    taken = [claim(slot) for slot in (BESIDE, BESIDE, "cpu", "cpu")]
    assert [one.run_id if one else None for one in taken] == [labelling.id, None, run.id, None]


@pytest.mark.parametrize("state", ["done", "stopped", "paused", "interrupted"])
def test_an_end_without_a_reason_has_none(project: Project, state: State) -> None:
    queue_up(project)
    taken = claim("cpu")
    assert taken is not None
    assert finish(taken, state)
    assert [(one.state, one.reason) for one in jobs()] == [(state, None)]


def test_simple_models_wait_until_their_project_trains_nothing(make_project: Callable[..., Project]) -> None:
    project, other = make_project(), make_project(name="others.csv")
    simple, elsewhere = Baselines(project.id, "simple"), Baselines(other.id, "simple2")
    (first, second) = queue_up(project, 2)
    enqueue(simple)
    enqueue(elsewhere)
    # Another project trains nothing: its own begin.
    assert [one.run_id for one in waiting_in_order()] == ["simple2", first.id, second.id, "simple"]
    taken = claim(BESIDE)
    assert taken is not None
    assert taken.folder == elsewhere
    for run in (first, second):
        assert claim(BESIDE) is None
        training = claim("cpu")
        assert training is not None
        assert training.run == run
        assert claim(BESIDE) is None
        finish(training, "done")
    last = claim(BESIDE)
    assert last is not None
    assert last.folder == simple


def test_a_paused_training_keeps_no_simple_models_waiting(project: Project) -> None:
    queue_up(project)
    enqueue(Baselines(project.id, "simple"))
    training = claim("cpu")
    assert training is not None
    finish(training, "paused")
    assert claim(BESIDE) is not None
