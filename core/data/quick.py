"""The quick way through a text, for what is clean: Arrow's reader, after a look at every quotation mark.

Arrow takes what follows an open quotation mark for one cell, over any number of lines, and says nothing; so it is asked only
where each mark stands where the format has it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from core.data.rows import SWALLOWED, are_rows

CHUNK = 8 * 1024 * 1024
"""Bytes looked at together: the masks of a whole file would weigh as much as the file."""

TEXT = pd.StringDtype("pyarrow")


def read_quickly(content: bytes, start: int, names: list[str], delimiter: str, quote: str) -> pd.DataFrame | None:
    """The rows from byte `start`, or None when something is out of shape and must be looked at row by row."""
    if len(content) - start < 10_000 and not content[start:].strip():
        return None
    lines_within = False
    if quote:
        marks = _marks(content, start, quote)
        if len(marks):
            if not _well_placed(content, start, marks, delimiter):
                return None
            longest = _longest_cell(content, start, marks)
            if longest > SWALLOWED and _swallows(content, start, marks, delimiter, len(names)):
                return None
            lines_within = longest > 0
    body = pa.py_buffer(content).slice(start)
    try:
        table = arrow_csv.read_csv(
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
    if _has_empty_row(table):
        return None
    return table.to_pandas(types_mapper={pa.string(): TEXT}.get)


def _marks(content: bytes, start: int, quote: str) -> np.ndarray:
    """Where the quotation marks are."""
    found = []
    whole = np.frombuffer(content, np.uint8)
    if content.find(quote.encode(), start) < 0:
        return np.empty(0, np.int64)
    for place in range(start, len(whole), CHUNK):
        found.append(np.flatnonzero(whole[place : place + CHUNK] == ord(quote)) + place)
    return np.concatenate(found)


def _well_placed(content: bytes, start: int, marks: np.ndarray, delimiter: str) -> bool:
    """Marks open and close in turn: one that opens stands after a delimiter or a line end, one that closes before one;
    a doubled one closes and opens again."""
    if len(marks) % 2:
        return False
    whole = np.frombuffer(content, np.uint8)
    edge = np.zeros(256, bool)
    edge[[ord(delimiter), 10, 13]] = True
    opening, closing = marks[0::2], marks[1::2]
    again = opening[1:] == closing[:-1] + 1
    opens = edge[whole[np.maximum(opening - 1, 0)]]
    opens[0] |= opening[0] == start
    opens[1:] |= again
    if not opens.all():
        return False
    closes = edge[whole[np.minimum(closing + 1, len(whole) - 1)]]
    closes[-1] |= closing[-1] == len(whole) - 1
    closes[:-1] |= again
    return bool(closes.all())


def _longest_cell(content: bytes, start: int, marks: np.ndarray) -> int:
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


def _swallows(content: bytes, start: int, marks: np.ndarray, delimiter: str, width: int) -> bool:
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
