"""From the bytes of an upload to a table of text, with a word on how they were understood.

Containers are opened, the encoding and the division into cells are found or taken from the person who knows better, and the
rows are read: by Arrow where all is clean, row by row where it is not. A row that fits nowhere is set aside with its reason.
"""

from __future__ import annotations

import mmap
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from core.data.archives import LIMIT, kind_of_stream, tables_in, unpack_member, unpack_stream
from core.data.dialect import Content, Dialect, Note, SetAside
from core.data.division import guess_division
from core.data.encodings import SAMPLE, guess_encoding, to_utf8
from core.data.layout import lay_out, lay_out_text
from core.data.mojibake import encoded_twice, repair_bytes
from core.data.records import looks_like_json, read_json, read_parquet
from core.data.signatures import refuse_what_is_no_table
from core.data.workbooks import kind_of_zip, read_workbook
from core.errors import UserError

MAPPED = 16 * 1024 * 1024
"""Bytes from which a file is mapped instead of read: it is then never copied as a whole when all is clean."""


@dataclass(frozen=True)
class Reading:
    """A table as read: every cell is text, header names stripped, unique and not empty.

    set_aside: the rows that could not be placed under the header: line in the file, raw cells, reason code.
    """

    table: pd.DataFrame
    dialect: Dialect
    set_aside: tuple[SetAside, ...] = ()
    notes: tuple[Note, ...] = ()
    names: tuple[str, ...] = ()
    """Of the columns, as the file has them."""
    members: tuple[str, ...] = ()
    """The sheets of the workbook or the tables of the archive; dialect.member is the one that was read."""


def read(
    content: bytes | Path,
    name: str,
    dialect: Dialect | None = None,
    *,
    member: str = "",
    columns_needed: int = 2,
) -> Reading:
    """Reads a table; `dialect` overrules what would be guessed, `member` only which sheet or file of an archive is read.

    columns_needed: 2 to learn (text, label), 1 to predict. Words such as NA or None stay text.
    Rows in the file = header + rows of the table + set_aside, blank lines apart.
    Raises UserError: empty_file, not_a_table, unreadable_text, no_rows, one_column, all_set_aside, table_sparse, too_many_columns,
    too_large, html_file, and those of the containers (archive_…, workbook_…, json_…, parquet_damaged, member_not_found).
    """
    size = content.stat().st_size if isinstance(content, Path) else len(content)
    if size > LIMIT:
        raise UserError("too_large", name=name, size=size, limit=LIMIT)
    held = _held(content) if isinstance(content, Path) else content
    reading = _open(held, name, dialect, member or (dialect.member if dialect else ""), "text")
    table = reading.table
    if not len(table) and reading.set_aside and any(row.reason != "empty" for row in reading.set_aside):
        raise UserError("all_set_aside", name=name, rows=len(reading.set_aside), columns=_listed(table))
    if len(table.columns) < columns_needed:
        raise UserError("one_column", name=name, column=_short(table.columns[0]))
    if table.empty:
        raise UserError("no_rows", name=name, columns=_listed(table))
    return reading


def _held(path: Path) -> Content:
    """A large file must not become shorter while it is read; what an upload left does not."""
    if path.stat().st_size <= MAPPED:
        return path.read_bytes()
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def peek(path: Path, name: str, dialect: Dialect) -> Reading:
    """The beginning of a file, read so: quick, to be looked at. A packed file or a workbook is read whole."""
    packed = dialect.container != "text" or dialect.encoding.startswith(("utf-16", "utf-32"))
    if packed or path.stat().st_size < 2 * SAMPLE:
        return read(path, name, dialect, columns_needed=1)
    with path.open("rb") as file:
        beginning = file.read(SAMPLE)
    return read(beginning[: beginning.rfind(b"\n") + 1] or beginning, name, dialect, columns_needed=1)


