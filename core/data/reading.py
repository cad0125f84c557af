"""From the bytes of an upload to a table of text, with a word on how they were understood.

Plain cases: UTF-8 with or without BOM, UTF-16 with BOM, cp1252; comma, semicolon, tab.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.csv as pc

from core.errors import UserError
from core.words import N_

LIMIT = 200 * 1024 * 1024
"""Largest upload read, in bytes; .streamlit/config.toml refuses larger ones before they come."""

SIGNATURES = {
    b"\x89PNG": N_("a PNG picture"),
    b"\xff\xd8\xff": N_("a JPEG picture"),
    b"GIF8": N_("a GIF picture"),
    b"%PDF": N_("a PDF document"),
    b"PK\x03\x04": N_("a zip file or an Excel or LibreOffice workbook"),
    b"\xd0\xcf\x11\xe0": N_("an old Excel or Word file"),
    b"\x1f\x8b": N_("a gzip file"),
    b"PAR1": N_("a Parquet file"),
    b"SQLite format": N_("a database"),
}
"""First bytes of what is often renamed or exported by mistake."""

DELIMITERS = [",", ";", "\t"]
SAMPLE = 65_536
"""Characters that decide the delimiter."""


@dataclass(frozen=True)
class Dialect:
    """How the bytes are to be read."""

    encoding: str
    delimiter: str


@dataclass(frozen=True)
class SetAside:
    line: int
    """In the file, from 1; the first one of a row over several lines."""
    cells: tuple[str, ...]
    reason: str

    def shown(self) -> tuple[int, str, str]:
        """Line, reason code, and what the row holds, cut: as people are told of it."""
        return self.line, self.reason, " | ".join(self.cells)[:300]


@dataclass(frozen=True)
class Reading:
    """A table as read: every cell is text, header names stripped, unique and not empty.

    set_aside: the rows that could not be placed under the header: line in the file, raw cells, reason code.
    """

    table: pd.DataFrame
    dialect: Dialect
    set_aside: tuple[SetAside, ...] = ()


def read(content: bytes | Path, name: str, dialect: Dialect | None = None, *, columns_needed: int = 2) -> Reading:
    """Reads a CSV; `dialect` overrules what would be guessed. columns_needed: 2 to learn (text, label), 1 to predict.

    Words such as NA or None stay text. A row with more cells than the header, or with none filled, is set aside.
    Raises UserError: empty_file, not_a_table, unreadable_text, no_rows, one_column, broken_row, too_large.
    """
    if isinstance(content, Path):
        content = content.read_bytes()
    if len(content) > LIMIT:
        raise UserError("too_large", name=name, size=len(content), limit=LIMIT)
    _refuse_what_is_no_text(content, name)
    dialect = dialect or guess_dialect(content, name)
    table, set_aside = _parse(content, name, dialect)
    if len(table.columns) < columns_needed:
        raise UserError("one_column", name=name, column=_short(table.columns[0]))
    if table.empty:
        raise UserError("no_rows", name=name, columns=", ".join(_short(column) for column in table.columns))
    return Reading(table, dialect, tuple(set_aside))


def guess_dialect(content: bytes, name: str) -> Dialect:
    """The encoding from the BOM or from what decodes strictly, the delimiter from the first lines."""
    encoding = _guess_encoding(content, name)
    sample = content[: 4 * SAMPLE].decode(encoding, errors="ignore")[:SAMPLE]
    return Dialect(encoding, _guess_delimiter(sample))


def _refuse_what_is_no_text(content: bytes, name: str) -> None:
    if not content.strip(b"\xef\xbb\xbf \t\r\n"):
        raise UserError("empty_file", name=name)
    for signature, kind in SIGNATURES.items():
        if content.startswith(signature):
            raise UserError("not_a_table", name=name, kind=kind)


def _guess_encoding(content: bytes, name: str) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        if not _decode(content, name, "utf-16").strip():
            raise UserError("empty_file", name=name)
        return "utf-16"
    if b"\0" in content[:SAMPLE]:
        raise UserError("not_a_table", name=name, kind=N_("a file of another kind"))
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        _decode(content, name, "cp1252")
        return "cp1252"
    return "utf-8-sig" if content.startswith(b"\xef\xbb\xbf") else "utf-8"


def _decode(content: bytes, name: str, encoding: str) -> str:
    """Raises UserError("unreadable_text") with the line of the first bytes that make no character."""
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        row = content[: error.start].decode(encoding, errors="ignore").count("\n") + 1
        raise UserError("unreadable_text", name=name, row=row) from None


def _guess_delimiter(sample: str) -> str:
    header = next(line for line in sample.splitlines() if line.strip())
    present = [delimiter for delimiter in DELIMITERS if delimiter in header]
    if len(present) == 1:
        return present[0]
    if not present:
        return _delimiter_of_one_column(sample)

    from clevercsv import Sniffer
    from clevercsv.exceptions import Error, NoDetectionResult

    try:
        found = Sniffer().sniff(sample[:8192], delimiters=present)
    except (NoDetectionResult, Error):
        found = None
    if found is not None and found.delimiter in DELIMITERS:
        return str(found.delimiter)
    return max(DELIMITERS, key=header.count)


def _delimiter_of_one_column(sample: str) -> str:
    """The header is one cell: what stands between the words of the rows below is part of their text."""
    for delimiter in ("\t", ";", ","):
        rows = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
        if all(len(row) <= 1 for row in rows):
            return delimiter
    return "\t"


def _parse(content: bytes, name: str, dialect: Dialect) -> tuple[pd.DataFrame, list[SetAside]]:
    names = _header(content, dialect)
    # Arrow takes all that follows a quotation mark never closed for one cell, and counts no blank line before the header.
    if not names or content.count(b'"') % 2:
        return _parse_carefully(content, name, dialect)
    try:
        table = _parse_fast(content, dialect, names)
    except (pa.ArrowInvalid, pa.ArrowKeyError, UnicodeError):
        return _parse_carefully(content, name, dialect)
    if (table == "").all(axis=1).any():
        return _parse_carefully(content, name, dialect)
    return table, []


def _parse_fast(content: bytes, dialect: Dialect, names: list[str]) -> pd.DataFrame:
    """Arrow's reader: strict, so that anything out of shape goes the careful way."""
    read = pc.ReadOptions(encoding=dialect.encoding.removesuffix("-sig"), use_threads=True)
    parse = pc.ParseOptions(delimiter=dialect.delimiter, newlines_in_values=True)
    as_text = pc.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, null_values=[]
    )
    read.column_names = names
    read.skip_rows = 0
    read.skip_rows_after_names = 1
    table = pc.read_csv(pa.BufferReader(content), read_options=read, parse_options=parse, convert_options=as_text)
    return table.to_pandas(types_mapper={pa.string(): pd.StringDtype("pyarrow")}.get)


