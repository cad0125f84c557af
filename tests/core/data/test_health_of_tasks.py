"""The health of tables from which several labels or a number are learned: what is found, what one click does, and what makes no sense there."""

from __future__ import annotations

import pandas as pd
import pytest

from core.data.columns import Roles
from core.data.enough import volume
from core.data.examples import select
from core.data.findings import Finding
from core.data.fixes import Fix
from core.data.health import examine
from core.data.subject import Subject
from core.words import Words

NUMBER = Roles(text="text", label="label", task="number")
SEVERAL = Roles(text="text", label="label", task="several_labels", separator="|")
COLUMNS = Roles(text="text", task="several_labels", label_columns=("urgent", "late"))
MATCHING = Roles(text="text", question="question", task="matching")
OF_CLASSES = {"one_label", "imbalance", "contradiction", "near_contradiction", "duplicate", "near_duplicate", "label_spelling"}  # fmt: skip

Rows = list[dict[str, str]]


def texts(rows: int = 60) -> list[str]:
    """All different, of words of their own."""
    return [f"alpha{place} beta{place} gamma{place} delta{place}" for place in range(rows)]


def with_labels(labels: list[str], **cells: str) -> Rows:
    return [{"text": text, "label": label, **cells} for text, label in zip(texts(len(labels)), labels, strict=True)]


def like(rows: Rows, row: int, first: int, **cells: str) -> Rows:
    """The table with a row that repeats the text of another; both counted from 1."""
    return [{**each, "text": rows[first - 1]["text"], **cells} if place == row else each for place, each in enumerate(rows, 1)]  # fmt: skip


GRADES = with_labels([f"{place % 5},5" for place in range(60)])
TAGS = with_labels(["red|blue", "blue", "green|red"] * 20)
ASKED = [{"text": text, "question": f"what about {place} {text[:6]}?"} for place, text in enumerate(texts())]
LONG = " ".join(f"word{place}" for place in range(30))

DAMAGED: dict[str, tuple[Roles, Rows, tuple[int, ...]]] = {
    "not_a_number": (NUMBER, [*GRADES, *with_labels(["n/a"])], (61,)),
    "not_yes_or_no": (COLUMNS, [{"text": text, "urgent": "oui" if place % 2 else "non", "late": "?" if place == 5 else "x"} for place, text in enumerate(texts())], (6,)),
    "empty_question": (MATCHING, [*ASKED, {"text": "alone", "question": ""}], (61,)),
    "outlier": (NUMBER, [*GRADES, {"text": "a grade without its comma", "label": "45"}], (61,)),
    "numbers_apart": (NUMBER, like(GRADES, 5, 1), (1, 5)),
    "copy": (NUMBER, like(GRADES, 6, 1), (6,)),
    "near_copy": (NUMBER, like([{"text": f"{LONG} {LONG.upper()} a", "label": "0,5"}, *GRADES], 61, 61, text=f"{LONG} {LONG.upper()} b", label="0,5"), (61,)),
    "rare_of_several": (SEVERAL, [*TAGS, *with_labels(["red|rare"] * 4)[:1]], (61,)),
}  # fmt: skip


def found(roles: Roles, rows: Rows, fixes: list[Fix] | None = None) -> dict[str, Finding]:
    table = pd.DataFrame(rows, dtype="str")
    return {finding.code: finding for finding in examine(table, roles, select(table, roles, fixes or [])).findings}


@pytest.mark.parametrize("code", DAMAGED)
def test_what_is_wrong_is_found_with_its_rows_and_put_right(code: str) -> None:
    roles, rows, expected = DAMAGED[code]
    finding = found(roles, rows)[code]
    assert finding.rows == expected
    for language in ("en", "fr"):
        said = finding.title(Words(language)) + finding.consequence(Words(language))
        assert "{" not in said
    if finding.fix is not None:
        assert isinstance(finding.fix, Fix)
        assert code not in found(roles, rows, [finding.fix])


@pytest.mark.parametrize(("roles", "rows"), [(NUMBER, GRADES), (SEVERAL, TAGS), (MATCHING, ASKED)])
def test_a_sound_table_has_no_finding_of_classes(roles: Roles, rows: Rows) -> None:
    assert set(found(roles, rows)) == set()
    more = [{**rows[0], "text": text} for text in texts(960)[60:]]
    uneven = [{**row, "question": f"is {place} it?"} for place, row in enumerate([*rows, *more])]
    assert OF_CLASSES.isdisjoint(found(roles, uneven))


@pytest.mark.parametrize("task", ["matching", "generation"])
def test_two_questions_about_one_text_are_no_near_copies_and_two_texts_that_are_nearly_one_are(task: str) -> None:
    roles = MATCHING.model_copy(update={"task": task})
    more = [
        {"text": LONG, "question": "how many words are there?"},
        {"text": LONG, "question": "which one comes last?"},
    ]
    assert "near_copy" not in found(roles, [*ASKED, *more])
    more.append({"text": f"{LONG} more", "question": "how many words are there?"})
    assert found(roles, [*ASKED, *more])["near_copy"].rows == (63,)


def test_a_spelling_is_merged_within_the_sets_and_the_row_keeps_its_other_labels() -> None:
    rows = [*TAGS, *with_labels(["Red|green", "blue"])[:1]]
    finding = found(SEVERAL, rows)["label_spelling"]
    assert isinstance(finding.fix, Fix)
    table = pd.DataFrame(rows, dtype="str")
    selection = select(table, SEVERAL, [finding.fix])
    assert selection.examples["label"].iloc[-1] == "green|red"
    assert selection.tally.labels == {"red": 41, "blue": 40, "green": 21}


def test_a_rare_label_done_without_leaves_its_rows() -> None:
    roles, rows, _ = DAMAGED["rare_of_several"]
    fix = found(roles, rows)["rare_of_several"].fix
    assert isinstance(fix, Fix)
    selection = select(pd.DataFrame(rows, dtype="str"), roles, [fix])
    assert (len(selection.examples), selection.examples["label"].iloc[-1]) == (61, "red")
    assert set(selection.tally.labels) == {"red", "blue", "green"}


def test_sets_that_differ_contradict_each_other_whatever_their_order() -> None:
    same = found(SEVERAL, like(TAGS, 2, 1, label="blue | red"))
    assert ("contradiction" in same, same["duplicate"].rows) == (False, (2,))
    assert found(SEVERAL, like(TAGS, 2, 1))["contradiction"].rows == (1, 2)


@pytest.mark.parametrize(
    ("roles", "rows", "kind", "labels"),
    [(NUMBER, GRADES, "common", 0), (SEVERAL, TAGS, "simple", 3), (MATCHING, ASKED, "complex", 0)],
)
def test_whether_it_is_enough_is_judged_for_every_task(roles: Roles, rows: Rows, kind: str, labels: int) -> None:
    judged = volume(Subject.of(select(pd.DataFrame(rows, dtype="str"), roles), roles), ())
    assert judged is not None
    assert (judged.kind, judged.labels, judged.smallest is None) == (kind, labels, labels == 0)
