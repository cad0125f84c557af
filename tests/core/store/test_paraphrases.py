"""A page of fifty thousand paraphrases, filters, orders, counts: nothing is loaded that is not shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from core.store.database import engine
from core.store.paraphrase_rows import ParaphraseRow
from core.store.paraphrases import (
    ALL,
    BINS,
    WITHOUT,
    Filter,
    Order,
    by_ids,
    choices,
    count,
    counts,
    dots,
    flag_counts,
    histogram,
    kept,
    page,
    place_of,
    still,
)
from core.store.project import Project
from tests.paraphrased import lay_down_paraphrases, paraphrase

MANY = 50_000
ORDERS: tuple[Order, ...] = ("doubt", "sure", "similarity", "novelty", "row")


@pytest.fixture
def fifty_thousand(project: Project) -> Project:
    rows = [
        paraphrase(
            place,
            similarity=(place * 7919 % MANY) / MANY,
            novelty=(place * 104729 % MANY) / MANY,
            doubt=(place * 31337 % MANY) / MANY * 4,
            label=("delivery", "refund", "account")[place % 3],
            flags=["number_lost"] if place % 10 == 0 else [],
        )
        for place in range(1, MANY + 1)
    ]
    lay_down_paraphrases(project, rows)
    return project


@contextmanager
def watched() -> Iterator[tuple[list[int], list[str]]]:
    """Ids of the paraphrases that are loaded meanwhile, and the plans by which SQLite answers."""
    loaded: list[int] = []
    plans: list[str] = []

    def note(row: ParaphraseRow, _context: Any) -> None:
        loaded.append(row.id)

    def explain(connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.startswith("SELECT"):
            asked = connection.connection.cursor().execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plans.extend(str(line[3]) for line in asked.fetchall())

    event.listen(ParaphraseRow, "load", note)
    event.listen(engine(), "before_cursor_execute", explain)
    yield loaded, plans
    event.remove(ParaphraseRow, "load", note)
    event.remove(engine(), "before_cursor_execute", explain)


def test_a_page_of_fifty_thousand_loads_its_rows_and_no_others(fifty_thousand: Project) -> None:
    for order in ORDERS:
        for first in (0, MANY // 2, MANY - 5):
            with watched() as (loaded, plans):
                found = page(fifty_thousand.id, ALL, order, first, 20)
            assert loaded == [row.id for row in found]
            assert len(found) == min(20, MANY - first)
            # The rows come out of an index in their order: nothing is sorted, the table is never gone through.
            assert plans
            for plan in plans:
                assert "TEMP B-TREE" not in plan, (order, plan)
                assert plan.startswith("SEARCH paraphrases USING") or order == "row", (order, plan)


def test_every_page_together_is_every_paraphrase_once_in_order(fifty_thousand: Project) -> None:
    orders: tuple[Order, ...] = ("doubt", "similarity")
    for order in orders:
        rows = [row for first in range(0, MANY, 10_000) for row in page(fifty_thousand.id, ALL, order, first, 10_000)]
        assert len({row.id for row in rows}) == MANY
        keys = [-(row.doubt or 0) if order == "doubt" else row.similarity or 0 for row in rows]
        assert keys == sorted(keys)
        for place in (0, 1234, MANY - 1):
            assert place_of(fifty_thousand.id, rows[place].id, ALL, order) == place


def test_figures_over_fifty_thousand_load_no_row(fifty_thousand: Project) -> None:
    identifier = fifty_thousand.id
    with watched() as (loaded, _):
        assert counts(identifier).all == MANY
        assert kept(identifier, 0.5, 0.5) == kept(identifier, 0.5, 0.5)
        assert sum(histogram(identifier, "similarity")) == MANY
        assert set(histogram(identifier, "novelty")) <= {MANY // BINS - 1, MANY // BINS, MANY // BINS + 1}
        assert flag_counts(identifier, ["number_lost", "name_lost"]) == {
            "number_lost": MANY // 10,
            "name_lost": 0,
            WITHOUT: MANY - MANY // 10,
        }
        assert choices(identifier)["label"] == {"delivery": 16666, "refund": 16667, "account": 16667}
        assert 1500 < len(dots(identifier, 2000)) <= 2000
    assert loaded == []


@pytest.fixture
def few(project: Project) -> list[int]:
    quote = {"code": "name_lost", "facts": {"name": '"code": "number_lost"'}}
    return lay_down_paraphrases(
        project,
        [
            paraphrase(1, flags=["number_lost"], similarity=0.2, novelty=0.9, doubt=2.0),
            paraphrase(2, flags=[quote], similarity=0.9, novelty=0.1, doubt=0.5),
            paraphrase(3, path="en>ca>en", engine="marian", similarity=None, doubt=0.6),
            paraphrase(4, label="refund", decision="accepted", edited=True),
            paraphrase(5, decision="accepted", similarity=-0.1),
            paraphrase(6, decision="rejected", similarity=1.0, novelty=1.0, flags=["numberXlost"]),
            paraphrase(7, text=None, similarity=None, novelty=None, doubt=None, flags=None),
        ],
    )


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (ALL, [1, 2, 3, 4, 5, 6]),
        (Filter(flag="number_lost"), [1]),
        (Filter(flag="name_lost"), [2]),
        (Filter(flag=WITHOUT), [3, 4, 5]),
        (Filter(path="en>ca>en"), [3]),
        (Filter(engine="marian"), [3]),
        (Filter(label="refund"), [4]),
        (Filter(decision="undecided"), [1, 2, 3]),
        (Filter(decision="accepted"), [4, 5]),
        (Filter(decision="edited"), [4]),
        (Filter(decision="rejected"), [6]),
        (Filter(similarity=(0.5, 0.95)), [2, 4]),
        (Filter(novelty=(0.0, 0.2)), [2]),
        (Filter(path="en>es>en", decision="undecided", similarity=(0.0, 0.5)), [1]),
    ],
)
def test_a_filter_leaves_what_it_asks_for(
    project: Project, few: list[int], wanted: Filter, expected: list[int]
) -> None:
    found = page(project.id, wanted, "row", 0, 100)
    assert [few.index(row.id) + 1 for row in found] == expected
    assert count(project.id, wanted) == len(expected)
    for place, row in enumerate(found):
        assert place_of(project.id, row.id, wanted, "row") == place


def test_counts_and_thresholds(project: Project, few: list[int]) -> None:
    found = counts(project.id)
    assert (found.all, found.undecided, found.accepted, found.rejected, found.edited, found.failed) == (
        6,
        3,
        2,
        1,
        1,
        1,
    )
    assert kept(project.id, 0.5, 0.2) == (3, 1)
    assert kept(project.id, 0.5, 0.05) == (4, 2)
    bars = histogram(project.id, "similarity")
    assert (sum(bars), bars[0], bars[-1]) == (5, 1, 1)


def test_a_page_that_was_opened_is_found_again_whatever_was_decided(project: Project, few: list[int]) -> None:
    found = by_ids(project.id, [few[5], few[0], few[6], 999_999])
    assert [row.id for row in found] == [few[5], few[0]]
    assert still(project.id, Filter(decision="undecided"), few) == 3
    assert still(project.id, Filter(decision="undecided"), few[3:]) == 0


def test_another_project_s_paraphrases_are_not_seen(make_project: Callable[..., Project], few: list[int]) -> None:
    other = make_project(name="other.csv")
    assert page(other.id, ALL, "doubt", 0, 20) == []
    assert counts(other.id).all == 0
    assert place_of(other.id, few[0], ALL, "doubt") is None
