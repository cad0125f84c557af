"""A fix changes what is learned from and nothing else: rows keep their ids, and every row in is in use or set aside."""

from __future__ import annotations

import random

import pandas as pd

from core.data.columns import Roles
from core.data.examples import select
from core.data.fixes import Fix

ROLES = Roles(text="text", question="why", label="label")
TABLE = pd.DataFrame(
    {
        "text": ["write to anna@example.org", "rÃ©clamation", "hello", "", "hello", "bye"],
        "why": ["06 12 34 56 78 ?", "", "", "", "", ""],
        "label": ["Refund ", "refund", "réfund", "refund", "Refund", "other"],
    }
)


def aside(*rows: int, roles: Roles = ROLES, code: str = "duplicate") -> Fix:
    return Fix(code=code, roles=roles, does="aside", rows=rows)


def test_rows_set_aside_are_counted_by_their_reason_and_the_others_keep_their_ids() -> None:
    selection = select(TABLE, ROLES, [aside(5), aside(2, 5, code="contradiction")])
    assert selection.examples["id"].tolist() == ["r1", "r3", "r6"]
    assert selection.aside == {2: "contradiction", 4: "empty_text", 5: "duplicate"}
    tally = selection.tally
    assert (tally.used, tally.empty_text, tally.empty_label) == (3, 1, 0)
    assert tally.fixed == {"contradiction": 1, "duplicate": 1}


def test_spellings_of_a_label_become_one() -> None:
    fix = Fix(
        code="label_spelling", roles=ROLES, does="merge", rows=(2, 3), labels={"refund": "Refund", "réfund": "Refund"}
    )
    assert select(TABLE, ROLES, [fix]).examples["label"].tolist() == ["Refund"] * 4 + ["other"]


def test_texts_are_rewritten_in_the_named_rows_only() -> None:
    mask = Fix(code="personal", roles=ROLES, does="mask", rows=(1,))
    repair = Fix(code="damaged_text", roles=ROLES, does="repair", rows=(2,))
    for fixes, first, second in [
        ([], TABLE["text"][0], TABLE["text"][1]),
        ([mask], "write to [EMAIL]", TABLE["text"][1]),
        ([mask, repair], "write to [EMAIL]", "réclamation"),
    ]:
        examples = select(TABLE, ROLES, fixes).examples
        assert examples["text"].tolist()[:2] == [first, second]
    assert examples["question"].tolist()[0] == "[TEL] ?"


def test_the_table_itself_is_never_touched() -> None:
    before = TABLE.copy(deep=True)
    select(TABLE, ROLES, [Fix(code="personal", roles=ROLES, does="mask", rows=(1,)), aside(3)])
    pd.testing.assert_frame_equal(TABLE, before)


def test_a_fix_rests_under_other_roles() -> None:
    assert len(select(TABLE, Roles(text="text", label="label"), [aside(1, 2)]).examples) == 5


def test_rows_in_are_rows_in_use_plus_rows_set_aside() -> None:
    for seed in range(30):
        chance = random.Random(seed)
        frame = pd.DataFrame(
            {"t": chance.choices(["", " ", "a", "b"], k=40), "l": chance.choices(["", "x", "y"], k=40)}
        )
        roles = Roles(text="t", label="l")
        fixes = [aside(*chance.sample(range(1, 41), 7), roles=roles, code=code) for code in ("duplicate", "rare_label")]
        selection = select(frame, roles, fixes)
        tally = selection.tally
        assert tally.used + tally.empty_text + tally.empty_label + sum(tally.fixed.values()) == 40
        ids = {int(identifier[1:]) for identifier in selection.examples["id"]}
        assert ids.isdisjoint(selection.aside)
        assert ids | selection.aside.keys() == set(range(1, 41))
