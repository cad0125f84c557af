"""Simple models beside a cross-validation: queued at its launch, under way, measured, and said plainly when they are not beaten."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.data.columns import Roles
from core.jobs.folds import launch_folds, stop_all
from core.jobs.queue import claim, finish, job_of, jobs
from core.jobs.slots import BESIDE
from core.results.beside import beside_study
from core.results.study_rivals import study_verdict
from core.results.verdict import sentence
from core.store.draft import Draft, keep_draft
from core.store.project import Project, set_roles
from core.store.study import Study, list_studies
from core.store.study_baselines import study_baselines_of
from core.train.settings import Settings
from core.train.tasks import spread_said, task_of
from core.words import Words
from tests.beside_folds import answered, measured, right, wrong
from tests.core.results.test_over_all_rows import finish_matching
from tests.matching import asked as pairs
from tests.pages.screen import click, errors, everything, said, table, texts, visit
from tests.tables import as_csv
from tests.trained import one_thread  # noqa: F401  # a fixture for the module


@pytest.fixture(autouse=True)
def nobody_works(held: None) -> None:
    """No supervisor: what is queued stays so."""


@pytest.fixture
def study(project: Project) -> Study:
    made = launch_folds(project.id, Settings(), 3, 1)
    stop_all(made)
    return made


def test_a_launch_from_the_page_asks_for_them_and_they_wait_behind(project: Project, words: Words) -> None:
    keep_draft(project, Draft.model_validate({"protocol": "folds", "folds": 3}))
    at = click(visit("train", words, project=project.id), "launch")
    [study] = list_studies(project.id)
    found = study_baselines_of(study)
    assert found is not None
    assert sorted({job.kind for job in jobs()}) == ["study_baselines", "train", "train_on_all"]
    assert said("Beside simple models", words) in [header.value for header in at.header]
    assert said("It begins once this project trains nothing any more.", words) in everything(at)
    assert at.button(key=f"stop_{found.id}")
    # A fold says where they stand, and does not offer to measure them a second time.
    fold = study.folds()[0]
    at = visit("train", words, project=project.id, run=fold.id)
    assert said(
        "They are measured on all folds of the cross-validation, and stand beside its results.", words
    ) in texts(at)
    assert f"ask_baselines_{fold.id}" not in [button.key for button in at.button]
    # On the page of all jobs it is one, with a name.
    name = said("Cross-validation {number}, simple models", words, number="1")
    assert sum(name in text for text in texts(visit("jobs", words))) == 1
    stop_all(study)


def test_an_older_one_has_the_button_and_shows_what_they_reached(study: Study, words: Words) -> None:
    for run in study.folds():
        answered(run, wrong)
    at = click(visit("results", words, project=study.project_id, study=study.id), f"ask_baselines_{study.id}")
    found = study_baselines_of(study)
    assert found is not None
    assert [job.kind for job in jobs("queued")] == ["study_baselines"]
    assert at.button(key=f"stop_{found.id}")
    measured(study)
    at = visit("results", words, project=study.project_id, study=study.id)
    assert errors(at) == []
    beside = beside_study(study)
    assert beside is not None
    rows = table(at, said("Answered by", words))[1:]
    accuracy, macro_f1 = task_of(study.roles()).figures
    assert [row[0] for row in rows] == [
        said("This cross-validation", words),
        said("The most usual answer, whatever the text", words),
        said("Words and pieces of words, counted and weighed", words),
        said("The embedded model, left as it is", words),
    ]
    for row, line in zip(rows, beside.lines, strict=True):
        assert row[1:3] == [spread_said(vars(line.figures[each.name]), each, words) for each in (accuracy, macro_f1)]
    assert "±" in rows[2][1]
    told = study_verdict(study, found)
    assert told is not None
    assert told.standing == "worse"
    assert sentence(told, words) in [warning.value for warning in at.warning]
    # On the Train page too.
    at = visit("train", words, project=study.project_id, study=study.id)
    assert sentence(told, words) in [warning.value for warning in at.warning]


def test_those_that_ended_early_are_resumed_from_the_results(study: Study, words: Words) -> None:
    for run in study.folds():
        answered(run, right)
    click(visit("results", words, project=study.project_id, study=study.id), f"ask_baselines_{study.id}")
    taken = claim(BESIDE)
    assert taken is not None
    finish(taken, "interrupted")
    at = visit("results", words, project=study.project_id, study=study.id)
    early = "The simple models were not measured on all folds: resume it, it goes on with those that are missing."
    assert said(early, words) in texts(at)
    click(at, f"resume_{taken.run_id}")
    again = job_of(taken.folder)
    assert again is not None
    assert again.state == "queued"


def test_of_a_matching_the_words_say_that_folds_decide(make_project: Callable[..., Project], words: Words) -> None:
    project = make_project(as_csv(pairs(24, 1)))
    set_roles(project.id, Roles(text="text", question="question", task="matching"))
    study = launch_folds(project.id, Settings(), 3, 1)
    stop_all(study)
    for place, run in enumerate(study.folds()):
        finish_matching(run, 10 * place)
    found = measured(study)
    at = visit("results", words, project=project.id, study=study.id)
    assert errors(at) == []
    told = study_verdict(study, found)
    assert told is not None
    assert told.part == "folds"
    shown = {"better": at.success, "unclear": at.info, "worse": at.warning}[told.standing]
    assert sentence(told, words) in [each.value for each in shown]
    assert next(row[0] for row in table(at, said("Answered by", words))[2:]) == said(
        "Texts in any order, by chance", words
    )


def test_in_the_bin_it_stays_one_line_of_so_many_trainings(study: Study, words: Words) -> None:
    measured(study)
    at = click(visit("results", words, project=study.project_id, study=study.id), f"delete_{study.id}")
    assert words.ngettext("{count} training", "{count} trainings", 4) in everything(at)
    assert [button.key for button in at.button if str(button.key).startswith("back_")] == [f"back_{study.id}"]
    click(visit("jobs", words), f"back_{study.id}")
    assert study_baselines_of(study) is not None
