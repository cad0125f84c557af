"""A text made of several columns: chosen on the Data page in an order, seen at once, kept in the project."""

from __future__ import annotations

from collections.abc import Callable

from core.data.columns import Roles
from core.store.project import Project, open_project, select_table
from core.words import NO_BREAK_SPACE, Words
from tests.pages.screen import errors, everything, run, said, sentence, table, visit
from tests.tables import as_csv, messages


def titled(rows: int = 30) -> bytes:
    found = messages(rows)
    return as_csv([{"text": row["text"], "title": f"About {row['label']}" if place else "", "day": str(place), "label": row["label"]} for place, row in enumerate(found)])  # fmt: skip


def test_a_text_goes_on_in_further_columns(project_of: Callable[..., Project], words: Words) -> None:
    project = project_of("titled.csv", titled())
    at = visit("data", words, project=project.id)
    (more,) = at.multiselect
    assert (more.label, more.value) == (said("The text goes on in (optional)", words), [])
    assert more.options == ["title", "day"]
    more.set_value(["day", "title"])
    at = run(at)
    roles = open_project(project.id).roles
    assert roles == Roles(text="text", text_more=("day", "title"), label="label")
    first, second = select_table(open_project(project.id)).examples["text"][:2]
    assert first == f"{messages(1)[0]['text']}\n0"
    # The row shown is the first with all its parts.
    shown = second.replace("\n", " ⏎ ")
    at = visit("data", words, project=project.id)
    assert at.multiselect[0].value == ["day", "title"]
    assert said("Row {row} reads: {text}", words, row="2", text=shown) in everything(at)
    assert table(at, "label")[0][1:] == [
        f"text{said('text', words)}{NO_BREAK_SPACE}1",
        f"title{said('text', words)}{NO_BREAK_SPACE}3",
        f"day{said('text', words)}{NO_BREAK_SPACE}2",
        f"label{said('label', words)}",
    ]


def test_a_part_that_becomes_the_first_is_no_longer_a_further_one(
    project_of: Callable[..., Project], words: Words
) -> None:
    project = project_of("titled.csv", titled())
    at = visit("data", words, project=project.id)
    at.multiselect[0].set_value(["title"])
    at = run(at)
    at.selectbox[0].select("title")
    run(at)
    assert open_project(project.id).roles == Roles(text="title", label="label")


def test_a_part_cannot_be_the_label_as_well(project_of: Callable[..., Project], words: Words) -> None:
    project = project_of("titled.csv", titled())
    at = visit("data", words, project=project.id)
    at.multiselect[0].set_value(["title"])
    at = run(at)
    at.selectbox[2].select("title")
    at = run(at)
    assert errors(at) == [sentence(words, "same_column_twice", column="title")]


def test_where_every_column_has_a_role_nothing_is_offered(project_of: Callable[..., Project], words: Words) -> None:
    at = visit("data", words, project=project_of("courriers_mairie.csv").id)
    assert not at.multiselect
