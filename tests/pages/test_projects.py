"""The start page: an empty one, projects made, renamed, deleted, and addresses that lead nowhere."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.jobs.queue import enqueue
from core.store.project import Project, create_project, delete_project, list_projects
from core.words import LANGUAGES, Words
from tests.pages.screen import LOCALES, click, errors, everything, run, said, sentence, texts, titles, visit
from tests.tables import lay_down

SAMPLES = ["courriers_mairie.csv", "shop_messages.csv", "fiches_pratiques.csv"]


def create(at: AppTest, name: str) -> AppTest:
    at.text_input[0].input(name)
    at.button[0].click()
    return run(at)


def test_an_empty_start_page_says_what_to_do_and_offers_examples(home: object, words: Words) -> None:
    at = visit("start", words)
    assert titles(at) == [said("Your texts, your classifier", words)]
    assert said("Try with an example", words) in texts(at)
    assert said("Your projects", words) not in texts(at)
    assert [f"sample_{name}" for name in SAMPLES] == [button.key for button in at.button if not button.form_id]
    assert [link.label for link in at.page_link] == [said("All jobs", words)]


@pytest.mark.parametrize("name", SAMPLES)
def test_an_example_becomes_a_project_named_in_the_language_of_the_page(home: object, words: Words, name: str) -> None:
    at = click(visit("start", words), f"sample_{name}")
    [project] = list_projects()
    assert at.query_params["project"] == project.id
    assert project.table is not None
    assert project.table.name == name
    assert project.name in texts(at)
    assert titles(at) == [said("Data", words)]
    assert project.name == words.gettext(project.name) or words.language == "fr"


def test_a_new_project_opens_on_its_data(home: object, words: Words) -> None:
    at = create(visit("start", words), "  Courriers   2026 ")
    [project] = list_projects()
    assert project.name == "Courriers 2026"
    assert at.query_params == {"project": project.id}
    assert titles(at) == [said("Data", words)]
    assert [link.label for link in at.page_link][:2] == [
        f"1. {said('Data', words)}",
        f"2. {said('Augment', words)}",
    ]


def test_a_project_without_a_name_gets_one(home: object, words: Words) -> None:
    create(visit("start", words), " ")
    assert [project.name for project in list_projects()] == [said("Untitled project", words)]


def test_projects_are_listed_with_what_they_hold(project_of: Callable[..., Project], words: Words) -> None:
    create_project("Rien encore")
    project = project_of("shop_messages.csv")
    shown = everything(visit("start", words)).replace("\u00a0", " ")
    assert "**Rien encore**" in shown
    assert said("no table yet", words) in shown
    assert project.table is not None
    assert words.ngettext("{count} row", "{count} rows", project.table.rows).replace("\u00a0", " ") in shown
    assert words.ngettext("{count} training", "{count} trainings", 0).replace("\u00a0", " ") in shown


def test_a_project_is_opened_renamed_and_deleted(home: object, words: Words) -> None:
    project = create_project("Ancien nom")
    at = click(visit("start", words), f"open_{project.id}")
    assert at.query_params["project"] == project.id
    at = visit("start", words)
    at.text_input(key=f"name_{project.id}").input("Nouveau *nom*")
    at = click(at, f"save_name_{project.id}")
    assert [each.name for each in list_projects()] == ["Nouveau *nom*"]
    assert "**Nouveau \\*nom\\***" in texts(at)
    at = click(at, f"delete_{project.id}")
    assert list_projects() == []
    assert not project.folder.exists()
    assert said("Your projects", words) not in texts(at)


def test_a_project_at_work_is_not_deleted(project: Project, words: Words) -> None:
    enqueue(lay_down(project))
    at = click(visit("start", words), f"delete_{project.id}")
    assert errors(at) == [sentence(words, "project_busy", project=project.name)]
    assert [each.id for each in list_projects()] == [project.id]


@pytest.mark.parametrize("page", ["start", "data", "augment", "train", "results", "use"])
def test_an_unknown_project_in_the_address_leads_to_the_projects(home: object, words: Words, page: str) -> None:
    create_project("Celui qui existe")
    at = visit(page, words, project="0123456789ab")
    assert errors(at) == [sentence(words, "project_not_found")]
    assert titles(at) == [said("Your texts, your classifier", words)]
    assert "**Celui qui existe**" in texts(at)
    assert "project" not in at.query_params


@pytest.mark.parametrize("identifier", ["../../etc", "é", " ", "%00", "a" * 500])
def test_an_address_made_up_by_hand_finds_nothing(project: Project, identifier: str) -> None:
    words = Words("fr")
    assert errors(visit("data", words, project=identifier)) == [sentence(words, "project_not_found")]
    at = visit("train", words, project=project.id, run=identifier)
    assert errors(at) == [sentence(words, "run_not_found")]
    assert titles(at) == [said("Train", words)]


@pytest.mark.parametrize("page", ["data", "augment", "train", "results", "use"])
def test_a_page_without_a_project_shows_the_projects(home: object, words: Words, page: str) -> None:
    at = visit(page, words)
    assert not at.error
    assert titles(at) == [said("Your texts, your classifier", words)]


@pytest.mark.parametrize("page", ["data", "train", "results", "use"])
def test_a_project_deleted_in_another_tab_is_said_at_the_next_click(
    project_of: Callable[..., Project], words: Words, page: str
) -> None:
    project = project_of("shop_messages.csv")
    at = visit(page, words, project=project.id)
    delete_project(project.id)
    run(at)
    assert errors(at) == [sentence(words, "project_not_found")]
    assert titles(at) == [said("Your texts, your classifier", words)]


@pytest.mark.parametrize("page", ["data", "train", "results", "use"])
def test_an_unknown_run_in_the_address_is_said_and_forgotten(project: Project, words: Words, page: str) -> None:
    at = visit(page, words, project=project.id, run="0123456789ab")
    assert errors(at) == [sentence(words, "run_not_found")]
    assert "run" not in at.query_params
    assert at.query_params["project"] == project.id


def test_all_projects_leads_back(project: Project, words: Words) -> None:
    at = click(visit("train", words, project=project.id), "all_projects")
    assert titles(at) == [said("Your texts, your classifier", words)]
    assert at.query_params == {}


def test_the_language_is_the_address_s_then_the_browser_s_and_can_be_switched(home: object) -> None:
    for asked, browser in [("fr", "en"), ("en", "fr")]:
        at = visit("start", Words(browser), lang=asked)
        assert titles(at) == [said("Your texts, your classifier", Words(asked))]
        [switch] = at.segmented_control
        assert switch.options == list(LANGUAGES.values())
        assert switch.value == asked
        switch.set_value(browser)
        run(at)
        assert at.query_params["lang"] == browser
        assert titles(at) == [said("Your texts, your classifier", Words(browser))]
    assert set(LOCALES) == set(LANGUAGES)


def test_the_language_of_the_address_follows_from_page_to_page(project: Project) -> None:
    at = visit("data", Words("en"), project=project.id, lang="fr")
    for link in at.page_link:
        assert "lang=fr" in link.proto.query_string
        assert f"project={project.id}" in link.proto.query_string
    at = click(at, "all_projects")
    assert at.query_params == {"lang": "fr"}
