"""What a person does to a job: stop, pause, resume, rename, delete, take back; each in every state it may be in."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import UserError
from core.jobs.control import delete, pause, put_first, rename, resume, state_of, stop, take_back
from core.jobs.launch import launch
from core.jobs.processes import supervisor_lock
from core.jobs.queue import enqueue, finish, job_of, jobs, waiting_in_order
from core.store.job_folder import RESUMABLE, State
from core.store.project import Project
from core.store.run import Run, list_runs, next_number, open_run
from core.train.settings import Settings
from tests.conftest import processes_of
from tests.core.jobs.at_work import WORKER, begun, broken_run, ended, now_of, steps_learned, taken
from tests.tables import lay_down
from tests.waiting import wait_until


@pytest.fixture
def nobody_works(home: Path) -> Iterator[None]:
    """The test holds the supervisor's lock: what is queued stays as it is."""
    with supervisor_lock():
        yield


def rested(run: Run, state: State) -> None:
    """As if the run had been worked on and had ended so."""
    enqueue(run)
    assert finish(taken(), state, {"code": "out_of_memory", "facts": {}} if state == "failed" else None)


def refused(code: str, act: object, *arguments: object) -> UserError:
    assert callable(act)
    with pytest.raises(UserError) as caught:
        act(*arguments)
    assert caught.value.code == code
    return caught.value


@pytest.mark.usefixtures("nobody_works")
@pytest.mark.parametrize(("ask", "state"), [(stop, "stopped"), (pause, "paused")])
def test_what_waits_leaves_the_queue_at_once_and_comes_back_at_its_end(
    project: Project, ask: object, state: State
) -> None:
    assert callable(ask)
    run, other = lay_down(project), lay_down(project)
    for each in (run, other):
        enqueue(each)
    ask(run)
    assert (state_of(run), run.asked(), now_of(run).started_at) == (state, None, None)
    assert [job.run_id for job in waiting_in_order()] == [other.id]
    assert resume(run).attempt == 2
    assert [job.run_id for job in waiting_in_order()] == [other.id, run.id]


@pytest.mark.usefixtures("nobody_works")
@pytest.mark.parametrize("state", RESUMABLE)
def test_a_job_that_rests_is_resumed_as_a_new_attempt(project: Project, state: State) -> None:
    run = lay_down(project)
    rested(run, state)
    stop(run)  # too late: nobody works on it
    pause(run)
    job = resume(run)
    assert (job.state, job.attempt, job.reason, job.ended_at) == ("queued", 2, None, None)
    assert run.asked() is None
    assert taken().attempt == 2


@pytest.mark.usefixtures("nobody_works")
def test_a_job_that_waits_works_is_done_or_is_deleted_is_not_resumed(project: Project) -> None:
    run = lay_down(project)
    enqueue(run)
    refused("job_not_resumable", resume, run)
    job = taken()
    stop(run)
    refused("job_not_resumable", resume, run)
    assert run.asked() == "stop"  # from another tab: what was asked of the one at work still holds
    finish(job, "done")
    refused("job_not_resumable", resume, run)
    binned = lay_down(project)
    rested(binned, "stopped")
    delete(binned)
    refused("job_not_resumable", resume, binned)
    assert [one.state for one in (now_of(run), now_of(binned))] == ["done", "stopped"]


@pytest.mark.usefixtures("nobody_works")
def test_a_run_whose_maker_was_cut_off_before_it_was_queued_can_be_resumed(project: Project) -> None:
    run = lay_down(project)
    assert (job_of(run), state_of(run)) == (None, "interrupted")
    assert (resume(run).state, taken().run_id) == ("queued", run.id)


@pytest.mark.usefixtures("nobody_works")
def test_a_run_that_lost_its_record_is_not_resumed_and_that_is_a_sentence(project: Project) -> None:
    for loss in ("run.json", "."):
        run = lay_down(project)
        rested(run, "failed")
        path = run.folder / loss
        path.unlink() if path.is_file() else shutil.rmtree(path)
        refused("run_not_found", resume, run)
        assert now_of(run).state == "failed"


