"""A cross-validation and a search in the bin: all of it goes there, comes back, or is gone for good, and nothing is left on the disk."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import UserError
from core.jobs.control import delete, take_back
from core.jobs.folds import launch_folds, resume_all, stop_all
from core.jobs.housekeeping import empty_bin, keep_house
from core.jobs.processes import supervisor_lock
from core.jobs.queue import claim, finish, job_of, jobs
from core.jobs.search import launch_search
from core.jobs.study_bin import delete_study, take_back_study, take_back_whole
from core.models.choice import ModelChoice
from core.store.project import Project
from core.store.run import list_runs, next_number
from core.store.search import list_searches
from core.store.study import Study, list_studies, next_study_number
from core.train.settings import Settings
from tests.tables import lay_down


@pytest.fixture(autouse=True)
def held(home: Path) -> Iterator[None]:
    """No supervisor starts: what waits stays where it is."""
    with supervisor_lock().acquire(timeout=0):
        yield


@pytest.fixture
def settings(tiny_bert: Path) -> Settings:
    return Settings(model=ModelChoice(kind="folder", name=str(tiny_bert)))


@pytest.fixture
def study(project: Project, settings: Settings) -> Study:
    made = launch_folds(project.id, settings, 2)
    stop_all(made)
    return made


def files(project: Project) -> set[str]:
    """Of everything that was launched, in its place or in the bin."""
    return {
        str(path.relative_to(project.folder))
        for room in ("runs", "studies", "searches", "bin")
        for path in (project.folder / room).rglob("*")
        if path.is_file()
    }


def test_all_of_it_goes_into_the_bin_and_comes_back_as_it_was(project: Project, study: Study) -> None:
    before = files(project)
    delete_study(study)
    assert files(project) == {f"bin/{name}" for name in before}
    assert (list_runs(project.id), list_studies(project.id), jobs()) == ([], [], [])
    assert len({job.deleted_at for job in jobs(deleted=True)}) == 1
    # What lies there keeps its numbers.
    assert (next_study_number(project.id), next_number(project.id)) == (2, 4)
    take_back_study(study)
    assert files(project) == before
    assert (list_studies(project.id), len(jobs()), jobs(deleted=True)) == ([study], 3, [])
    resume_all(study)
    first = claim("cpu")
    assert first is not None
    assert first.run == study.folds()[0]


def test_one_of_its_runs_brings_back_all_and_other_jobs_come_alone(project: Project, study: Study) -> None:
    alone = lay_down(project)
    delete(alone)
    first, second = study.folds()
    delete(first)
    delete_study(study)
    assert len(jobs(deleted=True)) == 4
    last = job_of(second)
    assert last is not None
    take_back_whole(last)
    assert [job.run_id for job in jobs(deleted=True)] == [alone.id]
    assert sorted(job.run_id for job in jobs()) == sorted(run.id for run in study.runs())
    take_back_whole(*jobs(deleted=True))
    assert len(jobs()) == 4


def test_while_a_part_of_it_waits_or_works_nothing_is_moved(project: Project, study: Study) -> None:
    resume_all(study)
    working = claim("cpu")
    assert working is not None
    for left in ("queued", "running"):
        before = files(project)
        with pytest.raises(UserError) as caught:
            delete_study(study)
        assert (caught.value.code, caught.value.facts) == ("study_busy", {"number": 1})
        assert (files(project), jobs(deleted=True)) == (before, [])
        if left == "queued":
            stop_all(study)
    finish(working, "stopped")
    delete_study(study)
    assert jobs() == []


def test_what_is_emptied_leaves_nothing_on_the_disk(project: Project, study: Study) -> None:
    delete_study(study)
    job = jobs(deleted=True)[0]
    assert empty_bin() == 3
    assert files(project) == set()
    assert not list(project.folder.rglob(study.id))
    assert jobs(deleted=True) == []
    for act in (lambda: take_back_study(study), lambda: take_back(job)):
        with pytest.raises(UserError, match="does not exist any more"):
            act()


def test_a_cross_validation_whose_runs_went_one_by_one_goes_with_the_last(project: Project, study: Study) -> None:
    for run in study.runs():
        assert list_studies(project.id) == [study]
        delete(run)
        empty_bin()
    assert files(project) == set()
    assert list_studies(project.id) == []


def test_a_deletion_that_was_cut_off_is_completed_or_taken_back(project: Project, study: Study) -> None:
    """The runs lie in the bin, the study is still in its place."""
    for run in study.runs():
        delete(run)
    take_back_study(study)
    assert (len(jobs()), list_studies(project.id)) == (3, [study])
    for run in study.runs()[:2]:
        delete(run)
    delete_study(study)
    assert (list_studies(project.id), [each.id for each in list_studies(project.id, binned=True)]) == ([], [study.id])
    assert empty_bin() == 3
    assert files(project) == set()


def test_of_the_model_on_all_rows_that_another_started_from_the_rows_stay_known(project: Project, study: Study) -> None:
    final = study.final()
    assert final is not None
    lay_down(project, Settings(model=ModelChoice(kind="run", name=final.id)))
    delete_study(study)
    empty_bin()
    assert {path.name for path in final.bin.iterdir()} == {"run.json", "examples.parquet"}
    assert not list(project.folder.rglob(study.id))


def test_a_cross_validation_that_was_never_finished_goes_after_a_day(project: Project, study: Study) -> None:
    half, fresh = project.folder / "studies" / "half", project.folder / "studies" / "fresh"
    for folder in (half, fresh):
        folder.mkdir()
    moment = time.time() - 1.1 * 86_400
    os.utime(half, (moment, moment))
    keep_house()
    assert (half.exists(), fresh.exists(), study.folder.exists()) == (False, True, True)


def test_a_search_goes_with_its_trials(project: Project, settings: Settings) -> None:
    search = launch_search(project.id, settings, {"epochs": (1, 3)}, 2)
    search.trial(0).lay_down(settings.model_dump(mode="json"))
    search.study_file.write_bytes(b"1")
    with pytest.raises(UserError) as caught:
        delete(search)
    assert caught.value.code == "job_busy"
    job = claim("cpu")
    assert job is not None
    finish(job, "stopped")
    before = files(project)
    delete(search)
    assert files(project) == {f"bin/{name}" for name in before}
    take_back_whole(*jobs(deleted=True))
    assert (files(project), list_searches(project.id)) == (before, [search])
    delete(search)
    empty_bin()
    assert files(project) == set()
