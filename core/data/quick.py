"""The quick way through a text, for what is clean: Arrow's reader, after a look at every quotation mark.

Arrow takes what follows an open quotation mark for one cell, over any number of lines, and says nothing; so it is asked only
where each mark stands where the format has it.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from core.data.dialect import Content
from core.data.rows import SWALLOWED, are_rows

CHUNK = 1024 * 1024
"""Bytes looked at together: they and their masks stay in the processor's cache."""

TEXT = pd.StringDtype("pyarrow")


def read_quickly(content: Content, start: int, names: list[str], delimiter: str, quote: str) -> pd.DataFrame | None:
    """The rows from byte `start`, or None when something is out of shape and must be looked at row by row."""
    if len(content) - start < 10_000 and not content[start:].strip():
        return None
    look = _look(content, start, delimiter, quote)
    if not look.is_well_placed:
        return None
    table = None
    if look.one_line_a_row:
        table = _of_arrow(content, start, names, delimiter, quote, lines_within=False)
    # As many rows as line ends: no cell holds one. Most tables are so, and where each line end stands need not be asked.
    if table is None or table.num_rows != look.lines:
        longest = _longest_cell(content, start, look.marks)
        if look.one_line_a_row and table is None and not longest:
            return None
        if longest > SWALLOWED and _swallows(content, start, look.marks, delimiter, len(names)):
            return None
        if longest or not look.one_line_a_row:
            table = _of_arrow(content, start, names, delimiter, quote, lines_within=longest > 0)
    if table is None or _has_empty_row(table):
        return None
    return table.to_pandas(types_mapper={pa.string(): TEXT}.get)


def _of_arrow(
    content: Content, start: int, names: list[str], delimiter: str, quote: str, *, lines_within: bool
) -> pa.Table | None:
    """None when a row has another number of cells than there are names."""
    body = pa.py_buffer(content).slice(start)
    try:
        return arrow_csv.read_csv(
            pa.BufferReader(body),
            read_options=arrow_csv.ReadOptions(column_names=names, use_threads=True),
            parse_options=arrow_csv.ParseOptions(
                delimiter=delimiter, quote_char=quote or False, newlines_in_values=lines_within
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                check_utf8=False,
                strings_can_be_null=False,
                null_values=[],
            ),
        )
    except (pa.ArrowInvalid, pa.ArrowKeyError):
        return None


@dataclass(frozen=True)
class _Look:
    """What the bytes show before they are divided."""

    marks: np.ndarray
    """Places of the quotation marks."""
    is_well_placed: bool
    lines: int
    """By their ends; one without an end at the end of the file counts."""
    one_line_a_row: bool
    """Every line ends alike: what Arrow needs to cut a file into blocks."""


def _look(content: Content, start: int, delimiter: str, quote: str) -> _Look:
    """Marks open and close in turn: one that opens stands after a delimiter or a line end, one that closes before one;
    a doubled one closes and opens again."""
    whole = np.frombuffer(content, np.uint8)
    edge = np.zeros(256, bool)
    edge[[ord(delimiter), 10, 13]] = True
    mark = ord(quote) if quote and content.find(quote.encode(), start) >= 0 else None

    def look(place: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, int, int]:
        part = whole[place : place + CHUNK]
        ends, returns = int(np.count_nonzero(part == 10)), int(np.count_nonzero(part == 13))
        if mark is None:
            nothing = np.empty(0, np.int64)
            return nothing, nothing.astype(bool), nothing.astype(bool), ends, returns
        marks = np.flatnonzero(part == mark) + place
        # Marks at either end of the text stand as if beside a line end; their own places are put right below.
        before, after = edge[whole[np.maximum(marks - 1, 0)]], edge[whole[np.minimum(marks + 1, len(whole) - 1)]]
        return marks, before, after, ends, returns

    with ThreadPoolExecutor(max_workers=pa.cpu_count()) as threads:
        parts = list(threads.map(look, range(start, len(whole), CHUNK)))
    marks, before, after = (np.concatenate([part[of] for part in parts]) for of in range(3))
    ends, returns = sum(part[3] for part in parts), sum(part[4] for part in parts)
    lines = ends + (content[-1:] != b"\n")
    is_alike = returns == 0 or (returns == ends and content[start:].count(b"\r\n") == ends)
    return _Look(marks, _is_well_placed(marks, before, after, start, len(whole)), lines, is_alike)


def _is_well_placed(marks: np.ndarray, before: np.ndarray, after: np.ndarray, start: int, size: int) -> bool:
    if not len(marks):
        return True
    if len(marks) % 2:
        return False
    before[0] |= marks[0] == start
    after[-1] |= marks[-1] == size - 1
    opens, closes = before[0::2], after[1::2]
    again = marks[2::2] == marks[1:-1:2] + 1
    opens[1:] |= again
    closes[:-1] |= again
    return bool(opens.all() and closes.all())


def _longest_cell(content: Content, start: int, marks: np.ndarray) -> int:
    """Line ends in the cell that has most of them."""
    whole = np.frombuffer(content, np.uint8)
    longest = 0
    for place in range(start, len(whole), CHUNK):
        ends = np.flatnonzero(whole[place : place + CHUNK] == 10) + place
        within = np.searchsorted(marks, ends)
        within = within[within % 2 == 1]
        if len(within):
            longest = max(longest, int(np.unique(within, return_counts=True)[1].max()))
    if not longest and content.find(b"\r", start) >= 0:
        ends = np.flatnonzero(whole[start:] == 13) + start
        longest = int((np.searchsorted(marks, ends) % 2).any())
    return longest


def _swallows(content: Content, start: int, marks: np.ndarray, delimiter: str, width: int) -> bool:
    """Whether one of the long cells holds rows, perhaps, that a forgotten mark has swallowed."""
    ends = np.flatnonzero(np.frombuffer(content, np.uint8)[start:] == 10) + start
    opening, closing = marks[0::2], marks[1::2]
    for cell in np.flatnonzero(np.searchsorted(ends, closing) - np.searchsorted(ends, opening) > SWALLOWED):
        lines = content[opening[cell] + 1 : closing[cell]].decode("utf-8").split("\n")
        if are_rows(lines[1:-1], delimiter, width):
            return True
    return False


def _has_empty_row(table: pa.Table) -> bool:
    empty = None
    for column in table.columns:
        here = pc.equal(pc.binary_length(column), 0)
        empty = here if empty is None else pc.and_(empty, here)
        if not pc.any(empty).as_py():
            return False
    return empty is not None
