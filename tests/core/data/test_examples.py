"""Every row of the table is either in use or counted with its reason, and keeps its id."""

from __future__ import annotations

import random

import pandas as pd
import pytest

from core.data.columns import Roles
from core.data.examples import COLUMNS, MINIMUM_ROWS, fingerprint, require_learnable, select
from core.data.reading import read
from core.errors import UserError
from tests.tables import as_csv, messages

ROLES = Roles(text="text", label="label")


def table(*rows: tuple[str, str]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["text", "label"])


def refused(frame: pd.DataFrame, roles: Roles = ROLES) -> UserError:
    with pytest.raises(UserError) as caught:
        require_learnable(select(frame, roles).tally, roles)
    return caught.value


def test_rows_without_text_or_label_are_left_out_and_the_others_keep_their_ids() -> None:
    selection = select(table(("  a\u00a0", " x "), ("", "x"), ("b", " "), ("", ""), ("c", "y"), ("d", "x")), ROLES)
    assert list(selection.examples.columns) == COLUMNS
    assert selection.examples.to_numpy().tolist() == [
        ["r1", "", "a", "", "x"],
        ["r5", "", "c", "", "y"],
        ["r6", "", "d", "", "x"],
    ]
    tally = selection.tally
    assert (tally.used, tally.empty_text, tally.empty_label) == (3, 2, 1)
    assert list(tally.labels.items()) == [("x", 2), ("y", 1)]


def test_rows_in_are_rows_in_use_plus_rows_left_out() -> None:
    for seed in range(50):
        chance = random.Random(seed)
        frame = table(*((chance.choice(["", " ", "a"]), chance.choice(["", "x", "y"])) for _ in range(40)))
        selection = select(frame, ROLES)
        tally = selection.tally
        assert tally.used + tally.empty_text + tally.empty_label == 40
        assert tally.used == len(selection.examples) == sum(tally.labels.values())


def test_the_question_is_taken_when_a_column_is_one_and_an_empty_one_leaves_the_row_in_use() -> None:
    frame = pd.DataFrame({"text": ["a", "b"], "why": [" q ", ""], "label": ["x", "y"]})
    examples = select(frame, Roles(text="text", question="why", label="label")).examples
    assert examples["question"].tolist() == ["q", ""]


def test_a_table_without_label_is_all_in_use_to_predict() -> None:
    selection = select(table(("a", ""), ("", "x"), ("b", "y")), Roles(text="text"))
    assert selection.examples["label"].tolist() == ["", ""]
    assert (selection.tally.empty_text, selection.tally.empty_label, selection.tally.labels) == (1, 0, {})


def test_a_cell_that_is_missing_counts_as_empty() -> None:
    tally = select(table(("a", "x"), ("b", None), (None, "y")), ROLES).tally
    assert (tally.used, tally.empty_text, tally.empty_label) == (1, 1, 1)


def test_a_column_that_is_not_there_is_refused() -> None:
    with pytest.raises(UserError) as caught:
        select(table(("a", "x")), Roles(text="texte"))
    assert caught.value.code == "missing_column"


def test_sixty_messages_of_three_labels_can_be_learned() -> None:
    frame = read(as_csv(messages(60)), "messages.csv").table
    require_learnable(select(frame, ROLES).tally, ROLES)


def test_without_a_label_column_there_is_nothing_to_learn() -> None:
    assert refused(table(("a", "x")), Roles(text="text")).code == "no_label_role"


def test_no_row_in_use_is_refused_with_what_is_missing() -> None:
    error = refused(table(("", "x"), ("a", ""), ("b", ""), ("", "")))
    assert (error.code, error.facts) == ("no_examples", {"empty_text": 2, "empty_label": 2})


def test_a_label_that_never_changes_is_refused_with_its_name() -> None:
    error = refused(table(*((f"text {place}", "spam") for place in range(50))))
    assert (error.code, error.facts) == ("one_label", {"label": "spam"})


@pytest.mark.parametrize("rows", [2, MINIMUM_ROWS - 1])
def test_too_few_rows_are_refused_with_their_number(rows: int) -> None:
    error = refused(table(*((f"text {place}", "ab"[place % 2]) for place in range(rows))))
    assert (error.code, error.facts) == ("too_few_examples", {"rows": rows, "minimum": MINIMUM_ROWS})


def test_labels_that_all_differ_are_refused() -> None:
    error = refused(table(*((f"text {place}", f"label {place}") for place in range(50))))
    assert (error.code, error.facts) == ("label_of_its_own", {"rows": 50})


def test_exactly_the_minimum_is_enough() -> None:
    frame = table(*((f"text {place}", "ab"[place % 2]) for place in range(MINIMUM_ROWS)))
    require_learnable(select(frame, ROLES).tally, ROLES)


def test_the_fingerprint_changes_with_any_cell_and_with_the_order() -> None:
    examples = select(table(("a", "x"), ("b", "y"), ("c", "x")), ROLES).examples
    same = fingerprint(examples)
    assert len(same) == 64
    assert fingerprint(examples.copy()) == same
    assert fingerprint(examples.iloc[::-1]) != same
    for column in COLUMNS:
        changed = examples.copy()
        changed.loc[1, column] = "changed"
        assert fingerprint(changed) != same, column
