"""Every form of labels is recognised, and a sentence with a comma is not taken for a list."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pandas as pd
import pytest

from core.data.columns import Roles, TaskName
from core.data.label_forms import Form, LabelForm, label_form, saying
from core.data.reading import read
from core.words import Words
from tests.conftest import SAMPLES

ROLES = Roles(text="t", label="l")


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (["a", "b", "", "a"], LabelForm("classes", 2)),
        (["1", "5", "3", "5"], LabelForm("number_classes", 3)),
        (["1,5", "5", "3,25", "-2"], LabelForm("score", 4, lowest="-2", highest="5")),
        ([str(place) for place in range(21)], LabelForm("score", 21, lowest="0", highest="20")),
        (["joy|anger", "joy", "anger", "anger|fear", "fear|joy"], LabelForm("several_in_cell", 3, separator="|", values=5)),
        (["a;b", "b;c", "a;c", "a;b;c"], LabelForm("several_in_cell", 3, separator=";", values=4)),
        (["a|b", "b|c", "a|c"], LabelForm("several_in_cell", 3, separator="|", values=3)),
        (["a, b", "b, c", "a, c", "a"], LabelForm("several_in_cell", 3, separator=",", values=4)),
        (["['a', 'b']", "['b']", "[]"], LabelForm("several_in_cell", 2, separator=",", values=3)),
        (["12/20", "15,5/20", "7/20"], LabelForm("score", 3, lowest="7/20", highest="15,5/20")),
        (["50 %", "12,5 %"], LabelForm("score", 2, lowest="12,5 %", highest="50 %")),
        (["1/5", "5/5", "3/5"], LabelForm("number_classes", 3)),
        (["Vie privée | vie pro", "Autres", "Santé"], LabelForm("classes", 3)),
        ([f"a text of its own {place} x" for place in range(30)], LabelForm("each_its_own", 30, rows=30)),
        (["Arts, culture", "Sport, loisirs", "Arts, culture"], LabelForm("classes", 2)),
        (["yes, if I can come before monday morning", "yes", "no"], LabelForm("classes", 3)),
        (["", " "], LabelForm("none")),
    ],
)  # fmt: skip
def test_a_label_column_says_its_form(labels: list[str], expected: LabelForm) -> None:
    assert label_form(pd.DataFrame({"t": "x", "l": labels}), ROLES) == expected


@pytest.mark.parametrize("label", [None, "joy"])
def test_columns_of_zeros_and_ones_are_several_labels(label: str | None) -> None:
    table = pd.DataFrame({"t": ["x", "y", "z"], "joy": ["0", "1", "0"], "fear": ["1", "0", ""], "n": ["0", "1", "2"]})
    expected = LabelForm("several_columns", 2, columns=("joy", "fear"))
    assert label_form(table, Roles(text="t", label=label)) == expected


@pytest.mark.parametrize(
    ("joy", "fear"),
    [
        ("vrai faux vrai", "faux faux vrai"), ("TRUE FALSE FALSE", "True True False"), ("oui non oui", "Non Oui oui"),
        ("yes no no", "no no yes"), ("1,0 0,0 0,0", "1.0 0.0 1.0"), ("x - x", "- x x"), ("X - -", "- x x"), ("1 - 1", "1 1 -"),
        ("1 0 0", "0 0 0"),
    ],
)  # fmt: skip
def test_yes_and_no_are_said_in_many_ways(joy: str, fear: str) -> None:
    """A dash stands for an empty cell. A column that always says no is one of them where another one says both."""
    cells = {"joy": joy, "fear": fear, "trust": joy}
    filled = {name: ["" if word == "-" else word for word in said.split()] for name, said in cells.items()}
    table = pd.DataFrame({"t": ["one", "two", "three"], **filled, "day": ["a", "b", "c"]})
    assert label_form(table, Roles(text="t")) == LabelForm("several_columns", 3, columns=("joy", "fear", "trust"))


def test_columns_of_which_each_row_has_one_are_one_class() -> None:
    table = pd.DataFrame({"t": ["x", "y", "z"], "a": ["1", "0", "0"], "b": ["0", "1", "0"], "c": ["0", "0", "1"]})
    assert label_form(table, Roles(text="t")) == LabelForm("one_of_columns", 3, columns=("a", "b", "c"))


def test_columns_that_say_something_else_are_no_switches() -> None:
    for cells in (["0", "1", "2"], ["oui", "non", "peut-être"], ["x", "x", "x"], ["", "", ""], ["0", "non", "1"]):
        table = pd.DataFrame({"t": ["x", "y", "z"], "a": cells, "b": cells})
        assert label_form(table, Roles(text="t")) == LabelForm("none"), cells


def test_a_part_of_the_text_is_no_label() -> None:
    table = pd.DataFrame({"t": ["x", "y"], "a": ["0", "1"], "b": ["1", "0"]})
    assert label_form(table, Roles(text="t", text_more=("a", "b"))).form == "none"


@pytest.mark.parametrize("form", [form for form in get_args(Form) if form != "none"])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_form_is_said_with_its_facts(form: Form, language: str) -> None:
    facts = {
        "count": "3",
        "values": "5",
        "rows": "9",
        "separator": ";",
        "columns": "a, b",
        "lowest": "0",
        "highest": "5",
    }
    for task in get_args(TaskName):
        message = saying(form, task)
        assert bool(message) == (task not in ("matching", "generation"))
        said = Words(language).gettext(message) if message else ""
        assert (said == message) == (language == "en" or not message)
        assert "{" not in said.format(**facts)


def test_what_is_said_is_what_is_learned() -> None:
    """Of a score, learned as it is proposed, as classes, and of codes that are learned as a number."""
    assert saying("score", "number") != saying("score", "classes")
    assert "later version" not in saying("score", "classes") + saying("several_in_cell", "classes")
    assert saying("number_classes", "number") != saying("number_classes", "classes")


def test_one_column_of_zeros_and_ones_is_two_classes() -> None:
    table = pd.DataFrame({"t": ["x", "y"], "l": ["0", "1"]})
    assert label_form(table, ROLES) == LabelForm("number_classes", 2)
    assert label_form(table, Roles(text="t")) == LabelForm("none")


def test_the_sample_tables_have_classes() -> None:
    for name, roles in [
        ("courriers_mairie.csv", Roles(text="texte", question="question", label="étiquette")),
        ("shop_messages.csv", Roles(text="text", label="label")),
    ]:
        assert label_form(read(SAMPLES / name, name).table, roles).form == "classes"


@pytest.mark.parametrize(
    ("name", "form", "separator"),
    [("banking77_en", "classes", ""), ("stsb_fr", "score", ""), ("xed_fr", "several_in_cell", "|")],
)
def test_real_tables(shared_data: Path, name: str, form: str, separator: str) -> None:
    path = shared_data / name / "train.csv"
    found = label_form(read(path, path.name).table, Roles(text="text", label="label"))
    assert (found.form, found.separator) == (form, separator)
