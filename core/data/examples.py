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
class Tally:
    """Rows of a table by what can be done with them: rows of the table = used + empty_text + empty_label."""

    used: int
    empty_text: int
    empty_label: int
    labels: dict[str, int]
    """Rows in use of each label, the most frequent first; empty without a label column."""


@dataclass(frozen=True)
class Selection:
    examples: pd.DataFrame
    tally: Tally


def select(table: pd.DataFrame, roles: Roles) -> Selection:
    """The examples of a table: rows with a text and, when a column is the label, a label.

    Spaces around cells are removed. Ids are "r1" for the first row of the table, and stay with their row.
    Raises UserError: those of check_roles.
    """
    check_roles(roles, list(table.columns))
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
    no_label = (frame["label"] == "") & ~no_text & (roles.label is not None)
    examples = frame[~no_text & ~no_label].reset_index(drop=True)
    counts = examples["label"].value_counts() if roles.label else {}
    labels = {str(label): int(count) for label, count in counts.items()}
    return Selection(examples, Tally(len(examples), int(no_text.sum()), int(no_label.sum()), labels))


def require_learnable(tally: Tally, roles: Roles) -> None:
    """Raises UserError when nothing can be learned: no_label_role, no_examples, one_label, too_few_examples."""
    if roles.label is None:
        raise UserError("no_label_role")
    if not tally.used:
        raise UserError("no_examples", empty_text=tally.empty_text, empty_label=tally.empty_label)
    if len(tally.labels) == 1:
        raise UserError("one_label", label=next(iter(tally.labels)))
    if tally.used < MINIMUM_ROWS or max(tally.labels.values()) < MINIMUM_OF_A_LABEL:
        raise UserError("too_few_examples", rows=tally.used, minimum=MINIMUM_ROWS)


def fingerprint(examples: pd.DataFrame) -> str:
    """sha256 of the examples, order included: two runs with the same one learned from the same rows."""
    digest = hashlib.sha256()
    for row in examples[COLUMNS].itertuples(index=False):
        digest.update("\x1f".join(map(str, row)).encode() + b"\x1e")
    return digest.hexdigest()


def _stripped(table: pd.DataFrame, column: str | None) -> pd.Series:
    if column is None:
        return pd.Series([""] * len(table), index=table.index)
    return table[column].astype(pd.StringDtype("pyarrow")).fillna("").str.strip()
