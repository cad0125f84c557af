"""What the cells of a column look like: how long, how varied, and whether they are numbers, dates, addresses, identifiers or words."""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["empty", "number", "date", "address", "identifier", "classes", "words", "prose"]
"""classes: short and coming back; words: short and not coming back, as names and titles; prose: what can be read as a text."""

SAMPLE = 2000
"""Rows looked at. They are drawn, for tables are often sorted by their label, or alternate."""
MOSTLY = 0.8
"""Share of the filled cells from which a column is of a kind."""
MOST_CLASSES = 500
LONGEST_CLASS = 60
"""Characters of a label, on average."""

_MONTHS = (
    r"(janv|févr|fevr|avr|juill?|sept|oct|nov|déc|dec|jan|fév|feb|mar|apr|jun|jul|aug|sep)\.?|janvier|f[ée]vrier|mars|avril|mai|juin|juillet"
    r"|ao[ûu]t|septembre|octobre|novembre|d[ée]cembre|january|february|march|april|may|june|july|august|september|october|november|december"
)
NUMBER = re.compile(r"[-+]?(\d+|\d{1,3}([ \u00a0\u202f]\d{3})+)([.,]\d+)?([ \u00a0\u202f]?[%€$£]|[ ]?/[ ]?\d+)?")
DATE = re.compile(
    r"(19|20)\d\d([-/.](0?[1-9]|1[0-2])([-/.]\d{1,2}([T ]+[\d:.hZ+-]+)?)?)?"
    r"|\d{1,2}[-/.]\d{1,2}[-/.](\d{2}|\d{4})([T ,à]+[\d:.h]+)?"
    r"|(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])"
    r"|\d{1,2}[:h]\d{2}(:\d{2}(\.\d+)?)?"
    rf"|(\w+\.?,? )?(\d{{1,2}}(er|st|nd|rd|th)? )?({_MONTHS}),?( \d{{1,2}},?)?( \d{{2,4}})?( [\d:h]+)?",
    re.IGNORECASE,
)
ADDRESS = re.compile(
    r"(https?://|www\.|ftp://)\S+|[^\s@]+@[^\s@]+\.\w+|(\+\d{1,3}[ .]?|0)\d([ .-]?\d{2}){4}"
    r"|(\d{1,3}\.){3}\d{1,3}|\S+\.(pdf|docx?|xlsx?|csv|txt|jpe?g|png|gif|html?|mp3|wav|eml|msg)",
    re.IGNORECASE,
)
IDENTIFIER = re.compile(
    r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{16,64}|(?=.*\d)[A-Za-z]{0,8}[-_/#.: °]{0,2}[\dA-Z][\dA-Z./_-]*",
    re.IGNORECASE,
)


class Evidence(NamedTuple):
    """Of the filled cells of a sample."""

    kind: Kind
    length: float
    """Mean characters."""
    distinct: float
    """Different values over cells."""
    values: int
    asks: float
    """Share that ends with a question mark."""
    whole: bool
    """Numbers without fraction."""
    order: tuple[int, ...]
    """For each sampled row the number of its value, from 0 in the order met; -1 where the cell is empty."""


def look(cells: pd.Series) -> Evidence:
    rows = range(len(cells))
    drawn = sorted(random.Random(0).sample(rows, SAMPLE)) if len(cells) > SAMPLE else list(rows)
    taken = [str(cell).strip() for cell in cells.iloc[drawn]]
    met: dict[str, int] = {}
    order = tuple(met.setdefault(text, len(met)) if text else -1 for text in taken)
    filled = [text for text in taken if text]
    count = len(filled)
    if not filled:
        return Evidence("empty", 0, 1, 0, 0, False, order)
    length = sum(map(len, filled)) / count
    return Evidence(
        kind=_kind(filled, len(met), length),
        length=length,
        distinct=len(met) / count,
        values=len(met),
        asks=sum(text.endswith("?") for text in filled) / count,
        whole=all(re.fullmatch(r"[-+]?\d+", text) for text in met),
        order=order,
    )


def _kind(filled: list[str], values: int, length: float) -> Kind:
    distinct = values / len(filled)

    def mostly(pattern: re.Pattern[str]) -> bool:
        return sum(bool(pattern.fullmatch(text)) for text in filled) >= MOSTLY * len(filled)

    # Only what is short can be one of these: no pattern is tried on long texts.
    if length <= 120:
        if mostly(ADDRESS):
            return "address"
        if mostly(DATE):
            return "date"
        if mostly(NUMBER):
            varied = distinct > 0.9 and len(filled) > 9 and all(re.fullmatch(r"\d+", text) for text in filled)
            return "identifier" if varied else "number"
        if (distinct > 0.5 or values > MOST_CLASSES) and mostly(IDENTIFIER):
            return "identifier"
    words = sum(len(text.split()) for text in filled) / len(filled)
    if distinct <= 0.5 and values <= MOST_CLASSES and length <= LONGEST_CLASS and (words <= 6 or values == 1):
        return "classes"
    return "prose" if words >= 4 or length > LONGEST_CLASS else "words"
