"""The verdict on the volume follows rows, labels and repetition; the advice names what is thin."""

from __future__ import annotations

import random

import pandas as pd
import pytest

from core.data.columns import Roles
from core.data.enough import ADVICE, SAME_WORDS, Volume, variety
from core.data.examples import select
from core.data.health import examine

ROLES = Roles(text="text", label="label")


def volume_of(rows: int, labels: int, *, copies: int = 1, roles: Roles = ROLES) -> Volume | None:
    table = pd.DataFrame(
        {
            "text": [f"t{place // copies} u{place // copies} v{place // copies}" for place in range(rows)],
            "question": [f"q{place}" for place in range(rows)],
            "label": [f"l{place % labels}" for place in range(rows)],
        },
        dtype="str",
    )
    return examine(table, roles, select(table, roles)).volume


@pytest.mark.parametrize(
    ("rows", "labels", "kind", "verdict"),
    [
        (20, 2, "simple", "short"),
        (60, 2, "simple", "start"),
        (400, 3, "simple", "good"),
        (3000, 2, "simple", "ample"),
        (250, 6, "common", "short"),
        (400, 6, "common", "start"),
        (3500, 20, "common", "good"),
        (3500, 21, "complex", "start"),
    ],
)
def test_rows_and_labels_give_the_verdict(rows: int, labels: int, kind: str, verdict: str) -> None:
    found = volume_of(rows, labels)
    assert found is not None
    assert (found.kind, found.verdict, found.rows, found.labels) == (kind, verdict, rows, labels)


def test_two_texts_read_together_are_no_simple_task() -> None:
    found = volume_of(60, 2, roles=Roles(text="text", question="question", label="label"))
    assert found is not None
    assert found.kind == "common"


def test_rows_that_repeat_others_do_not_count_twice() -> None:
    found = volume_of(400, 2, copies=4)
    assert found is not None
    assert (found.rows, found.verdict) == (100, "start")
    assert ("more_sources", {"share": 0.25}) in found.advice


def test_the_thinnest_label_is_named_first() -> None:
    found = volume_of(99, 2)
    assert found is not None
    assert found.advice[0] == ("more_rows", {"label": "l1", "count": 49})
    assert {code for code, _ in found.advice} == set(ADVICE) - {"more_sources", "other_words"}
    ample = volume_of(3000, 2)
    assert ample is not None
    assert ample.advice == ()


def test_nothing_is_judged_without_two_labels() -> None:
    assert volume_of(50, 1) is None
    assert volume_of(50, 2, roles=Roles(text="text")) is None


def test_variety_tells_writing_from_a_form() -> None:
    chance = random.Random(5)
    form = [
        f"parcel {place} came too {chance.choice(['late', 'early'])} to {chance.choice('AB')}" for place in range(900)
    ]
    words = ["".join(chance.choices("aeinorstludcmp", k=5)) for _ in range(500)]
    writing = [" ".join(chance.choices(words, k=8)) for _ in range(900)]
    assert (variety(form) or 0) < SAME_WORDS < 0.9 < (variety(writing) or 0)
    assert variety(writing) == variety(writing)
    assert variety(writing[:100]) is None
    table = pd.DataFrame({"text": form, "label": ["late", "early"] * 450}, dtype="str")
    found = examine(table, ROLES, select(table, ROLES)).volume
    assert found is not None
    assert found.smallest == ("early", 450)
    codes = [code for code, _ in found.advice]
    assert ("other_words" in codes) != ("more_sources" in codes)
