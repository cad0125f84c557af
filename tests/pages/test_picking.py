"""Rows picked by hand on the Augment page: ticked on several pages, found by a word, typed; kept over a refresh."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.augment.draft import keep_plan, read_plan
from core.augment.plan import EngineChoice, Plan
from core.jobs.augment import trainable
from core.store.project import Project
from core.words import Words
from pages.parts.plan_pick import PAGE, numbers, told
from tests.pages.screen import click, everything, run, visit
from tests.tables import as_csv, messages
from tests.trained import pairs

ROWS = 300


@pytest.fixture
def project(project_of: Callable[..., Project]) -> Project:
    made = project_of("messages.csv", as_csv(messages(ROWS)))
    keep_plan(made, Plan(engine=EngineChoice(name="apertium"), source="en", paths=("en>es>en",), rows="picked"))
    return made


def shown(at: AppTest) -> list[int]:
    """Numbers of the rows in the table."""
    [table] = [each for each in at.dataframe if str(each.key).startswith("plan_pick_table_")]
    return [int(number) for number in table.value.iloc[:, 0]]


def tick(at: AppTest, *places: int) -> AppTest:
    """The ticks of the page of the table that is shown, from 0."""
    [table] = [each for each in at.dataframe if str(each.key).startswith("plan_pick_table_")]
    at.session_state[table.key] = {"selection": {"rows": list(places), "columns": [], "cells": []}}
    return run(at)


def picked(project: Project) -> list[int]:
    plan = read_plan(project)
    assert plan is not None
    return sorted(int(each.removeprefix("r")) for each in plan.picked)


def test_ticks_of_several_pages_are_kept_together_and_over_a_refresh(
    project: Project, held: None, words: Words
) -> None:
    known = [int(each.removeprefix("r")) for each in trainable(project).examples["id"]]
    assert len(known) > 2 * PAGE
    at = visit("augment", words, project=project.id)
    assert shown(at) == known[:PAGE]
    at = tick(at, 0, 2)
    assert picked(project) == [known[0], known[2]]
    at = click(at, "plan_pick_next")
    assert shown(at) == known[PAGE : 2 * PAGE]
    at = tick(at, 5)
    assert picked(project) == [known[0], known[2], known[PAGE + 5]]
    # Back: what was ticked there is ticked, and one tick less is one row less.
    at = tick(click(at, "plan_pick_previous"), 2)
    assert picked(project) == [known[2], known[PAGE + 5]]
    at = visit("augment", words, project=project.id)
    assert at.text_input(key="plan_picked").value == told([known[2], known[PAGE + 5]])
    assert words.ngettext("{count} row is picked.", "{count} rows are picked.", 2) in everything(at)
    at.text_input(key="plan_picked").set_value(f"{known[1]}")
    at = run(at)
    assert picked(project) == [known[1]]
    tick(at, 1, 3)
    assert picked(project) == [known[1], known[3]]


def test_rows_are_found_by_a_word_and_all_of_them_picked_at_once(project: Project, held: None, words: Words) -> None:
    examples = trainable(project).examples
    refunds = [int(each.removeprefix("r")) for each in examples.query("label == 'refund'")["id"]]
    at = visit("augment", words, project=project.id)
    at = click(at, "plan_pick_next")
    at.text_input(key="plan_pick_search").set_value("REFUND")
    at = run(at)
    found = shown(at)
    assert (
        found
        == [
            int(each.removeprefix("r"))
            for each in examples[examples["text"].str.contains("refund") | (examples["label"] == "refund")]["id"]
        ][:PAGE]
    )
    assert set(refunds[:10]) <= set(found)
    at = click(at, "plan_pick_all")
    assert picked(project) == sorted(found)
    at.text_input(key="plan_pick_search").set_value("no such word")
    assert words.gettext("No row holds these words.") in everything(run(at))
    click(at, "plan_pick_none")
    assert picked(project) == []


def test_numbers_are_told_as_they_are_typed() -> None:
    assert told([7, 3, 1, 2, 9, 8]) == "1-3, 7-9"
    assert told([2, 1]) == "1, 2"
    assert told([]) == ""
    assert numbers(told(range(5, 5000))) == list(range(5, 5000))


def test_rows_with_a_question_show_it(project_of: Callable[..., Project], held: None, words: Words) -> None:
    made = project_of("pairs.csv", as_csv(pairs(60)))
    keep_plan(made, Plan(engine=EngineChoice(name="apertium"), source="en", paths=("en>es>en",), rows="picked"))
    at = visit("augment", words, project=made.id)
    [table] = [each for each in at.dataframe if str(each.key).startswith("plan_pick_table_")]
    assert list(table.value.columns) == [words.gettext(name) for name in ("Row", "Text", "Question", "Label")]
