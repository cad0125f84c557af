"""Columns that look like an author or a document, and rows that stay together with them in every part and fold."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.columns import Roles
from core.data.examples import select
from core.data.fixes import Fix
from core.data.folds import deal, parts_of_fold
from core.data.split import split
from core.data.together import comes_back, likely_columns
from core.errors import UserError
from tests.tables import messages


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([f"A{place % 9}" for place in range(60)], True),
        ([f"A{place}" for place in range(60)], False),
        (["a", "b", "c"] * 20, False),
        (["same"] * 40 + [f"A{place % 10}" for place in range(20)], False),
        ([""] * 60, False),
    ],
    ids=["authors", "all different", "a kind", "one for most", "empty"],
)
def test_what_comes_back_as_authors_do(values: list[str], found: bool) -> None:
    assert comes_back(pd.Series(values)) is found


def test_columns_are_found_by_the_words_of_their_names() -> None:
    roles = Roles(text="text", label="document")
    assert likely_columns(["text", "document", "Id_Auteur", "canal", "patient"], roles) == ["Id_Auteur", "patient"]


def test_keeping_rows_together_lets_no_fix_rest() -> None:
    table = pd.DataFrame([{**row, "author": "x"} for row in messages(30)])
    roles = Roles(text="text", label="label")
    fix = Fix(code="duplicate", roles=roles, does="aside", rows=(1, 2))
    kept = roles.model_copy(update={"together": "author"})
    assert select(table, kept, [fix]).tally.fixed == {"duplicate": 2}
    assert select(table, kept.model_copy(update={"label": None}), [fix]).tally.fixed == {}


@settings(max_examples=30, deadline=None)
@given(data=st.data(), folds=st.integers(2, 4), seed=st.integers(0, 3))
def test_rows_of_one_author_never_straddle(data: st.DataObject, folds: int, seed: int) -> None:
    authors = data.draw(st.lists(st.sampled_from(["", *"abcdefghij"]), min_size=24, max_size=40))
    table = pd.DataFrame([{**row, "author": who} for row, who in zip(messages(len(authors)), authors, strict=True)])
    examples = select(table, Roles(text="text", label="label", together="author")).examples
    try:
        fold_of = deal(examples, folds, seed)
        found = [split(examples, 0.2, 0.2, seed)]
        found += [parts_of_fold(examples, fold_of, fold, 0.2, seed) for fold in range(folds)]
    except UserError:
        return
    for parts in found:
        for author in set(authors) - {""}:
            assert len({part for part, who in zip(parts, authors, strict=True) if who == author}) == 1
