"""The job of a cross-validation's simple models: one for all folds, behind its trainings; killed, resumed, deleted with the study."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from core.errors import UserError
from core.jobs.baselines import ask_for_study_baselines
from core.jobs.control import delete, resume, take_back
from core.jobs.folds import launch_folds, pause_all, resume_all, stop_all
from core.jobs.housekeeping import empty_bin
from core.jobs.job_words import ended_of, title_of
from core.jobs.overview import look
from core.jobs.processes import supervisor_lock
from core.jobs.queue import claim, finish, job_of, jobs
from core.jobs.slots import BESIDE
from core.jobs.study_bin import delete_study, take_back_study, take_back_whole
from core.jobs.worker import WORK
from core.models.choice import ModelChoice
from core.store.project import Project, delete_project
from core.store.study import Study, list_studies
from core.store.study_baselines import StudyBaselines, study_baselines_of
from core.train.settings import Settings
from core.train.study_baselines import work_on_folds
from core.words import LANGUAGES, Words
from tests.beside_folds import measured, unlike
from tests.trained import one_thread, worker  # noqa: F401  # a fixture for the module


@pytest.fixture(autouse=True)
def held(home: Path) -> Iterator[None]:
    """No supervisor starts."""
    with supervisor_lock().acquire(timeout=0):
        yield


@pytest.fixture
def study(project: Project, tiny_bert: Path) -> Study:
    return launch_folds(project.id, Settings(model=ModelChoice(kind="folder", name=str(tiny_bert))), 3, 2)


def job_state(found: StudyBaselines) -> str:
    job = job_of(found)
    assert job is not None
    return job.state


def test_they_are_asked_for_once_and_wait_until_every_fold_is_over(study: Study) -> None:
    assert study_baselines_of(study) is None
    found = ask_for_study_baselines(study)
    assert ask_for_study_baselines(study) == found == study_baselines_of(study)
    assert [job.kind for job in jobs()] == ["study_baselines", "train_on_all", *["train"] * 6]
    assert found.record().folds == list(range(6))
    for place, run in enumerate(study.folds()):
        assert found.examples(place).equals(run.examples()[found.examples(place).columns])
    while (training := claim("cpu")) is not None:
        assert claim(BESIDE) is None
        finish(training, "done")
    taken = claim(BESIDE)
    assert taken is not None
    assert taken.folder == found


def test_each_fold_is_measured_on_its_own_rows_and_every_row_once_a_repeat(study: Study) -> None:
    found = measured(study)
    result = found.result()
    assert result is not None
    assert [fold["fold"] for fold in result["folds"]] == list(range(6))
    for place, (run, fold) in enumerate(zip(study.folds(), result["folds"], strict=True)):
        asked = run.examples().query("part == 'test'")
        assert [each["name"] for each in fold["baselines"]] == ["majority", "tfidf", "embeddings"]
        answers = found.answers(place)
        assert answers["id"].tolist() == asked["id"].tolist()
        for each in fold["baselines"]:
            right = float((answers[each["name"]] == answers["label"]).mean())
            assert each["test"] == pytest.approx(each["test"] | {"rows": len(asked), "accuracy": right})
    for repeat in (range(3), range(3, 6)):
        ids = pd.concat([found.answers(place)["id"] for place in repeat]).tolist()
        assert sorted(ids) == sorted(f"r{row}" for row in range(1, 61))


@pytest.mark.slow
def test_a_stopped_one_goes_on_behind_the_folds_that_are_measured(study: Study) -> None:
    found = ask_for_study_baselines(study)
    stop_all(study)

    def after_the_second() -> None:
        if found.fold(1) is not None:
            found.ask("pause")

    assert work_on_folds(found, after_the_second, unlike) == "paused"
    assert [place for place in range(6) if found.fold(place)] == [0, 1]
    assert found.result() is None
    kept = (found.folder / "fold-0001.json").read_bytes()
    resume(found)
    taken = claim(BESIDE)
    assert taken is not None
    # Ended by the system: the supervisor calls that interrupted, and the next attempt is a real worker's.
    finish(taken, "interrupted")
    resume(found)
    again = claim(BESIDE)
    assert again is not None
    done = worker(again)
    assert done.returncode == 0, found.log.read_text()
    assert (found.outcome() or {})["state"] == "done"
    assert len((found.result() or {})["folds"]) == 6
    assert (found.folder / "fold-0001.json").read_bytes() == kept
    # The embedded model knows more of these texts than vectors that say nothing.
    last = {each["name"]: each["test"] for each in (found.fold(5) or {})["baselines"]}
    assert last["embeddings"]["accuracy"] > 0.8 > last["majority"]["accuracy"]


def test_what_is_asked_before_the_first_fold_is_heard(study: Study) -> None:
    found = ask_for_study_baselines(study)
    found.ask("stop")
    assert WORK["study_baselines"](found, 1, lambda: None) == "stopped"
    assert (found.fold(0), found.result()) == (None, None)


def test_they_are_stopped_paused_and_resumed_with_the_study(study: Study) -> None:
    found = ask_for_study_baselines(study)
    stop_all(study)
    assert job_state(found) == "stopped"
    resume_all(study)
    assert job_state(found) == "queued"
    pause_all(study)
    assert {job.state for job in jobs()} == {"paused"}


def test_they_go_into_the_bin_with_the_study_and_come_back_with_it(project: Project, study: Study) -> None:
    found = measured(study)
    stop_all(study)
    delete_study(study)
    assert (jobs(), len(jobs(deleted=True))) == ([], 8)
    assert found.bin.exists()
    assert not found.folder.exists()
    take_back_study(study)
    assert (len(jobs()), jobs(deleted=True), study_baselines_of(study)) == (8, [], found)
    delete_study(study)
    job = job_of(found)
    assert job is not None
    take_back_whole(job)
    assert (list_studies(project.id), study_baselines_of(study)) == ([study], found)
    delete_study(study)
    assert empty_bin() == 8
    assert not found.bin.exists()
    assert not list(project.folder.rglob(study.id))


def test_waiting_ones_do_not_hold_a_deletion_up_and_those_at_work_do(study: Study) -> None:
    found = ask_for_study_baselines(study)
    with pytest.raises(UserError) as caught:
        delete_study(study)
    assert (caught.value.code, job_state(found)) == ("study_busy", "queued")
    for run in reversed(study.runs()):
        while (training := claim("cpu")) is not None:
            finish(training, "done")
        assert run.folder.exists()
    taken = claim(BESIDE)
    assert taken is not None
    with pytest.raises(UserError, match="Stop them all first"):
        delete_study(study)
    assert jobs(deleted=True) == []
    finish(taken, "interrupted")
    resume(found)
    delete_study(study)
    assert (jobs(), job_state(found)) == ([], "stopped")


def test_deleted_alone_they_come_back_alone_and_are_asked_for_again(study: Study) -> None:
    found = measured(study)
    stop_all(study)
    delete(found)
    assert study_baselines_of(study) is None
    job = job_of(found)
    assert job is not None
    take_back_whole(job)
    assert study_baselines_of(study) == found
    delete(found)
    anew = ask_for_study_baselines(study)
    assert anew != found
    assert study_baselines_of(study) == anew


def test_when_the_runs_went_one_by_one_they_go_with_the_last(project: Project, study: Study) -> None:
    found = measured(study)
    stop_all(study)
    for run in study.runs():
        assert found.folder.exists()
        delete(run)
        empty_bin()
    assert not found.folder.exists()
    assert jobs() == []
    assert list_studies(project.id) == []


def test_of_an_older_study_the_folds_that_are_left_are_measured(study: Study) -> None:
    stop_all(study)
    first, second = study.folds()[:2]
    delete(first)
    empty_bin()
    delete(second)
    found = ask_for_study_baselines(study)
    assert found.record().folds == [1, 2, 3, 4, 5], "the second lies in the bin, the first is gone"
    binned = job_of(second)
    assert binned is not None
    take_back(binned)
    assert found.examples(1)["part"].tolist() == second.examples()["part"].tolist()


def test_they_go_with_their_project(project: Project, study: Study) -> None:
    found = measured(study)
    stop_all(study)
    delete_project(project.id)
    assert not found.folder.exists()
    assert jobs() == []


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_they_have_a_name_and_an_end_in_words(study: Study, language: str) -> None:
    words = Words(language)
    found = ask_for_study_baselines(study)
    stop_all(study)
    job = job_of(found)
    assert job is not None
    seen = look(job, {})
    assert title_of(seen, words) == words.gettext("Cross-validation {number}, simple models").format(number=1)
    said = "The simple models were not measured on all folds: resume it, it goes on with those that are missing."
    assert ended_of(seen, words) == words.gettext(said)
