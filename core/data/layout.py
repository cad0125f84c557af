"""Rows under a header: names of columns, rows that fit, rows set aside with their reason, empty columns left out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import pandas as pd

from core.data.dialect import Content, Dialect, Note, SetAside
from core.data.division import ROWS, SEP, header_place, is_header
from core.data.encodings import SAMPLE
from core.data.names import unique_names
from core.data.quick import TEXT, read_quickly
from core.data.rows import Row, refuse_sparse, refuse_wide, split_lines, split_rows

ESCAPED = re.compile(r'\\(["\\])')


@dataclass
class Laid:
    table: pd.DataFrame
    names: list[str]
    """Of the columns, as the file has them."""
    header: bool = True
    skipped: int = 0
    set_aside: list[SetAside] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


def lay_out(rows: list[list[str]], name: str, first: int, chosen: Dialect | None, *, has_names: bool) -> Laid:
    """The cells of a sheet; first: the number of its first row. has_names: the first row is the header beyond doubt.

    Raises UserError: table_sparse, too_many_columns.
    """
    above = 0
    while above < len(rows) - 1 and not any(rows[above]):
        above += 1
    header = True
    if chosen is not None:
        above, header = min(chosen.skipped, len(rows) - 1), chosen.header
    elif not has_names:
        beginning = rows[above : above + ROWS]
        place = header_place(beginning, max(map(len, beginning)))
        header = is_header(beginning[place:])
        above += place
    titles = [
        SetAside(first + place, _trimmed(row), "above_header") for place, row in enumerate(rows[:above]) if any(row)
    ]
    width = max(map(len, rows[above:]))
    refuse_wide(width, name)
    names = [*rows[above], *[""] * (width - len(rows[above]))] if header else [""] * width
    below = rows[above + header :]
    laid = _fill(name, names, (Row(first + above + header + place, row, "") for place, row in enumerate(below)))
    laid.header, laid.skipped = header, above
    laid.set_aside[:0] = titles
    return _said(laid, titles)


def lay_out_text(content: Content, name: str, dialect: Dialect, width: int, *, guess: bool) -> tuple[Laid, Dialect]:
    """Lines of UTF-8 text; width: cells of most rows, for tables without header. guess: an escape sign may be found.

    Raises UserError: table_sparse, too_many_columns.
    """
    if dialect.escape:
        return _escaped(content, name, dialect, width)
    laid = _of_lines(content, name, dialect, width)
    broken = sum(row.reason in ("broken_quote", "too_many_cells") for row in laid.set_aside)
    is_odd = broken or any(note.code == "quotes_mended" for note in laid.notes)
    if guess and is_odd and content.find(b'\\"') >= 0:
        other, escaped = _escaped(content, name, dialect, width)
        if len(other.set_aside) <= len(laid.set_aside):
            return other, escaped
    return laid, dialect


def _escaped(content: Content, name: str, dialect: Dialect, width: int) -> tuple[Laid, Dialect]:
    doubled = ESCAPED.sub(lambda found: '""' if found[1] == '"' else "\\", content[:].decode("utf-8")).encode("utf-8")
    laid = _of_lines(doubled, name, dialect, width)
    laid.notes.append(Note("escaped_quotes"))
    return laid, replace(dialect, escape="\\")


def _of_lines(content: Content, name: str, dialect: Dialect, width: int) -> Laid:
    beginning = split_lines(content[:SAMPLE].decode("utf-8", "ignore"))
    whole = len(content) <= SAMPLE
    usable = beginning if whole else beginning[:-1]
    above = min(dialect.skipped, len(usable))
    rows = split_rows(usable, dialect.delimiter, dialect.quote, above)
    shown = [row for row, _ in zip(rows, range(ROWS), strict=False)]
    if not shown or (not whole and len(shown) < 2):
        # A header longer than what was looked at.
        usable = split_lines(content[:].decode("utf-8"))
        shown = [
            row for row, _ in zip(split_rows(usable, dialect.delimiter, dialect.quote, above), range(3), strict=False)
        ]
    titles = [
        SetAside(place + 1, (line.strip(),), "above_header")
        for place, line in enumerate(usable[:above])
        if line.strip() and not (SEP.fullmatch(line.strip()))
    ]
    notes: list[Note] = []
    names, start = [""] * width, above
    if dialect.header and shown:
        names, notes = _names([row.cells for row in shown])
        start = shown[1].line - 1 if len(shown) > 1 else len(usable)
    refuse_wide(len(names), name)
    notes += [
        Note("sep_line", {"delimiter": found[1]}) for line in usable[:above] if (found := SEP.fullmatch(line.strip()))
    ]
    offset = sum(len(line.encode()) for line in usable[:start])
    table = read_quickly(content, offset, unique_names(names), dialect.delimiter, dialect.quote)
    if table is not None:
        laid = Laid(table, names)
    else:
        lines = split_lines(content[:].decode("utf-8"))
        laid = _fill(name, names, split_rows(lines, dialect.delimiter, dialect.quote, start, len(names)))
    laid.header, laid.skipped = dialect.header, dialect.skipped
    laid.set_aside[:0] = titles
    laid.notes[:0] = notes
    return _said(laid, titles)


def _names(rows: list[list[str]]) -> tuple[list[str], list[Note]]:
    """The header, made as long as the rows where all of them are longer: R leaves out the name of the row numbers."""
    header, below = rows[0], rows[1:]
    longer = {len(row) for row in below}
    if len(below) < 3 or len(longer) != 1 or longer.pop() <= len(header):
        return header, []
    missing = [""] * (len(below[0]) - len(header))
    first = [row[0] for row in below]
    if len(missing) == 1 and all(cell.strip().isdecimal() for cell in first) and len(set(first)) == len(first):
        return [*missing, *header], []
    if not any(any(row[len(header) :]) for row in below):
        return header, []
    return [*header, *missing], [Note("short_header")]


def _fill(name: str, names: list[str], rows: Iterable[Row]) -> Laid:
    width = len(names)
    kept: list[list[str]] = []
    set_aside: list[SetAside] = []
    filled = mended = missing = 0
    for row in rows:
        cells = row.cells
        if row.state == "broken":
            set_aside.append(SetAside(row.line, (row.raw,), "broken_quote"))
        elif not any(cells):
            set_aside.append(SetAside(row.line, tuple(cells), "empty"))
        elif any(cells[width:]):
            set_aside.append(SetAside(row.line, tuple(cells), "too_many_cells"))
        else:
            mended += row.state == "mended"
            if len(cells) < width:
                filled += 1
                missing += width - len(cells)
                refuse_sparse(width, missing, name)
            kept.append((cells + [""] * (width - len(cells)))[:width])
    notes = [
        Note(code, {"count": count}) for code, count in (("filled_rows", filled), ("quotes_mended", mended)) if count
    ]
    return Laid(pd.DataFrame(kept, columns=unique_names(names), dtype=TEXT), names, set_aside=set_aside, notes=notes)


def _said(laid: Laid, titles: list[SetAside]) -> Laid:
    """Empty columns without a name are left out; what was found of header and titles is noted."""
    if titles:
        laid.notes.append(Note("titles_skipped", {"count": len(titles)}))
    if not laid.header:
        laid.notes.append(Note("no_header"))
    empty = [
        place
        for place, name in enumerate(laid.names)
        if not name.strip() and len(laid.table) and not (laid.table.iloc[:, place] != "").any()
    ]
    if empty and len(empty) < len(laid.names):
        left_out = set(empty)
        keep = [place for place in range(len(laid.names)) if place not in left_out]
        laid.table = laid.table.iloc[:, keep]
        laid.names = [laid.names[place] for place in keep]
        laid.notes.append(Note("empty_columns", {"count": len(empty)}))
    if laid.header and laid.names and not laid.names[0].strip():
        laid.notes.append(Note("index_column"))
    return laid


def _trimmed(row: list[str]) -> tuple[str, ...]:
    return tuple(cell for cell in row if cell)
