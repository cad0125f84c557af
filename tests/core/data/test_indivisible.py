"""Tables that can hardly be divided: what keeps a row to learn from, and else a sentence that says what ties the rows."""

from __future__ import annotations

from collections import Counter

import pandas as pd
import pytest

from core.data.columns import TaskName
from core.data.kin import content_key, tied
from core.data.split import Part, split
from core.errors import UserError
from tests.core.data.test_split import random_table, table


def test_a_label_whose_texts_all_stand_under_a_rarer_one_keeps_one_to_learn() -> None:
    """Each of the rarer labels could give its group away, and with the last of them "z" would be gone."""
    rows = [(f"{label}{place}", "", f"{label} {place}", "", label) for label in "abcd" for place in range(2)]
    rows += [(f"z{label}", "", f"{label} 0", "", "z") for label in "abcd"]
    for seed in range(300):
        assert "train" in split(table(rows), 0.4, 0.4, seed)[-4:], seed


def test_every_one_of_several_labels_keeps_a_row_to_learn() -> None:
    """By the rarest label of a row alone, both rows of "z" may be given away: one counts for "a", one for "c"."""
    said = ["a|z", "a|x", "c|z", "c|x", *["x"] * 20]
    examples = tied(table([(f"r{n}", "", f"text {n}", "", label) for n, label in enumerate(said)]), "several_labels")
    for seed in range(100):
        parts = split(examples, 0.4, 0.4, seed)
        learned = {label for row, part in zip(said, parts, strict=True) if part == "train" for label in row.split("|")}
        assert learned == set("acxz"), seed
        assert {"validation", "test"} <= set(parts)


def test_a_label_of_which_a_former_training_kept_all_rows_aside_is_named() -> None:
    examples = table([(f"r{n}", "", f"text {n}", "", "ab"[n % 2]) for n in range(40)])
    seen: dict[str, Part] = {content_key(f"text {n}", ""): "test" for n in range(40) if n % 2}
    with pytest.raises(UserError) as caught:
        split(examples, 0.4, 0.1, 1, seen)
    assert (caught.value.code, caught.value.facts) == (
        "nothing_left_to_train",
        {"label": "b", "validation": 0.4, "test": 0.1},
    )


def numbered(rows: int) -> pd.DataFrame:
    """Questions about as many texts, with numbers from 0 to 2 as labels."""
    return table([(f"r{n}", "", f"text {n}", f"question {n}", str(n * 2 / rows)) for n in range(rows)])


@pytest.mark.parametrize(
    ("examples", "task", "code", "facts"),
    [
        (table([(f"r{n}", "", f"text {n % 2}", "", f"{n % 2}") for n in range(60)]), "classes", "copies_too_few", (60, 2)),
        (numbered(150).assign(together=[f"d{n // 50}" for n in range(150)]), "number", "kept_together_too_few", (150, 3)),
        (numbered(300).assign(together=[f"d{n // 100}" for n in range(300)]), "matching", "kept_together_too_few", (300, 3)),
        (numbered(60).assign(text="the same"), "generation", "texts_too_few", (60, 1)),
    ],
)  # fmt: skip
def test_what_cannot_be_divided_says_what_ties_the_rows(
    examples: pd.DataFrame, task: TaskName, code: str, facts: tuple[int, int]
) -> None:
    known = tied(examples, task)
    with pytest.raises(UserError) as caught:
        split(known, 0.1, 0.1, 42)
    assert (caught.value.code, caught.value.facts) == (code, {"rows": facts[0], "groups": facts[1]})


def test_documents_that_have_a_part_of_the_scale_to_themselves_are_divided_all_the_same() -> None:
    examples = tied(numbered(150).assign(together=[f"d{n // 15}" for n in range(150)]), "number")
    assert len(set(zip(examples["together"], examples["stratum"], strict=True))) == 10
    for seed in range(20):
        parts = split(examples, 0.1, 0.1, seed)
        assert Counter(parts) == {"train": 120, "validation": 15, "test": 15}


def test_labels_with_one_row_each_leave_none_for_validation() -> None:
    rows = [(f"r{n}", "", f"text {n}", "", f"label {max(n, 1):02d}") for n in range(25)]
    with pytest.raises(UserError) as caught:
        split(table(rows), 0.1, 0.1, 42)
    assert (caught.value.code, caught.value.facts) == ("none_for_validation", {"rows": 25, "validation": 0.1})


def test_a_start_that_has_learned_from_every_row_is_named_instead_of_them() -> None:
    examples = random_table(1)
    seen: dict[str, Part] = dict.fromkeys(map(content_key, examples["text"], examples["question"]), "train")
    with pytest.raises(UserError) as caught:
        split(examples, 0.1, 0.1, 42, seen)
    originals = int((examples["origin"] == "").sum())
    assert (caught.value.code, caught.value.facts) == ("split_from_learned", {"rows": originals})