def _header(content: bytes, dialect: Dialect) -> list[str]:
    first = content[: 4 * SAMPLE].decode(dialect.encoding, errors="ignore")
    rows = csv.reader(io.StringIO(first, newline=""), delimiter=dialect.delimiter)
    return unique_names(next(rows, []))


def _parse_carefully(content: bytes, name: str, dialect: Dialect) -> tuple[pd.DataFrame, list[SetAside]]:
    """The csv module, row by row: short rows are filled; what does not fit under the header is set aside with its line."""
    csv.field_size_limit(LIMIT)
    text = _decode(content, name, dialect.encoding)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=dialect.delimiter, strict=True)
    kept: list[list[str]] = []
    set_aside: list[SetAside] = []
    line = 1
    try:
        names = unique_names(next(filter(None, rows), [""]))
        line = rows.line_num + 1
        for row in rows:
            if not any(row):
                if row:
                    set_aside.append(SetAside(line, tuple(row), "empty"))
            elif any(row[len(names) :]):
                set_aside.append(SetAside(line, tuple(row), "too_many_cells"))
            else:
                kept.append((row + [""] * len(names))[: len(names)])
            line = rows.line_num + 1
    except csv.Error:
        problem = N_("a quotation mark is never closed, or closed too early")
        raise UserError("broken_row", row=line, name=name, problem=problem) from None
    return pd.DataFrame(kept, columns=names, dtype=pd.StringDtype("pyarrow")), set_aside


def unique_names(header: list[str]) -> list[str]:
    """Header cells stripped; empty ones named by their place, repeated ones numbered."""
    names: list[str] = []
    for place, cell in enumerate(header, start=1):
        base = " ".join(cell.replace("\ufeff", "").split()) or f"column {place}"
        candidate, number = base, 2
        while candidate in names:
            candidate, number = f"{base} ({number})", number + 1
        names.append(candidate)
    return names


def _short(text: str, width: int = 60) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
