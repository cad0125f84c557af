"""A long text in pieces that a service takes, cut where it hurts least, so that joined again nothing is missing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from itertools import pairwise

SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'»”’)\]]*\s+|(?<=[。！？])|\s*[\r\n]+\s*")
CLAUSE_END = re.compile(r"(?<=[,;:–—])\s+|(?<=[，；：、])")
WORD_END = re.compile(r"\s+")

Fits = Callable[[str], bool]


def cut(text: str, fits: Fits) -> list[str]:
    """Pieces that fit, together equal to `text`: whole sentences where they fit, else clauses, words, characters.

    fits: whether a piece can be sent; true for every part of what fits.
    """
    return _cut(text, fits, [SENTENCE_END, CLAUSE_END, WORD_END])


def _cut(text: str, fits: Fits, ends: list[re.Pattern[str]]) -> list[str]:
    if fits(text):
        return [text]
    if not ends:
        return _characters(text, fits)
    pieces = [""]
    for atom in _atoms(text, ends[0]):
        if fits(pieces[-1] + atom):
            pieces[-1] += atom
        else:
            pieces += _cut(atom, fits, ends[1:])
    return [piece for piece in pieces if piece]


def _atoms(text: str, end: re.Pattern[str]) -> list[str]:
    places = [0, *(match.end() for match in end.finditer(text)), len(text)]
    return [text[start:stop] for start, stop in pairwise(places) if start < stop]


def _characters(text: str, fits: Fits) -> list[str]:
    """As many characters as fit, none of them parted from the accents that follow it."""
    pieces = []
    while text:
        most = _longest(text, fits)
        stop = most
        while 1 < stop < len(text) and (unicodedata.combining(text[stop]) or "\u200d" in text[stop - 1 : stop + 1]):
            stop -= 1
        stop = stop if stop > 1 else most
        pieces.append(text[:stop])
        text = text[stop:]
    return pieces


def _longest(text: str, fits: Fits) -> int:
    """The length of the longest beginning that fits, at least 1."""
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(text[:middle]) else (low, middle - 1)
    return low


def frame(text: str) -> tuple[str, str, str]:
    """The white space before, what stands between, the white space after: services drop the outer two."""
    core = text.strip()
    start = text.index(core) if core else len(text)
    return text[:start], core, text[start + len(core) :]
