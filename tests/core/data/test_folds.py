"""Folds, attacked: every original is asked once a repeat, and nothing that is asked was learned from, whatever it is kin to."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.columns import Roles
from core.data.examples import select
from core.data.folds import check_folds, deal, parts_of_fold, scarce_labels
from core.data.kin import tied
from core.data.reading import read
from core.errors import UserError
from tests.core.data.test_split import leaks, table
from tests.core.data.test_split_paraphrases import first_origin, keys_of, tables


def folded(examples: pd.DataFrame, folds: int, seed: int) -> list[list[str]]:
    """The parts of all examples, fold by fold; none when the table is refused with a sentence."""
    try:
        fold_of = deal(examples, folds, seed)
        return [list(parts_of_fold(examples, fold_of, fold, 0.2, seed)) for fold in range(folds)]
    except UserError:
        return []


def straddling(examples: pd.DataFrame, parts: list[str]) -> list[str]:
    """Everything that is learned from although it is kin to what is asked, and kin among originals that was divided."""
    keys = keys_of(examples)
    origins = dict(zip(examples["id"], examples["origin"], strict=True))
    part_of = dict(zip(examples["id"], parts, strict=True))
    original_parts: dict[str, set[str]] = {}
    for key, origin, part in zip(keys, examples["origin"], parts, strict=True):
        if not origin:
            original_parts.setdefault(key, set()).add(part)
    found = [key for key, some in original_parts.items() if len(some) > 1]
    for identifier, key, part in zip(examples["id"], keys, parts, strict=True):
        held_out = {"validation", "test"}
        if part == "train" and (
            original_parts.get(key, set()) & held_out or part_of.get(first_origin(identifier, origins)) in held_out
        ):
            found.append(identifier)
    return found


@settings(max_examples=80, deadline=None)
@given(examples=tables(), folds=st.integers(2, 5), seed=st.integers(0, 5))
def test_every_original_is_asked_once_and_nothing_leaks(examples: pd.DataFrame, folds: int, seed: int) -> None:
    found = folded(examples, folds, seed)
    if not found:
        return
    asked = Counter(
        identifier for parts in found for identifier, part in zip(examples["id"], parts, strict=True) if part == "test"
    )
    assert asked == Counter(examples.loc[examples["origin"] == "", "id"])
    for parts in found:
        assert straddling(examples, parts) == []
        learned = {label for label, part in zip(examples["label"], parts, strict=True) if part == "train"}
        assert learned >= set(examples.loc[examples["origin"] == "", "label"])
        assert "validation" in parts
        for origin, part in zip(examples["origin"], parts, strict=True):
            assert part in (("train", "unused") if origin else ("train", "validation", "test"))


def plain_table(counts: dict[str, int]) -> pd.DataFrame:
    rows = [(label, place) for label, count in counts.items() for place in range(count)]
    return table([(f"r{place}", "", f"{label} {of}", "", label) for place, (label, of) in enumerate(rows, 1)])


@settings(max_examples=60, deadline=None)
@given(
    counts=st.dictionaries(st.sampled_from("abcdefgh"), st.integers(2, 40), min_size=2),
    folds=st.integers(2, 8),
    seed=st.integers(0, 3),
)
def test_rows_without_kin_are_spread_as_evenly_as_can_be(counts: dict[str, int], folds: int, seed: int) -> None:
    examples = plain_table(counts)
    if len(examples) < folds:
        return
    fold_of = deal(examples, folds, seed)
    for label in counts:
        of_label = Counter(fold for fold, each in zip(fold_of, examples["label"], strict=True) if each == label)
        sizes = [of_label[fold] for fold in range(folds)]
        assert max(sizes) - min(sizes) <= 1
    sizes = [fold_of.count(fold) for fold in range(folds)]
    assert max(sizes) - min(sizes) <= 1


def test_the_order_of_the_rows_changes_nothing_and_the_seed_does() -> None:
    examples = plain_table({"a": 30, "b": 12, "c": 5})
    shuffled = examples.sample(frac=1, random_state=3).reset_index(drop=True)
    one = dict(zip(examples["id"], deal(examples, 5, 7), strict=True))
    assert dict(zip(shuffled["id"], deal(shuffled, 5, 7), strict=True)) == one
    assert deal(examples, 5, 7) != deal(examples, 5, 8)


@pytest.mark.parametrize(
    ("counts", "folds", "code", "facts"),
    [
        ({"a": 10, "b": 1}, 2, "label_in_one_group", {"count": 1, "labels": "b"}),
        ({"a": 2, "b": 2}, 5, "too_few_groups", {"groups": 4, "folds": 5}),
        ({"a": 20, "b": 20}, 1, "folds_invalid", {"folds": 1, "least": 2, "most": 20}),
        ({"a": 20, "b": 20}, 21, "folds_invalid", {"folds": 21, "least": 2, "most": 20}),
    ],
)
def test_what_cannot_be_folded_is_said(counts: dict[str, int], folds: int, code: str, facts: dict[str, object]) -> None:
    with pytest.raises(UserError) as caught:
        check_folds(plain_table(counts), folds)
    assert (caught.value.code, caught.value.facts) == (code, facts)


def several(rows: list[str]) -> pd.DataFrame:
    examples = plain_table({"x": len(rows)}).assign(label=rows)
    return tied(examples, "several_labels")


def test_of_several_labels_each_that_stands_alone_is_named() -> None:
    examples = several(["a|lone|only", *["a", "b", "a|b", "|"] * 6])
    with pytest.raises(UserError) as caught:
        check_folds(examples, 3)
    assert caught.value.facts == {"count": 2, "labels": "lone, only"}


def test_every_one_of_several_labels_is_learned_in_every_fold() -> None:
    """Each row of "z" has another rare label, by which alone it would be dealt; one row without any label is nothing to refuse."""
    rows = ["a|z", "a", "c|z", "c", "|", *["x", "x|y", "y"] * 8]
    examples = several(rows)
    assert scarce_labels(examples, 3) == ["a", "c", "z"]
    for seed in range(60):
        fold_of = deal(examples, 3, seed)
        for fold in range(3):
            parts = parts_of_fold(examples, fold_of, fold, 0.2, seed)
            learned = {
                label for row, part in zip(rows, parts, strict=True) if part == "train" for label in row.split("|")
            }
            assert learned - {""} == {"a", "c", "x", "y", "z"}, (seed, fold)


def test_numbers_are_dealt_though_one_document_has_a_part_of_the_scale_to_itself() -> None:
    """What is kept in proportion is no label: nobody is told of a tenth of the scale as of a label."""
    examples = plain_table({"x": 150})
    graded = examples.assign(
        label=[str(n // 15 + 0.5) for n in range(150)], together=[f"d{n // 15}" for n in range(150)]
    )
    known = tied(graded, "number")
    fold_of = deal(known, 3, 42)
    assert set(fold_of) == {0, 1, 2}
    parts = [parts_of_fold(known, fold_of, fold, 0.1, 42) for fold in range(3)]
    assert all({"train", "validation", "test"} == set(of_fold) for of_fold in parts)


def test_folds_too_few_to_spare_validation_too_say_what_ties_all_rows() -> None:
    known = tied(plain_table({"x": 30}).assign(together=["one"] * 15 + ["two"] * 15), "matching")
    fold_of = deal(known, 2, 42)
    with pytest.raises(UserError) as caught:
        parts_of_fold(known, fold_of, 0, 0.1, 42)
    assert (caught.value.code, caught.value.facts) == ("kept_together_too_few", {"rows": 30, "groups": 2})


def test_many_labels_that_stand_alone_are_named_shortly() -> None:
    with pytest.raises(UserError) as caught:
        check_folds(plain_table({"a": 9} | dict.fromkeys("bcdefgh", 1)), 3)
    assert caught.value.facts == {"count": 7, "labels": "b, c, d, e, f, …"}


def test_labels_that_some_folds_do_not_ask_for_are_known() -> None:
    assert scarce_labels(plain_table({"a": 9, "b": 4, "c": 2}), 5) == ["c", "b"]


@pytest.mark.parametrize("name", ["banking77_en", "cnil_faq_themes_fr"])
def test_real_tables_fold_evenly(shared_data: Path, name: str) -> None:
    content = read(shared_data / name / "train.csv", "train.csv").table
    question = "question" if "question" in content.columns else None
    examples = select(content, Roles(text="text", question=question, label="label")).examples
    fold_of = deal(examples, 5, 42)
    sizes = Counter(fold_of)
    assert max(sizes.values()) - min(sizes.values()) <= 0.02 * len(examples)
    parts = parts_of_fold(examples, fold_of, 2, 0.1, 42)
    assert leaks(examples, parts) == []
    assert parts.count("test") == sizes[2]
