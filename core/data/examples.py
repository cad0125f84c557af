"""From a table and its roles to examples: one row in use each, with a stable id."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from core.data.columns import Roles, check_roles
from core.data.fixes import Fix, amend
from core.data.joining import join_parts
from core.errors import UserError

COLUMNS = ["id", "origin", "text", "question", "label"]
"""Columns of an examples frame. question is "" when the table has none; origin is "" for an original row."""

MINIMUM_ROWS = 20
"""Fewer labelled rows than this cannot be divided into three parts that mean anything."""

MINIMUM_OF_A_LABEL = 2


@dataclass(frozen=True)
class Tally:
    """Rows of a table by what can be done with them: their sum is the rows of the table."""

    used: int
    empty_text: int
    empty_label: int
    labels: dict[str, int]
    """Rows in use of each label, the most frequent first; empty without a label column."""
    fixed: dict[str, int] = field(default_factory=dict)
    """Rows that fixes set aside, by their reason."""


@dataclass(frozen=True)
class Selection:
    examples: pd.DataFrame
    tally: Tally
    aside: dict[int, str]
    """The rows that are not in use, from 1, each with its reason: empty_text, empty_label, or the code of a fix."""


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
            "label": _stripped(table, roles.label),
        }
    )
    aside = amend(frame, [fix for fix in fixes if fix.roles == roles])
    if roles.label is not None:
        aside |= dict.fromkeys(_rows(frame["label"] == ""), "empty_label")
    aside |= dict.fromkeys(_rows(frame["text"] == ""), "empty_text")
    used = [row not in aside for row in range(1, len(frame) + 1)]
    examples = frame[used].reset_index(drop=True)
    counts = examples["label"].value_counts() if roles.label else {}
    labels = {str(label): int(count) for label, count in counts.items()}
    reasons = Counter(aside.values())
    empty_text, empty_label = reasons.pop("empty_text", 0), reasons.pop("empty_label", 0)
    return Selection(examples, Tally(len(examples), empty_text, empty_label, labels, dict(reasons)), aside)


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
