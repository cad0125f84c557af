"""Each thing that can be wrong with a table is found with its rows, its fix makes it go away, and a sound table has none of them."""

from __future__ import annotations

import random
from pathlib import Path

import pandas as pd
import pytest

from core.data.columns import Roles
from core.data.examples import select
from core.data.findings import CONSEQUENCES, FIXES, TITLES, Finding
from core.data.fixes import Fix
from core.data.guessing import guess_roles
from core.data.health import Report, examine
from core.data.reading import read
from core.models.catalogue import embedded_path
from core.models.tokens import count_tokens
from core.words import Words
from tests.conftest import SAMPLES
from tests.core.data.test_health_of_tasks import DAMAGED as OF_OTHER_TASKS
from tests.tables import WORDS, messages

ROLES = Roles(text="text", label="label")


def count(texts: list[str], questions: list[str] | None) -> list[int]:
    return count_tokens(embedded_path() / "tokenizer.json", texts, questions)


def report(rows: list[dict[str, str]], roles: Roles = ROLES, fixes: list[Fix] | None = None) -> Report:
    table = pd.DataFrame(rows, dtype="str")
    return examine(table, roles, select(table, roles, fixes or []), known=("en",), count=count)


def found(rows: list[dict[str, str]], roles: Roles = ROLES, fixes: list[Fix] | None = None) -> dict[str, Finding]:
    return {finding.code: finding for finding in report(rows, roles, fixes).findings}


def sound(rows: int = 60) -> list[dict[str, str]]:
    """Messages in English, each of its own words."""
    chance = random.Random(3)
    words = " ".join(WORDS.values()).split()
    start = "please tell me why {} and also {} were not with {} nor {}"
    return [{**row, "text": start.format(*chance.sample(words, 4))} for row in messages(rows)]


def test_a_sound_table_has_no_finding() -> None:
    examined = report(sound())
    assert examined.findings == ()
    assert (examined.rows, len(examined.pieces)) == (60, 60)


def with_cells(**cells: dict[int, str]) -> list[dict[str, str]]:
    """The sound table with cells of a column replaced; rows counted from 1."""
    rows = sound()
    for column, changes in cells.items():
        for row, cell in changes.items():
            rows[row - 1] = {**rows[row - 1], column: cell}
    return rows


ALIKE = (
    "The parcel that was promised for monday morning has still not come and nobody answers the telephone at your office"
)
DAMAGED = {
    "empty_text": (with_cells(text={3: " ", 9: ""}), (3, 9)),
    "empty_label": (with_cells(label={4: ""}), (4,)),
    "lost_characters": (with_cells(text={5: "a r\ufffdclamation of mine"}), (5,)),
    "damaged_text": (with_cells(text={6: "my rÃ©clamation is still open, and why"}), (6,)),
    "one_label": ([{**row, "label": "refund"} for row in sound()], ()),
    "label_spelling": (with_cells(label={2: "Refund", 5: " réfund"}), (2, 5)),
    "rare_label": ([*sound(), *({"text": f"quite another matter {place} is what brings me", "label": "rare"} for place in range(9))], tuple(range(61, 70))),
    "own_label": ([{**row, "label": row["label"] if place < 20 else f"case {place}"} for place, row in enumerate(sound())], ()),
    "imbalance": ([*({**row, "label": "account"} for row in sound(200)), {"text": "and where is it now", "label": "rare"}, *({"text": f"this number {n} is somewhere else", "label": "other"} for n in range(20))], (201,)),
    "contradiction": (with_cells(text={7: ALIKE, 8: ALIKE.upper() + " "}), (7, 8)),
    "near_contradiction": (with_cells(text={7: ALIKE, 8: ALIKE.replace("monday", "friday")}), (8,)),
    "duplicate": (with_cells(text={7: ALIKE, 10: ALIKE, 13: f" {ALIKE}"}), (10, 13)),
    "near_duplicate": (with_cells(text={7: ALIKE, 10: ALIKE.replace("monday", "friday")}), (10,)),
    "leakage": ([{**row, "text": f"{row['text']} ({row['label'].title()})"} for row in sound()], tuple(range(1, 61))),
    "too_long": (with_cells(text={11: "one more word " * 200}), (11,)),
    "language_mix": ([{**row, "text": f"Bonjour, je voudrais savoir pourquoi mon colis n’est pas arrivé, {row['text']}"} if place % 3 else row for place, row in enumerate(sound())], None),
    "language_model": ([{"text": f"Bonjour, je voudrais savoir pourquoi le numéro {place} n’est pas arrivé chez nous", "label": row["label"]} for place, row in enumerate(sound())], ()),
    "personal": (with_cells(text={12: "please write to anna@example.org about that"}), (12,)),
    "formula": (with_cells(text={14: "=cmd|' /C calc'!A0"}), (14,)),
}  # fmt: skip


