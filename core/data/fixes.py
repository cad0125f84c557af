"""What a person had corrected in a table: rows set aside, labels merged, texts rewritten. The table stays as it was read."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, Field

from core.data.columns import Roles
from core.data.mojibake import repair
from core.data.personal import mask
from core.data.targets import label_set, labels_of

if TYPE_CHECKING:
    import pandas as pd

REWRITINGS: dict[str, Callable[[str], str]] = {"mask": mask, "repair": repair}


class Fix(BaseModel, frozen=True):
    """One correction. It names its rows, so that it does the same when the code that found them has changed."""

    code: str
    """The finding that it answers; also the reason of the rows that it sets aside."""
    roles: Roles
    """Those it was made for. Under other roles it rests."""
    does: Literal["aside", "merge", "mask", "repair", "roles"]
    rows: tuple[int, ...]
    """The rows of the table that it changes or sets aside, from 1. None with "roles": the question was given up, and `roles` are
    those to go back to."""
    labels: dict[str, str] = {}
    """merge: spellings, and what each becomes; of several labels a row, "" is done without."""
    id: str = Field(default_factory=lambda: secrets.token_hex(4))

    def fits(self, roles: Roles | None) -> bool:
        """Whether it was made for these roles. Which rows stay together changes nothing of what they say."""
        return roles is not None and self.roles.model_copy(update={"together": roles.together}) == roles


def amend(frame: pd.DataFrame, fixes: Sequence[Fix], first_row: int = 1) -> dict[int, str]:
    """Corrects the columns text, question and label of `frame` in place; the rows set aside, each with its reason.

    first_row: the number of the frame's first row in its table; fixes of other rows do nothing.
    """
    aside: dict[int, str] = {}
    last_row = first_row + len(frame) - 1
    for fix in fixes:
        if fix.does == "roles":
            continue
        if fix.does == "merge":
            spellings = {old: new for old, new in fix.labels.items() if old != new}
            if fix.roles.task == "several_labels":
                kept = {cell: _respelt(cell, fix.labels) for cell in frame["label"].unique()}
                frame["label"] = frame["label"].map(kept)
            else:
                frame["label"] = frame["label"].replace(spellings)
            continue
        rows = [row for row in fix.rows if first_row <= row <= last_row]
        if fix.does == "aside":
            aside |= {row: fix.code for row in rows if row not in aside}
        elif rows:
            _rewrite(frame, [row - first_row for row in rows], REWRITINGS[fix.does])
    return aside


def _respelt(cell: str, labels: dict[str, str]) -> str:
    """A set of labels as core.data.targets.label_set writes it; anything else stays as it is."""
    found = labels_of(cell)
    return cell if not set(found) & set(labels) else label_set(filter(None, (labels.get(one, one) for one in found)))


def _rewrite(frame: pd.DataFrame, places: list[int], change: Callable[[str], str]) -> None:
    import pandas as pd

    for name in ("text", "question", "label"):
        # A label names a class: a mask could make two of them one.
        if name == "label" and change is mask:
            continue
        cells = frame[name].tolist()
        for place in places:
            cells[place] = change(cells[place])
        frame[name] = pd.Series(cells, index=frame.index, dtype=frame[name].dtype)
