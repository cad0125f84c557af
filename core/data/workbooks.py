"""Workbooks of Excel and LibreOffice: one sheet as rows of text, after a look at what the file could do to its reader."""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Callable
from functools import partial
from typing import Any

from core.data.archives import open_zip, unpack_member
from core.data.workbook_guards import inspect
from core.errors import UserError
from core.words import N_

OFFICE = [
    ("xl/", "xlsx", ""),
    ("word/", "", N_("a Word document")),
    ("ppt/", "", N_("a PowerPoint presentation")),
]
FILEPASS = re.compile(rb"\x09\x08\x10\0\0\x06.{14}\x2f\0", re.DOTALL)
"""The record of an old Excel file that says it is encrypted, right after the one that opens it."""


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
        inspect(content, name, kind)
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