@pytest.mark.parametrize("code", DAMAGED)
def test_what_is_wrong_is_found_with_its_rows(code: str) -> None:
    rows, expected = DAMAGED[code]
    finding = found(rows)[code]
    if expected is not None:
        assert finding.rows == expected
    assert not finding.twins or len(finding.twins) == len(finding.rows)


@pytest.mark.parametrize("code", sorted(set(FIXES) & set(DAMAGED) - {"imbalance"}))
def test_the_fix_makes_its_finding_go_away(code: str) -> None:
    rows, _ = DAMAGED[code]
    fix = found(rows)[code].fix
    assert isinstance(fix, Fix)
    assert code not in found(rows, fixes=[fix])


@pytest.mark.parametrize(("code", "question"), [("same_question", "Is it urgent?"), ("question_is_text", None)])
def test_a_question_that_says_nothing_is_found_and_done_without(code: str, question: str | None) -> None:
    rows = [{**row, "question": question or row["text"]} for row in sound()]
    roles = Roles(text="text", question="question", label="label")
    finding = found(rows, roles)[code]
    assert finding.fix == ROLES
    assert code not in found(rows, ROLES)


def test_every_code_is_shown_to_be_found_and_has_its_words() -> None:
    elsewhere = {"same_question", "question_is_text", "about_too_long", *OF_OTHER_TASKS}
    assert {*DAMAGED, *elsewhere} == set(TITLES) == set(CONSEQUENCES)
    assert set(FIXES) <= set(TITLES)


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("code", DAMAGED)
def test_every_finding_can_be_said(code: str, language: str) -> None:
    finding, words = found(DAMAGED[code][0])[code], Words(language)
    assert finding.title(words)
    assert finding.consequence(words)
    assert "{" not in finding.title(words) + finding.consequence(words)


def test_twins_name_the_row_that_stays() -> None:
    finding = found(DAMAGED["duplicate"][0])["duplicate"]
    assert finding.twins == (7, 7)


def test_copies_that_differ_by_the_spelling_of_their_label_do_not_contradict_each_other() -> None:
    rows = with_cells(text={1: ALIKE, 2: ALIKE}, label={1: "Refund", 2: "refund "})
    assert "contradiction" not in found(rows)


def test_rare_labels_are_not_set_aside_when_no_two_others_are_left() -> None:
    rows = [{"text": f"the number {place} of this", "label": "a" if place < 30 else "b"} for place in range(36)]
    assert found(rows)["rare_label"].fix is None


def test_a_table_without_label_is_examined_too() -> None:
    codes = found(DAMAGED["near_contradiction"][0], Roles(text="text"))
    assert set(codes) == {"near_duplicate"}


def test_nothing_left_to_look_at_is_no_error() -> None:
    assert set(found([{"text": "", "label": "a"}] * 3)) == {"empty_text"}


@pytest.mark.parametrize("name", ["courriers_mairie.csv", "fiches_pratiques.csv", "shop_messages.csv"])
def test_the_sample_tables_have_nothing_grave(name: str) -> None:
    table = read(SAMPLES / name, name).table
    roles = guess_roles(table)
    examined = examine(table, roles, select(table, roles), count=count)
    assert [finding.code for finding in examined.findings if finding.level == "fault"] == []


def test_a_real_table_of_messages(shared_data: Path) -> None:
    """banking77: 13,083 questions of which some come twice, some under two labels; English, without addresses."""
    path = shared_data / "banking77_en" / "train.csv"
    table = read(path, path.name).table
    examined = examine(table, ROLES, select(table, ROLES), known=("en",), count=count)
    codes = {finding.code for finding in examined.findings}
    assert {"near_duplicate", "near_contradiction"} <= codes
    assert codes.isdisjoint({"empty_text", "language_mix", "language_model", "personal", "damaged_text", "too_long"})
