"""The careful way through a text: row by row, and what is broken stays within its row.

The csv module would take all that follows a quotation mark never closed for one cell; here that line is set aside, and the
next one is a row again.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass

from core.errors import UserError

LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
"""Not str.splitlines: U+2028 and form feeds are part of a cell."""

LONGEST = 5_000
"""Lines that a cell may hold; a quotation mark left open must not make every row look for its end through the whole file."""

SWALLOWED = 5
"""As many lines within a cell, each of them divided like a row, were rows before a quotation mark was forgotten."""


MISSING = 20_000_000
"""Cells added to short rows at most."""


COLUMNS = 16_384
"""At most: as many as a sheet of Excel has."""


@dataclass(slots=True)
class Row:
    line: int
    """Where it begins, from 1."""
    cells: list[str]
    raw: str
    """"" unless broken."""
    state: str = ""
    """"mended": read although its quotation marks are wrong; "broken": not divided at all."""


def refuse_sparse(columns: int, missing: int, name: str) -> None:
    """missing: cells to be added so that every row has one for each column. A small file may ask for billions of them.

    Raises UserError("table_sparse")."""
    if missing > MISSING:
        raise UserError("table_sparse", name=name, columns=columns, limit_cells=MISSING)


def refuse_wide(columns: int, name: str) -> None:
    """Raises UserError("too_many_columns"): each costs its time, and no table of texts has thousands of them."""
    if columns > COLUMNS:
        raise UserError("too_many_columns", name=name, columns=columns, limit_columns=COLUMNS)


def split_lines(text: str) -> list[str]:
    return LINE.findall(text)


def split_rows(lines: list[str], delimiter: str, quote: str, first: int = 0, width: int | None = None) -> Iterator[Row]:
    """The rows from line `first` (0-based); blank lines are none. width: cells of a whole row, None while unknown."""
    csv.field_size_limit(2**31 - 1)
    place = first
    while place < len(lines):
        line = lines[place].rstrip("\r\n")
        if not line:
            place += 1
            continue
        if not quote or quote not in line:
            yield Row(place + 1, line.split(delimiter), "")
            place += 1
            continue
        cells, used = _whole(lines, place, delimiter, quote)
        if cells is not None and used > 1 and _swallowed(lines, place, used, cells, delimiter, width):
            cells = None
        if cells is not None:
            yield Row(place + 1, cells, "")
            place += used
            continue
        mended = _mended(line, delimiter, quote)
        if mended is not None and len(mended) == width:
            yield Row(place + 1, mended, "", "mended")
        else:
            yield Row(place + 1, [line], line, "broken")
        place += 1


def _whole(lines: list[str], place: int, delimiter: str, quote: str) -> tuple[list[str] | None, int]:
    """The row that begins here, and over how many lines it runs; None when its quotation marks are wrong."""
    reader = csv.reader(
        (lines[at] for at in range(place, min(len(lines), place + LONGEST))),
        delimiter=delimiter,
        quotechar=quote,
        strict=True,
    )
    try:
        cells = next(reader)
    except (csv.Error, StopIteration):
        return None, 1
    return cells, reader.line_num


def _swallowed(lines: list[str], place: int, used: int, cells: list[str], delimiter: str, width: int | None) -> bool:
    if width is None:
        return False
    if len(cells) != width and any(cells[width:] or [""] * (len(cells) < width)):
        return True
    return are_rows(lines[place + 1 : place + used - 1], delimiter, width)


def are_rows(within: list[str], delimiter: str, width: int) -> bool:
    """Whether the lines within a cell, without its first and last, are rows that a forgotten mark has swallowed."""
    if width < 2 or len(within) < SWALLOWED or any(line.count(delimiter) != width - 1 for line in within):
        return False
    # In prose a space follows every comma; in rows it does not.
    return any(line.count(delimiter) > line.count(delimiter + " ") for line in within)


def _mended(line: str, delimiter: str, quote: str) -> list[str] | None:
    """A quotation mark closes a cell only before a delimiter or the end: `"she said "no" to me",x` is two cells."""
    cells: list[str] = []
    place = 0
    while True:
        if line.startswith(quote, place):
            end = line.find(quote, place + 1)
            while end >= 0 and line[end + 1 : end + 2] not in ("", delimiter):
                end = line.find(quote, end + 1)
            if end < 0:
                return None
            cells.append(line[place + 1 : end].replace(quote * 2, quote))
            place = end + 1
        else:
            end = line.find(delimiter, place)
            end = len(line) if end < 0 else end
            cells.append(line[place:end])
            place = end
        if place >= len(line):
            return cells
        place += 1
