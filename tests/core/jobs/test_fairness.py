"""Whose turn it is: each job exactly once, no owner before the others, never two on one device."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from pathlib import Path

import psutil
import pytest
from sqlalchemy.exc import NoResultFound

from core.errors import UserError
from core.jobs.control import delete, move, put_first
from core.jobs.launch import launch_all
from core.jobs.processes import is_held, supervisor_lock
from core.jobs.queue import Job, claim, enqueue, exchange, finish, jobs, requeue, waiting_in_order
from core.models.choice import ModelChoice
from core.store.project import Project, create_project
from core.store.run import Run, list_runs
from core.train.settings import Settings
from tests.conftest import processes_of
from tests.core.jobs.at_work import WORKER, at_once, now_of, taken
from tests.waiting import wait_until

OWNERS = ("ada", "blaise", "chloé")
PROCESSES, JOBS = 6, 30

THROW = """
from core.jobs.processes import ensure_supervisor
from core.jobs.queue import enqueue, jobs
from core.store.run import Run
project, wakes, *names = arguments
for name in names[:2]: enqueue(Run(project, name))
enqueue(*(Run(project, name) for name in names[2:]))
while wakes and len(jobs()) < 30: time.sleep(0.01)
if wakes: ensure_supervisor()
"""
TAKE = """
from core.jobs.queue import claim
while (job := claim("cpu")) is not None: print(job.id, flush=True)
"""


def theirs(owner: str, count: int = 1) -> list[Run]:
    """Runs of a new project of this owner, their folders still empty: a worker finds no record and ends."""
    project = create_project(f"of {owner}", owner=owner)
    runs = [Run(project.id, f"{owner[0]}{place:03d}{project.id}") for place in range(count)]
    for run in runs:
        run.folder.mkdir(parents=True)
    return runs


def thrown_in(folder: Path, *, wakes: bool) -> list[Run]:
    """Thirty runs of three owners, put into the queue by six processes at once: two alone and a batch of three each."""
    heaps = [theirs(OWNERS[place % len(OWNERS)], JOBS // PROCESSES) for place in range(PROCESSES)]
    at_once(THROW, [[heap[0].project_id, "yes" * wakes, *(run.id for run in heap)] for heap in heaps], folder)
    return [run for heap in heaps for run in heap]


def ids(found: list[Job]) -> list[str]:
    return [job.id for job in found]


def test_thirty_jobs_of_three_owners_from_six_processes_are_taken_once_each_and_in_turn(
    home: Path, tmp_path: Path
) -> None:
    runs = thrown_in(tmp_path, wakes=False)
    foreseen = ids(waiting_in_order())
    assert sorted(job.run_id for job in jobs("queued")) == sorted(run.id for run in runs)
    assert sorted(job.position for job in jobs()) == list(range(1, JOBS + 1))
    for batch, found in itertools.groupby(sorted(jobs(), key=lambda job: job.batch or ""), lambda job: job.batch):
        places = sorted(job.position for job in found)
        assert batch is None or places == list(range(places[0], places[0] + 3))

    claimed = " ".join(at_once(TAKE, [[]] * 4, tmp_path)).split()
    assert Counter(claimed) == Counter(ids(jobs("running"))) == Counter(foreseen)
    order = sorted(jobs("running"), key=lambda job: job.turn or 0)
    assert [job.turn for job in order] == list(range(1, JOBS + 1))
    assert ids(order) == foreseen
    for first in range(0, JOBS, len(OWNERS)):
        assert {job.owner for job in order[first : first + len(OWNERS)]} == set(OWNERS)
    for owner in OWNERS:
        places = [job.position for job in order if job.owner == owner]
        assert places == sorted(places)


def test_who_comes_late_with_one_job_need_not_wait_for_all_jobs_of_another(home: Path) -> None:
    enqueue(*theirs("ada", 10))
    for owner in ("blaise", "chloé"):
        enqueue(*theirs(owner))
    served = []
    for _ in range(5):
        job = taken()
        served.append(job.owner)
        finish(job, "done")
    assert served == ["ada", "blaise", "chloé", "ada", "ada"]


def test_who_has_a_job_at_work_comes_after_who_has_none(home: Path) -> None:
    """Two devices: the long job of one owner counts as often as the short ones of another."""
    enqueue(*theirs("ada", 3))
    enqueue(*theirs("blaise", 3))
    assert taken().owner == "ada"
    for _ in range(3):
        job = taken("cpu#2")
        assert job.owner == "blaise"
        finish(job, "done")
    assert taken("cpu#2").owner == "ada"


@pytest.mark.parametrize("seed", range(6))
def test_the_order_shown_is_the_order_in_which_jobs_are_taken(home: Path, seed: int) -> None:
    """Whatever has been done to the queue before: taken, ended, deleted, put first, moved, queued again."""
    chance = random.Random(seed)
    runs = [run for owner in OWNERS for run in theirs(owner, 8)]
    chance.shuffle(runs)
    for run in runs[:18]:
        enqueue(run)
    for _ in range(chance.randrange(4, 10)):
        job = taken()
        if chance.random() < 0.6:
            finish(job, chance.choice(["failed", "done"]))
        elif chance.random() < 0.3:
            requeue(job)
    for job in jobs():
        if job.state in ("failed", "done") and chance.random() < 0.7:
            delete(job.folder)
        elif job.state == "queued" and chance.random() < 0.2:
            put_first(job.folder, urgent=True)
        elif job.state == "queued" and chance.random() < 0.4:
            move(job.folder, chance.choice(["up", "down"]))
    for run in runs[18:]:
        enqueue(run)
    foreseen = ids(waiting_in_order())
    assert len(foreseen) > 6
    order = []
    while (next_one := claim("cpu")) is not None:
        order.append(next_one)
    assert ids(order) == foreseen


def test_an_urgent_job_goes_before_all_others_of_every_owner(home: Path) -> None:
    ada, blaise = theirs("ada", 2), theirs("blaise", 2)
    for run in (*ada, *blaise):
        enqueue(run)
    put_first(blaise[1], urgent=True)
    assert waiting_in_order()[0].run_id == blaise[1].id
    assert taken().run_id == blaise[1].id
    put_first(blaise[0], urgent=True)
    put_first(blaise[0], urgent=False)
    assert [taken().run_id for _ in range(3)] == [ada[0].id, blaise[0].id, ada[1].id]


def test_a_job_moves_among_those_of_its_owner_only(home: Path) -> None:
    ada, blaise = theirs("ada", 3), theirs("blaise", 3)
    for pair in zip(ada, blaise, strict=True):
        for run in pair:
            enqueue(run)
    before = {job.run_id: job.position for job in jobs()}
    move(ada[2], "up")
    move(ada[0], "up")  # the first already
    move(blaise[2], "down")  # the last already
    assert [job.run_id for job in waiting_in_order() if job.owner == "ada"] == [ada[0].id, ada[2].id, ada[1].id]
    assert {run.id: now_of(run).position for run in blaise} == {run.id: before[run.id] for run in blaise}
    move(ada[2], "down")
    assert {job.run_id: job.position for job in jobs()} == before


def test_a_job_that_no_longer_waits_changes_places_with_none(home: Path) -> None:
    runs = theirs("ada", 3)
    first, second, third = (enqueue(run)[0] for run in runs)
    assert exchange(second, third)
    second, third = now_of(runs[1]), now_of(runs[2])
    assert taken().id == first.id
    for pair in ((first, second), (second, first)):
        assert not exchange(*pair)
        assert [now_of(run).position for run in runs] == [first.position, second.position, third.position]
    move(runs[0], "down")
    assert [now_of(run).position for run in runs] == [first.position, second.position, third.position]


def test_a_batch_is_queued_as_a_whole_or_not_at_all(project: Project, tiny_bert: Path, tmp_path: Path) -> None:
    with pytest.raises(NoResultFound):
        enqueue(Run(project.id, "a"), Run("nobody", "b"))
    good = Settings(model=ModelChoice(kind="folder", name=str(tiny_bert)))
    bad = Settings(model=ModelChoice(kind="folder", name=str(tmp_path)))
    with pytest.raises(UserError) as caught:
        launch_all(project.id, [good, bad])
    assert caught.value.code == "model_folder"
    assert (jobs(), list_runs(project.id)) == ([], [])
    together = enqueue(Run(project.id, "a"), Run(project.id, "b"), name="folds")
    (alone,) = enqueue(Run(project.id, "c"))
    assert {(job.batch, job.name) for job in together} == {(together[0].batch, "folds")}
    assert (together[0].batch is None, alone.batch, alone.name) == (False, None, None)


@pytest.mark.long
def test_thirty_jobs_of_three_owners_are_worked_on_once_each_and_never_two_on_one_device(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARAFINE_SLOTS", "cpu cpu")
    runs = thrown_in(tmp_path, wakes=True)
    seen: Counter[tuple[str, ...]] = Counter()

    def is_over() -> bool:
        seen[tuple(sorted(slots_at_work(home)))] += 1
        return not jobs("queued") and not jobs("running") and not is_held(supervisor_lock())

    wait_until(is_over, limit=600)
    assert set(seen) <= {(), ("cpu",), ("cpu#2",), ("cpu", "cpu#2")}
    assert seen["cpu", "cpu#2"] > 0
    assert Counter((job.state, job.attempt) for job in jobs()) == {("failed", 1): JOBS}
    assert all(run.log.read_text().count("Traceback") == 1 for run in runs)
    for slot in ("cpu", "cpu#2"):
        worked = sorted(times_of(job) for job in jobs() if job.slot == slot)
        assert len(worked) > JOBS // 5
        assert all(before[1] <= after[0] for before, after in itertools.pairwise(worked))
    order = sorted(jobs(), key=lambda job: job.turn or 0)
    assert [job.turn for job in order] == list(range(1, JOBS + 1))
    assert all(count >= 6 for count in Counter(job.owner for job in order[:24]).values())
    assert (home / "supervisor.log").read_text() == ""


def slots_at_work(home: Path) -> list[str]:
    """The device of every worker that lives now."""
    found = []
    for process in processes_of(home, WORKER):
        try:
            found.append(process.cmdline()[-1])
        except (psutil.NoSuchProcess, IndexError):
            continue
    return found


def times_of(job: Job) -> tuple[int, int]:
    """When its worker gave its first sign of life and said its last word, by the files, in nanoseconds."""
    folder = job.folder.folder
    return (folder / "heartbeat.json").stat().st_mtime_ns, (folder / "outcome.json").stat().st_mtime_ns
