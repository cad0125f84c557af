"""Every form of labels is recognised, and a sentence with a comma is not taken for a list."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from core.data.columns import Roles
from core.data.label_forms import LabelForm, label_form
from core.data.reading import read
from tests.conftest import SAMPLES

ROLES = Roles(text="t", label="l")


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (["a", "b", "", "a"], LabelForm("classes", 2)),
        (["1", "5", "3", "5"], LabelForm("number_classes", 3)),
        (["1,5", "5", "3,25", "-2"], LabelForm("score", 4, lowest="-2", highest="5")),
        ([str(place) for place in range(21)], LabelForm("score", 21, lowest="0", highest="20")),
        (["joy|anger", "joy", "anger", "anger|fear", "fear|joy"], LabelForm("several_in_cell", 3, separator="|")),
        (["a;b", "b;c", "a;c", "a;b;c"], LabelForm("several_in_cell", 3, separator=";")),
        (["a, b", "b, c", "a, c", "a"], LabelForm("several_in_cell", 3, separator=",")),
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
