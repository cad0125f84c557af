"""Workbooks of Excel and LibreOffice: one sheet as rows of text, after a look at what the file could do to its reader."""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Callable
from functools import partial
from typing import Any

from core.data.archives import open_zip, unpack_member
from core.errors import UserError
from core.words import N_

CELLS = 20_000_000
"""Of a sheet, from its first to its last, empty ones included: the reader makes room for all of them."""

OFFICE = [
    ("xl/", "xlsx", ""),
    ("word/", "", N_("a Word document")),
    ("ppt/", "", N_("a PowerPoint presentation")),
]
FILEPASS = re.compile(rb"\x09\x08\x10\0\0\x06.{14}\x2f\0", re.DOTALL)
"""The record of an old Excel file that says it is encrypted, right after the one that opens it."""

CELL = re.compile(rb'<(?:\w+:)?c [^>]*?r="([A-Z]{1,3})([0-9]{1,7})"')
REPEATED = re.compile(rb'<table:table-row[^>]*number-rows-repeated="([0-9]+)"[^>]*>(.*?)</table:table-row>', re.DOTALL)
COLUMNS_REPEATED = re.compile(rb'number-columns-repeated="([0-9]+)"[^>]*(?:/>|>(.{0,40}))', re.DOTALL)


def kind_of_zip(content: bytes, name: str) -> tuple[str, str]:
    """("xlsx" | "ods" | "zip" | "", what it is instead of a table)."""
    archive = open_zip(content, name)
    names = archive.namelist()
    if "[Content_Types].xml" in names:
        for folder, kind, other in OFFICE:
            if any(member.startswith(folder) for member in names):
                return kind, other
    if "mimetype" in names:
        mime = unpack_member(archive, "mimetype", name)
        if mime.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
            return "ods", ""
        return "", N_("a text or a book, not a spreadsheet")
    return "zip", ""


def read_workbook(content: bytes, name: str, kind: str, sheet: str) -> tuple[list[list[str]], str, list[str]]:
    """The rows of a sheet, its name, and the names of all that hold something.

    sheet: "" for the first one that has rows. Raises UserError: the workbook_… and archive_… ones, member_not_found, no_rows.
    """
    if kind in ("xlsx", "ods"):
        _inspect(content, name, kind)
    elif "EncryptedPackage".encode("utf-16-le") in content or FILEPASS.search(content):
        raise UserError("workbook_password", name=name)
    elif "WordDocument".encode("utf-16-le") in content:
        raise UserError("not_a_table", name=name, kind=N_("a Word document"))

    from python_calamine import CalamineWorkbook

    book = _guarded(lambda: CalamineWorkbook.from_filelike(io.BytesIO(content)), name)
    names = list(book.sheet_names)
    if sheet and sheet not in names:
        raise UserError("member_not_found", name=name, member=sheet)
    filled: dict[str, list[list[str]]] = {}
    chosen = sheet
    for each in [sheet] if sheet else names:
        rows = _guarded(partial(_rows, book, each), name)
        shown = [[_text(cell) for cell in row] for row in rows]
        if any(any(row) for row in shown):
            filled[each] = shown
            chosen = chosen or each
            if len(shown) > 1:
                break
    if not filled:
        raise UserError("empty_workbook", name=name)
    if not sheet:
        # A sheet with a title alone comes first in many a workbook.
        chosen = max(filled, key=lambda each: len(filled[each]) > 1)
    return filled[chosen], chosen, names


def _rows(book: Any, sheet: str) -> Any:
    return book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)


def _inspect(content: bytes, name: str, kind: str) -> None:
    archive = open_zip(content, name)
    for info in archive.infolist():
        if not info.filename.endswith((".xml", ".rels")):
            continue
        part = unpack_member(archive, info.filename, name)
        if b"<!DOCTYPE" in part[:65_536] or b"<!ENTITY" in part:
            raise UserError("workbook_entities", name=name)
        if part[:2] in (b"\xff\xfe", b"\xfe\xff") and "<!".encode("utf-16-le") in part[:65_536]:
            raise UserError("workbook_entities", name=name)
        if kind == "ods" and info.filename == "META-INF/manifest.xml" and b"encryption-data" in part:
            raise UserError("workbook_password", name=name)
        if kind == "ods" and info.filename == "content.xml":
            _refuse_repeats(part, name)
        if kind == "xlsx" and info.filename.startswith("xl/worksheets/"):
            _refuse_far_cells(part, name)


def _refuse_far_cells(sheet: bytes, name: str) -> None:
    """Two cells, one at each end of a sheet, would take the memory of the whole sheet."""
    columns: set[bytes] = set()
    last = 0
    for found in CELL.finditer(sheet):
        columns.add(found[1])
        last = max(last, int(found[2]))
    for row in re.finditer(rb'<(?:\w+:)?row [^>]*?r="([0-9]{1,9})"', sheet):
        last = max(last, int(row[1]))
    width = max((_column_number(letters) for letters in columns), default=0)
    if width * last > CELLS:
        raise UserError("workbook_cells", name=name, cells=width * last, limit_cells=CELLS)


def _refuse_repeats(sheet: bytes, name: str) -> None:
    for found in REPEATED.finditer(sheet):
        wide = sum(int(each[1]) for each in COLUMNS_REPEATED.finditer(found[2])) or 1
        if (b"<text:" in found[2] or b"office:value" in found[2]) and int(found[1]) * wide > CELLS:
            raise UserError("workbook_cells", name=name, cells=int(found[1]) * wide, limit_cells=CELLS)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _guarded(work: Callable[[], Any], name: str) -> Any:
    """What the reader of workbooks cannot read is the file's fault, also where it panics (no Exception, then)."""
    from python_calamine import PasswordError

    try:
        return work()
    except PasswordError:
        raise UserError("workbook_password", name=name) from None
    except (KeyboardInterrupt, SystemExit, MemoryError, GeneratorExit):
        raise
    except BaseException as error:
        if "password" in str(error).lower():
            raise UserError("workbook_password", name=name) from None
        raise UserError("workbook_damaged", name=name) from None


def _text(cell: object) -> str:
    """As the sheet shows it: 3.0 is 3, a day without an hour is a day."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat() if cell.time() == datetime.time() else cell.isoformat(" ")
    return str(cell)