def test_the_last_word_of_an_earlier_attempt_does_not_count(project: Project, home: Path) -> None:
    """The second attempt is cut off before it says anything: the first one's "paused" is no answer."""
    with supervisor_lock():
        run = lay_down(project)
        rested(run, "paused")
        run.conclude(1, "paused", None)
        resume(run)
        assert taken().attempt == 2
        begun(run, 2)
    job = ended(run)
    assert (job.state, job.attempt) == ("interrupted", 2)
    wait_until(lambda: not processes_of(home))


@pytest.mark.usefixtures("nobody_works")
@pytest.mark.parametrize(
    ("given", "kept"), [("  le premier\n essai ", "le premier essai"), ("x" * 300, "x" * 80), (" \n ", None)]
)
def test_a_name_is_one_short_line_and_none_when_it_is_empty(project: Project, given: str, kept: str | None) -> None:
    run = lay_down(project)
    enqueue(run, name="before")
    rename(run, given)
    assert now_of(run).name == kept
    taken()
    rename(run, "at work")
    assert (now_of(run).name, now_of(run).state) == ("at work", "running")


def test_what_was_never_queued_has_neither_name_nor_place(project: Project) -> None:
    run = lay_down(project)
    refused("run_not_found", rename, run, "name")
    with pytest.raises(UserError) as caught:
        put_first(run, urgent=True)
    assert caught.value.code == "run_not_found"


@pytest.mark.usefixtures("nobody_works")
def test_a_deleted_run_lies_in_the_bin_and_is_taken_back_as_it_was(project: Project) -> None:
    run, other = lay_down(project), lay_down(project)
    rested(run, "stopped")
    (run.folder / "checkpoints").mkdir()
    (run.folder / "checkpoints" / "a").write_bytes(b"1")
    before = {path.relative_to(run.folder): path.is_file() and path.read_bytes() for path in run.folder.rglob("*")}
    delete(run)
    assert not run.folder.exists()
    assert (list_runs(project.id), jobs()) == ([other], [])
    (binned,) = jobs(deleted=True)
    assert binned.deleted_at is not None
    assert next_number(project.id) == 3
    refused("run_not_found", open_run, project.id, run.id)
    assert open_run(project.id, run.id, binned=True).record().number == 1
    take_back(binned)
    assert {path.relative_to(run.folder): path.is_file() and path.read_bytes() for path in run.folder.rglob("*")} == (
        before
    )
    assert (now_of(run).state, now_of(run).deleted_at, jobs(deleted=True)) == ("stopped", None, [])
    assert resume(run).state == "queued"


@pytest.mark.usefixtures("nobody_works")
def test_a_job_that_waits_or_works_is_not_deleted(project: Project) -> None:
    run = lay_down(project)
    enqueue(run, name="essai")
    for _ in range(2):
        assert refused("job_busy", delete, run).facts == {"name": "essai"}
        assert run.folder.exists()
        if now_of(run).state == "queued":
            taken()


@pytest.mark.usefixtures("nobody_works")
def test_a_run_that_was_never_queued_can_be_deleted_and_taken_back(project: Project) -> None:
    run = lay_down(project)
    delete(run)
    assert not run.folder.exists()
    take_back(*jobs(deleted=True))
    assert (list_runs(project.id), state_of(run)) == ([run], "interrupted")


@pytest.mark.slow
def test_paused_it_leaves_the_device_to_others_and_goes_on_where_it_was(
    project: Project, home: Path, long_work: Settings
) -> None:
    run = launch(project.id, long_work)
    wait_until(lambda: steps_learned(run) > 60)
    following = broken_run(project)
    enqueue(following)
    pause(run)
    assert ended(run).state == "paused"
    assert not run.has_model()
    reached = run.progress().step
    assert ended(following).state == "failed"
    assert resume(run).attempt == 2
    wait_until(lambda: steps_learned(run) > reached + 10)
    stop(run)
    assert ended(run).state == "stopped"
    assert run.has_model()
    result = run.result()
    assert result is not None
    assert (result["state"], result["attempt"]) == ("stopped", 2)
    resume(run)
    wait_until(lambda: steps_learned(run) > result["steps"] + 10)
    stop(run)
    assert (ended(run).state, now_of(run).attempt) == ("stopped", 3)
    steps = [point["step"] for point in run.metrics() if (point["split"], point["name"]) == ("train", "loss")]
    every = long_work.epochs * 48 // 200
    assert steps == [1, *range(every, steps[-1] + 1, every)]  # neither a hole nor anything twice
    wait_until(lambda: not processes_of(home, WORKER))
