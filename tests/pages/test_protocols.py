"""How a result is checked: chosen on the Train page, watched as a whole, told on the Results page; and rows that stay together."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.jobs.control import stop
from core.jobs.folds import launch_folds, stop_all
from core.jobs.queue import jobs
from core.store.draft import Draft, keep_draft, read_draft
from core.store.project import Project, open_project
from core.store.run import list_runs
from core.store.study import list_studies
from core.store.test_file import kept_test_file
from core.train.settings import Settings
from core.words import Words
from tests.core.results.test_folds import finish
from tests.pages.screen import click, errors, everything, figures, followed, run, said, sentence, table, texts, visit
from tests.tables import as_csv, messages


@pytest.fixture(autouse=True)
def nobody_works(held: None) -> None:
    """No supervisor: what is queued stays so."""


def choose(project: Project, protocol: str) -> None:
    keep_draft(project, Draft.model_validate({"protocol": protocol}))


def test_a_cross_validation_is_chosen_told_launched_and_stopped(project: Project, words: Words) -> None:
    at = visit("train", words, project=project.id)
    at.segmented_control[1].set_value("folds")
    at = run(at)
    assert read_draft(project).protocol == "folds"
    at.number_input(key=f"folds_{project.id}").set_value(3)
    at = run(at)
    assert read_draft(project).folds == 3
    assert any(words.integer(4) in text and "3" in text for text in texts(at) if "×" in text)
    at = click(at, "launch")
    [study] = list_studies(project.id)
    assert at.query_params["study"] == study.id
    assert "run" not in at.query_params
    # That of the folds; behind it that of the simple models.
    html, _ = followed(at, "progress")
    for fold in (1, 2, 3):
        assert said("fold {fold}", words, fold=str(fold)) in html
    assert set(figures(at)) == {"study_loss", "study_best"}
    at = click(at, f"stop_{study.id}")
    assert {job.state for job in jobs()} == {"stopped"}
    at = click(at, f"resume_{study.id}")
    assert {job.state for job in jobs()} == {"queued"}
    stop_all(study)


def test_what_cannot_be_folded_is_said_before_the_launch(make_project: Callable[..., Project], words: Words) -> None:
    project = make_project(as_csv([*messages(40), {"text": "the only one", "label": "alone"}]))
    choose(project, "folds")
    at = visit("train", words, project=project.id)
    assert errors(at) == [sentence(words, "label_in_one_group", count=1, labels="alone")]
    assert at.button(key="launch").disabled
    choose(project, "split")
    assert not visit("train", words, project=project.id).button(key="launch").disabled


def test_a_test_file_is_brought_told_and_removed(project: Project, words: Words) -> None:
    choose(project, "file")
    at = visit("train", words, project=project.id)
    assert at.button(key="launch").disabled
    rows = [{"classe": row["label"], "verbatim": f"{row['text']} again"} for row in messages(9)]
    rows += [{"classe": "praise", "verbatim": "lovely"}, {"classe": "refund", "verbatim": messages(2)[1]["text"]}]
    at.file_uploader[0].upload("mine.csv", as_csv(rows), "text/csv")
    at = click(run(at), f"keep_test_{project.id}")
    kept = kept_test_file(project)
    assert kept is not None
    assert kept.mapping == {"classe": "label", "verbatim": "text"}
    # Another visit finds it as it was left.
    at = visit("train", words, project=project.id)
    eleven = words.ngettext("{count} row", "{count} rows", 11)
    assert any(
        said("Asked once, at the end: {rows} of “{name}”.", words, rows=eleven, name="mine.csv") in text
        for text in texts(at)
    )
    assert len(at.warning) == 1
    assert "praise" in at.warning[0].value
    at = click(at, "launch")
    [launched] = list_runs(project.id)
    assert launched.record().parts["test"] == 11
    stop(launched)
    at = visit("train", words, project=project.id)
    at = click(at, f"remove_test_{project.id}")
    assert kept_test_file(project) is None
    assert at.button(key="launch").disabled


def test_what_a_cross_validation_taught_stands_on_the_results(project: Project, words: Words) -> None:
    study = launch_folds(project.id, Settings(), 3, 1)
    at = visit("results", words, project=project.id)
    assert said("Cross-validation {number}", words, number="1") in "".join(texts(at))
    for place, fold in enumerate(study.folds()):
        finish(fold, place)
    accuracies = [(fold.result() or {})["test"]["accuracy"] for fold in study.folds()]
    at = visit("results", words, project=project.id, study=study.id)
    rows = table(at, said("Epoch kept", words))[1:]
    assert [row[1] for row in rows] == [words.percent(accuracy) for accuracy in accuracies]
    assert words.percent(sum(accuracies) / 3) in everything(at)
    assert f"confusion_{study.id}" in figures(at)
    assert any(f"parafine-{study.record().number}-out-of-fold.csv" in html.value for html in at.html)
    assert (study.folder / "out_of_fold.parquet").exists()
    stop_all(study)


def test_a_cross_validation_is_deleted_and_taken_back_as_one(project: Project, words: Words) -> None:
    study = launch_folds(project.id, Settings(), 3, 1)
    at = visit("train", words, project=project.id, study=study.id)
    assert f"delete_{study.id}" not in [button.key for button in at.button], "it is under way"
    stop_all(study)
    at = click(visit("train", words, project=project.id, study=study.id), f"delete_{study.id}")
    assert (list_studies(project.id), list_runs(project.id), len(jobs(deleted=True))) == ([], [], 4)
    # The page of the jobs, with one line in the bin.
    assert errors(at) == []
    assert "study" not in at.query_params
    shown = everything(at)
    assert said("Cross-validation {number}", words, number="1") in shown
    assert words.ngettext("{count} training", "{count} trainings", 4) in shown
    assert [button.key for button in at.button if str(button.key).startswith("back_")] == [f"back_{study.id}"]
    at = click(visit("jobs", words), f"back_{study.id}")
    assert (list_studies(project.id), len(jobs())) == ([study], 4)
    assert not [button for button in at.button if str(button.key).startswith("back_")]
    click(visit("results", words, project=project.id, study=study.id), f"delete_{study.id}")
    click(visit("jobs", words), "empty_bin")
    assert [*project.folder.rglob("run.json"), *project.folder.rglob("study.json")] == []
    at = visit("results", words, project=project.id, study=study.id)
    assert errors(at) == [sentence(words, "study_not_found")]


def test_a_column_of_authors_is_proposed_and_kept(make_project: Callable[..., Project], words: Words) -> None:
    project = make_project(as_csv([{**row, "auteur": f"A{place % 11}"} for place, row in enumerate(messages(60))]))
    assert project.roles is not None
    assert project.roles.together is None
    at = visit("data", words, project=project.id)
    at = click(at, f"propose_together_{project.id}")
    roles = open_project(project.id).roles
    assert roles is not None
    assert roles.together == "auteur"
    assert said("kept together", words) in everything(at)