def _open(content: Content, name: str, dialect: Dialect | None, member: str, packed: str) -> Reading:
    """packed: the container that was opened before this one, which is the last that may be."""
    beginning = content[:4096]
    kind = kind_of_stream(beginning)
    other = ""
    if kind is None and beginning.startswith(b"PK\x03\x04"):
        kind, other = kind_of_zip(content[:], name)
    if kind in ("gzip", "bz2", "xz", "zip") and packed != "text":
        raise UserError("archive_nested", name=name)
    if kind in ("gzip", "bz2", "xz"):
        return _open(unpack_stream(content[:], name, kind), name, dialect, member, kind)
    if kind == "zip":
        return _of_zip(content[:], name, dialect, member)
    if kind in ("xlsx", "ods") or beginning.startswith(b"\xd0\xcf\x11\xe0"):
        return _of_workbook(content[:], name, kind or "xls", dialect, member)
    if beginning.startswith(b"PAR1"):
        header, rows, aside = read_parquet(content[:], name)
        return _of_cells([header, *rows], aside, "parquet", name, dialect, first=0)
    refuse_what_is_no_table(content, name, other)
    return _of_text(content, name, dialect, packed)


def _of_zip(content: bytes, name: str, dialect: Dialect | None, member: str) -> Reading:
    archive, tables = tables_in(content, name)
    # The largest holds the table; what stands beside it tells of it.
    chosen = member or max(tables, key=lambda each: archive.getinfo(each).file_size)
    if chosen not in tables:
        raise UserError("member_not_found", name=name, member=chosen)
    reading = _open(unpack_member(archive, chosen, name), name, dialect, "", "zip")
    notes = reading.notes
    if len(tables) > 1:
        notes = (Note("one_of_several", {"count": len(tables), "member": chosen}), *notes)
    return replace(
        reading, dialect=replace(reading.dialect, member=chosen, container="zip"), members=tuple(tables), notes=notes
    )


def _of_workbook(content: bytes, name: str, kind: str, dialect: Dialect | None, sheet: str) -> Reading:
    rows, chosen, sheets = read_workbook(content, name, kind, sheet)
    reading = _of_cells(rows, [], kind, name, dialect, first=1)
    notes = reading.notes
    if len(sheets) > 1:
        notes = (Note("one_of_several", {"count": len(sheets), "member": chosen}), *notes)
    return replace(reading, dialect=replace(reading.dialect, member=chosen), members=tuple(sheets), notes=notes)


def _of_cells(
    rows: list[list[str]], aside: list[SetAside], kind: str, name: str, dialect: Dialect | None, *, first: int
) -> Reading:
    """first: the number of the first row in the file, 0 where the header is no row of it."""
    base = dialect or Dialect("utf-8", ",")
    laid = lay_out(rows, name, first, dialect if kind in ("xlsx", "xls", "ods") else None, has_names=first == 0)
    understood = replace(
        base, container=kind, header=laid.header, skipped=laid.skipped, encoding="utf-8", delimiter=","
    )
    return Reading(laid.table, understood, (*laid.set_aside, *aside), tuple(laid.notes), tuple(laid.names))


def _of_text(content: Content, name: str, dialect: Dialect | None, container: str) -> Reading:
    encoding = dialect.encoding if dialect else guess_encoding(content, name)
    content, encoding, notes = to_utf8(content, name, encoding, chosen=dialect is not None)
    if not content[:4096].strip() and not content[:].strip():
        raise UserError("empty_file", name=name)
    kind = looks_like_json(content[:4096].decode("utf-8", "ignore"), name)
    if kind:
        found = read_json(content[:].decode("utf-8"), name, kind)
        if found is not None:
            header, rows, aside = found
            reading = _of_cells([header, *rows], aside, kind, name, dialect, first=0)
            return replace(reading, notes=(*notes, *reading.notes))
    twice = encoded_twice(content)
    if dialect and dialect.repair:
        content = repair_bytes(content[:])
        notes.append(Note("repaired"))
    elif twice:
        notes.append(Note("mojibake", {"count": twice}))
    sample = content[:SAMPLE].decode("utf-8", "ignore")
    guess = guess_division(sample, cut=len(content) > SAMPLE)
    guessed = dialect is None
    if dialect is None:
        dialect = Dialect(encoding, guess.delimiter, guess.quote, "", guess.header, guess.skipped)
    dialect = replace(dialect, encoding=encoding, newline=_newline(sample), container=container, member="")
    laid, dialect = lay_out_text(content, name, dialect, guess.width, guess=guessed)
    return Reading(laid.table, dialect, tuple(laid.set_aside), (*notes, *laid.notes), tuple(laid.names))


def _newline(sample: str) -> str:
    if "\r\n" in sample:
        return "\r\n"
    return "\r" if "\r" in sample and "\n" not in sample else "\n"


def _listed(table: pd.DataFrame) -> str:
    return ", ".join(_short(column) for column in table.columns[:20])


def _short(text: str, width: int = 60) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
