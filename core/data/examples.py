"""From a table and its roles to examples: one row in use each, with a stable id."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import pandas as pd

from core.data.columns import Roles, check_roles
from core.errors import UserError

COLUMNS = ["id", "origin", "text", "question", "label"]
"""Columns of an examples frame. question is "" when the table has none; origin is "" for an original row."""

MINIMUM_ROWS = 20
"""Fewer labelled rows than this cannot be divided into three parts that mean anything."""

MINIMUM_OF_A_LABEL = 2


@dataclass(frozen=True)
class Selection:
    """The rows in use and, counted, the rows that cannot be: rows of the table = len(examples) + empty_text + empty_label."""

    examples: pd.DataFrame
    empty_text: int
    empty_label: int


def select(table: pd.DataFrame, roles: Roles) -> Selection:
    """The examples of a table: rows with a text and, when a column is the label, a label.

    Spaces around cells are removed. Ids are "r1" for the first row of the table, and stay with their row.
    Raises UserError: those of check_roles.
    """
    check_roles(roles, table)
    frame = pd.DataFrame(
        {
            "id": [f"r{place}" for place in range(1, len(table) + 1)],
            "origin": "",
            "text": _stripped(table, roles.text),
            "question": _stripped(table, roles.question),
            "label": _stripped(table, roles.label),
        }
    )
    no_text = frame["text"] == ""
    no_label = (frame["label"] == "") & ~no_text if roles.label else pd.Series(False, index=frame.index)
    return Selection(frame[~no_text & ~no_label].reset_index(drop=True), int(no_text.sum()), int(no_label.sum()))


def require_learnable(selection: Selection, roles: Roles) -> None:
    """Raises UserError when nothing can be learned: no_label_role, no_examples, one_label, too_few_examples."""
    if roles.label is None:
        raise UserError("no_label_role")
    examples = selection.examples
    if examples.empty:
        raise UserError("no_examples", empty_text=selection.empty_text, empty_label=selection.empty_label)
    counts = examples["label"].value_counts()
    if len(counts) == 1:
        raise UserError("one_label", label=counts.index[0])
    if len(examples) < MINIMUM_ROWS or counts.iloc[0] < MINIMUM_OF_A_LABEL:
        raise UserError("too_few_examples", rows=len(examples), minimum=MINIMUM_ROWS)


def fingerprint(examples: pd.DataFrame) -> str:
    """sha256 of the examples, order included: two runs with the same one learned from the same rows."""
    digest = hashlib.sha256()
    for row in examples[COLUMNS].itertuples(index=False):
        digest.update("\x1f".join(map(str, row)).encode() + b"\x1e")
    return digest.hexdigest()


def _stripped(table: pd.DataFrame, column: str | None) -> list[str]:
    if column is None:
        return [""] * len(table)
    return [str(cell).strip() for cell in table[column]]
