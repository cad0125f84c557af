"""From a table and its roles to examples: one row in use each, with a stable id."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from core.data.columns import Roles, check_roles
from core.data.fixes import Fix, amend
from core.data.joining import join_parts
from core.data.targets import label_counts, label_set, labels_in, number_in, says
from core.errors import UserError

COLUMNS = ["id", "origin", "text", "question", "label"]
"""Columns of an examples frame. question is "" when the table has none; origin is "" for an original row. label: the class; a set of
labels as core.data.targets.label_set writes it; a number as Python writes it; "" where nothing is given to learn. A frame has a
column `together` too where the roles name one."""

UNUSABLE = ("not_a_number", "not_yes_or_no", "empty_question")
"""Why a task cannot learn from a row: reasons of Tally.fixed that are no fixes."""

MINIMUM_ROWS = 20
"""Fewer labelled rows than this cannot be divided into three parts that mean anything."""

MINIMUM_OF_A_LABEL = 2
MINIMUM_TEXTS = 20
"""Fewer different texts than this leave a tenth in which a question finds its own by chance."""


@dataclass(frozen=True)
class Tally:
    """Rows of a table by what can be done with them: their sum is the rows of the table."""

    used: int
    empty_text: int
    empty_label: int
    labels: dict[str, int]
    """Rows in use of each label, the most frequent first; empty where rows have no labels, or numbers."""
    fixed: dict[str, int] = field(default_factory=dict)
    """Rows that fixes set aside, and those that the task cannot learn from (UNUSABLE), by their reason."""
    values: int = 0
    """Different numbers, or different texts where questions are to find theirs."""
    questions: int = 0
    """Different questions, where these are to find their texts."""
    most_of_a_text: int = 0
    """Rows of the text that has most of them, there."""


@dataclass(frozen=True)
class Selection:
    examples: pd.DataFrame
    tally: Tally
    aside: dict[int, str]
    """The rows that are not in use, from 1, each with its reason: empty_text, empty_label, the code of a fix, or one of Tally.fixed."""
    unlabelled: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame(columns=["id", "text", "question"], dtype=str)
    )
    """id, text, question of the rows that lack alone what is learned from them: their label, or their question."""


def select(table: pd.DataFrame, roles: Roles, fixes: Sequence[Fix] = ()) -> Selection:
    """The examples of a table: rows with a text and, when a column is the label, a label; corrected as the fixes say.

    Spaces around cells are removed; a text of several columns is joined. Ids are "r1" for the first row of the table, and stay with their row, whatever fixes
    do. Fixes made for other roles rest. Raises UserError: those of check_roles.
    """
    check_roles(roles, list(table.columns))
    frame = pd.DataFrame(
        {
            "id": [f"r{place}" for place in range(1, len(table) + 1)],
            "origin": "",
            "text": _text(table, roles),
            "question": _stripped(table, roles.question),
            "label": given_labels(table, roles),
        }
    )
    if roles.together is not None:
        frame["together"] = _stripped(table, roles.together)
    aside = amend(frame, [fix for fix in fixes if fix.fits(roles)])
    aside |= _unusable(frame, roles)
    aside |= dict.fromkeys(_rows(frame["text"] == ""), "empty_text")
    used = [row not in aside for row in range(1, len(frame) + 1)]
    examples = frame[used].reset_index(drop=True)
    reasons = Counter(aside.values())
    empty_text, empty_label = reasons.pop("empty_text", 0), reasons.pop("empty_label", 0)
    values = examples["label" if roles.task == "number" else "text"].nunique() if roles.task != "classes" else 0
    tally = Tally(len(examples), empty_text, empty_label, _counts(examples, roles), dict(reasons), values)
    if roles.task == "matching" and len(examples):
        most = int(examples["text"].value_counts().iloc[0])
        tally = replace(tally, questions=examples["question"].nunique(), most_of_a_text=most)
    # Where questions are learned from, the question is what lacks.
    lacking = [aside.get(row) in ("empty_label", "empty_question") for row in range(1, len(frame) + 1)]
    return Selection(examples, tally, aside, frame.loc[lacking, ["id", "text", "question"]].reset_index(drop=True))


def require_learnable(tally: Tally, roles: Roles) -> None:
    """Raises UserError when nothing can be learned: no_label_role, no_question_role, no_examples, one_label, one_value, one_text,
    one_question, too_few_examples, label_of_its_own, too_few_texts.
    """
    needs_label = roles.task in ("classes", "several_labels", "number")
    if needs_label and not roles.has_labels:
        raise UserError("no_label_role")
    if not needs_label and roles.question is None:
        raise UserError("no_question_role")
    if not tally.used:
        raise UserError("no_examples", empty_text=tally.empty_text, empty_label=tally.empty_label)
    if needs_label and len(tally.labels) == 1:
        raise UserError("one_label", label=next(iter(tally.labels)))
    if roles.task == "number" and tally.values == 1:
        raise UserError("one_value")
    if roles.task == "matching" and tally.values == 1:
        raise UserError("one_text")
    if roles.task == "matching" and tally.questions == 1:
        raise UserError("one_question")
    if tally.used < MINIMUM_ROWS:
        raise UserError("too_few_examples", rows=tally.used, minimum=MINIMUM_ROWS)
    if tally.labels and max(tally.labels.values()) < MINIMUM_OF_A_LABEL:
        raise UserError("label_of_its_own", rows=tally.used)
    if roles.task == "matching" and tally.values < MINIMUM_TEXTS:
        raise UserError("too_few_texts", texts=tally.values, minimum=MINIMUM_TEXTS)


def given_labels(table: pd.DataFrame, roles: Roles) -> pd.Series:
    """What is to be learned, in the form of COLUMNS; "" where the cell is empty, "\0" where it cannot be understood."""
    if roles.task in ("matching", "generation"):
        return pd.Series([""] * len(table), index=table.index)
    if roles.task == "several_labels" and roles.label_columns:
        answers = [[says(cell) for cell in _stripped(table, column)] for column in roles.label_columns]
        rows = zip(*answers, strict=True)
        kept = [
            "\0" if None in row else label_set(name for name, yes in zip(roles.label_columns, row, strict=True) if yes)
            for row in rows
        ]
        return pd.Series(kept, index=table.index)
    cells = _stripped(table, roles.label)
    if roles.task == "several_labels":
        return cells.map({cell: label_set(labels_in(cell, roles.separator)) if cell else "" for cell in cells.unique()})
    if roles.task == "number":
        found = {cell: number_in(cell) for cell in cells.unique()}
        return cells.map(
            {cell: "" if not cell else "\0" if value is None else repr(value) for cell, value in found.items()}
        )
    return cells


def _unusable(frame: pd.DataFrame, roles: Roles) -> dict[int, str]:
    """The rows that the task cannot learn from, with the reason."""
    if roles.task in ("matching", "generation"):
        return dict.fromkeys(_rows(frame["question"] == ""), "empty_question") if roles.question else {}
    if not roles.has_labels:
        return {}
    strange = "not_a_number" if roles.task == "number" else "not_yes_or_no"
    return dict.fromkeys(_rows(frame["label"] == "\0"), strange) | dict.fromkeys(
        _rows(frame["label"] == ""), "empty_label"
    )


def _counts(examples: pd.DataFrame, roles: Roles) -> dict[str, int]:
    if roles.task == "several_labels":
        return label_counts(examples["label"])
    if roles.task != "classes" or not roles.label:
        return {}
    return {str(label): int(count) for label, count in examples["label"].value_counts().items()}


def fingerprint(examples: pd.DataFrame) -> str:
    """sha256 of the examples, order included: two runs with the same one learned from the same rows."""
    digest = hashlib.sha256()
    for row in examples[COLUMNS].itertuples(index=False):
        digest.update("\x1f".join(map(str, row)).encode() + b"\x1e")
    return digest.hexdigest()


def _rows(chosen: pd.Series) -> list[int]:
    """The numbers of the rows that are true."""
    return [place + 1 for place in chosen.to_numpy(bool).nonzero()[0].tolist()]


def _text(table: pd.DataFrame, roles: Roles) -> pd.Series:
    parts = [_stripped(table, column) for column in roles.texts]
    if len(parts) == 1:
        return parts[0]
    joined = join_parts(*(part.tolist() for part in parts))
    return pd.Series(joined, index=table.index, dtype=pd.StringDtype("pyarrow"))


def _stripped(table: pd.DataFrame, column: str | None) -> pd.Series:
    if column is None:
        return pd.Series([""] * len(table), index=table.index)
    return table[column].astype(pd.StringDtype("pyarrow")).fillna("").str.strip()
