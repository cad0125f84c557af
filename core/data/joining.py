"""A text made of several columns: its parts one under the other, in the order chosen, without those that are empty; and what a text says in short."""

from __future__ import annotations

from collections.abc import Sequence

JOINT = "\n"
"""To the word pieces of BERT a line break is a space; to a person, and to models that know it, it parts."""


def in_short(text: object) -> str:
    """What texts that differ in spaces and capitals alone have in common."""
    return " ".join(str(text).split()).casefold()


def join_parts(*columns: Sequence[str]) -> list[str]:
    """columns: one list of cells each, all of one length. Spaces around the parts are removed."""
    if len(columns) == 1:
        return [cell.strip() for cell in columns[0]]
    return [JOINT.join(filled for cell in cells if (filled := cell.strip())) for cells in zip(*columns, strict=True)]
