"""The task is proposed by the form of the labels, changed by hand, and what the columns do not allow is said with its reason."""

from __future__ import annotations

import pandas as pd
import pytest

from core.data.columns import Roles
from core.data.examples import require_learnable, select
from core.data.guessing import guess_roles
from core.data.learning import learned_as, possible, with_task

TEXTS = [f"The parcel number {place} has not arrived, and nobody answers." for place in range(60)]


def table(**columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame({"text": TEXTS, **{name: (cells * 60)[:60] for name, cells in columns.items()}}, dtype="str")


QUESTIONS = [f"Where is the parcel number {place}?" for place in range(60)]
SEVERAL = ["late; lost", "late", "lost; broken", "broken; late"]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"label": ["a", "b"]}, {"label": "label"}),
        ({"note": ["1", "2", "3"]}, {"label": "note"}),
        ({"note": ["1,5", "2", "3,25"]}, {"label": "note", "task": "number"}),
        ({"tags": SEVERAL}, {"label": "tags", "task": "several_labels", "separator": ";"}),
        # Texts and their questions, and nothing to tell of them.
        ({"question": QUESTIONS}, {"question": "question", "task": "matching"}),
        ({"question": QUESTIONS, "label": ["a", "b"]}, {"question": "question", "label": "label"}),
        ({"late": ["1", "0"], "lost": ["0", "0", "1"]}, {"task": "several_labels", "label_columns": ("late", "lost")}),
        # One column that is named as the label is the label; what was done with a row is no label of its text.
        ({"label": ["1", "0"], "lost": ["0", "0", "1"]}, {"label": "label"}),
        ({"late": ["1", "0"], "traité": ["0", "0", "1"]}, {"label": "late"}),
        # In each row exactly one: that is one class, and stays as it is told.
        ({"a": ["1", "0", "0"], "b": ["0", "1", "0"], "c": ["0", "0", "1"]}, {"label": "c"}),
    ],
)  # fmt: skip
def test_a_table_is_guessed_with_its_task(columns: dict[str, list[str]], expected: dict[str, object]) -> None:
    found = table(**columns)
    roles = guess_roles(found)
    assert roles == Roles(text="text", **expected)  # type: ignore[arg-type]
    require_learnable(select(found, roles).tally, roles)


@pytest.mark.parametrize(
    ("columns", "roles", "why_not"),
    [
        ({"label": ["a", "b"]}, Roles(text="text", label="label"), {"several_labels": "one_label_a_cell", "number": "no_numbers", "matching": "no_question", "generation": "no_question"}),
        ({"label": ["1", "2", "n/a"]}, Roles(text="text", label="label"), {"several_labels": "one_label_a_cell", "matching": "no_question", "generation": "no_question"}),
        ({"label": ["1", "?", "n/a"]}, Roles(text="text", label="label"), {"several_labels": "one_label_a_cell", "number": "no_numbers", "matching": "no_question", "generation": "no_question"}),
        ({"label": SEVERAL}, Roles(text="text", label="label"), {"number": "no_numbers", "matching": "no_question", "generation": "no_question"}),
        ({"q": ["why?"]}, Roles(text="text", question="q", task="matching"), {"classes": "no_label", "several_labels": "no_label", "number": "no_label"}),
        ({"a": ["1", "0"], "b": ["0", "1", "1"]}, Roles(text="text"), {"number": "no_label", "matching": "no_question", "generation": "no_question"}),
        ({"label": [""]}, Roles(text="text", label="label"), {"several_labels": "one_label_a_cell", "number": "no_numbers", "matching": "no_question", "generation": "no_question"}),
    ],
)  # fmt: skip
def test_what_the_columns_do_not_allow_has_its_reason(
    columns: dict[str, list[str]], roles: Roles, why_not: dict[str, str]
) -> None:
    assert possible(table(**columns), roles).why_not == why_not


def test_another_task_takes_the_columns_that_it_needs() -> None:
    tags = table(tags=SEVERAL)
    several = guess_roles(tags)
    assert learned_as(tags, several, "classes") == Roles(text="text", label="tags")
    assert learned_as(tags, Roles(text="text", label="tags"), "several_labels") == several
    switches = table(late=["1", "0"], lost=["0", "0", "1"])
    together = guess_roles(switches)
    assert learned_as(switches, together, "classes") == Roles(text="text", label="late")
    assert learned_as(switches, Roles(text="text", label="late"), "several_labels") == together
    stars = table(stars=["1", "2", "3"])
    assert learned_as(stars, guess_roles(stars), "number") == Roles(text="text", label="stars", task="number")


def test_a_label_chosen_by_hand_is_kept_beside_other_columns_of_yes_and_no() -> None:
    switches = table(late=["1", "0"], lost=["0", "0", "1"])
    chosen = Roles(text="text", label="lost", task="several_labels", label_columns=("late", "lost"))
    assert with_task(switches, chosen, ["late"]) == Roles(text="text", label="lost")
