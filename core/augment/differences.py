"""Where two texts differ, word by word, for marking both."""

from __future__ import annotations

import re
from typing import NamedTuple

_PIECE = re.compile(r"\w+(?:['’]\w+)*['’]?|[^\w\s]|\s+")


class Piece(NamedTuple):
    """A run of a text; together the pieces are the text, spaces included."""

    text: str
    differs: bool


def differences(before: str, after: str) -> tuple[list[Piece], list[Piece]]:
    """Both texts in pieces; a piece differs when the other text has no such words there. Capitals count, spaces do not."""
    from rapidfuzz.distance import Indel

    one, other = _PIECE.findall(before), _PIECE.findall(after)
    left = [place for place, piece in enumerate(one) if not piece.isspace()]
    right = [place for place, piece in enumerate(other) if not piece.isspace()]
    gone, new = set(left), set(right)
    for step in Indel.opcodes([one[place] for place in left], [other[place] for place in right]):
        if step.tag == "equal":
            gone -= set(left[step.src_start : step.src_end])
            new -= set(right[step.dest_start : step.dest_end])
    return _runs(one, gone), _runs(other, new)


def _runs(pieces: list[str], differing: set[int]) -> list[Piece]:
    """Neighbours of a kind joined; a space differs when the words on both its sides do."""
    found: list[Piece] = []
    for place, text in enumerate(pieces):
        differs = place in differing or (text.isspace() and {place - 1, place + 1} <= differing)
        if found and found[-1].differs == differs:
            found[-1] = Piece(found[-1].text + text, differs)
        else:
            found.append(Piece(text, differs))
    return found
