"""What a workbook could do to its reader, looked for before it is opened: entities, passwords, sheets without end.

The reader makes room for every cell from the first to the last of a sheet, empty ones included, and where there is not enough
memory for them the whole process ends: a few bytes that name a far cell, or repeat one, must not come that far.
"""

from __future__ import annotations

import re
from itertools import pairwise

from core.data.archives import open_zip, unpack_member
from core.errors import UserError

CELLS = 20_000_000
"""Of a sheet, from its first to its last, empty ones included."""

UNREAD = ("xl/media/", "xl/printerSettings/")

PLACE = re.compile(rb"""<(?:\w+:)?(?:c|row)\s(?:[^<]*?\s)?r\s*=\s*["']([A-Za-z]*)([0-9]*)["']""")
"""Where a cell or, without letters, a row of xlsx stands."""
ROW = re.compile(rb"<(?:\w+:)?row[\s>/]")
CELL = re.compile(rb"<(?:\w+:)?c[\s>/]")

TABLE = re.compile(rb"<table:table[\s>]")
ODS_ROW = re.compile(rb"<table:table-row[\s>/]")
ODS_CELLS = (b"<table:table-cell", b"<table:covered-table-cell")
ODS_FILLED = (b"<text:", b"office:value", b"-value", b"table:formula")
REPEATED = re.compile(rb"""number-(?:rows|columns)-repeated\s*=\s*["']([^"'<]*)""")


def inspect(content: bytes, name: str, kind: str) -> None:
    """content: of an "xlsx" (xlsb too) or an "ods". Raises UserError: workbook_entities, workbook_password, workbook_cells,
    workbook_damaged, and the archive_… ones."""
    archive = open_zip(content, name)
    binary = "xl/workbook.bin" in archive.namelist()
    for info in archive.infolist():
        if info.filename.startswith(UNREAD):
            continue
        part = unpack_member(archive, info.filename, name)
        if binary and info.filename.endswith(".bin"):
            _refuse(*_reach_of_xlsb(part), name)
            continue
        start = part[:65_536]
        if not start.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n").startswith(b"<"):
            continue
        if b"<!DOCTYPE" in start or b"<!ENTITY" in part:
            raise UserError("workbook_entities", name=name)
        if part[:2] in (b"\xff\xfe", b"\xfe\xff") and "<!".encode("utf-16-le") in start:
            raise UserError("workbook_entities", name=name)
        if kind == "ods" and info.filename == "META-INF/manifest.xml" and b"encryption-data" in part:
            raise UserError("workbook_password", name=name)
        if kind == "ods":
            for first, last in pairwise([*(found.start() for found in TABLE.finditer(part)), len(part)]):
                _refuse(*_reach_of_ods(part[first:last], name), name)
        else:
            _refuse(*_reach_of_xlsx(part), name)


def _refuse(rows: int, columns: int, name: str) -> None:
    if rows * columns > CELLS:
        raise UserError("workbook_cells", name=name, cells=rows * columns, limit_cells=CELLS)


def _reach_of_xlsx(sheet: bytes) -> tuple[int, int]:
    """Rows and columns up to the last cell. Cells that do not say where they stand follow each other."""
    letters: set[bytes] = set()
    rows = placed = 0
    for found in PLACE.finditer(sheet):
        letters.add(found[1])
        placed += bool(found[1])
        rows = max(rows, int(found[2][:10] or b"0"))
    columns = max(map(_column_number, letters), default=0)
    if CELL.search(sheet) and sum(1 for _ in CELL.finditer(sheet)) > placed:
        starts = [found.start() for found in ROW.finditer(sheet)]
        rows = max(rows, len(starts))
        for first, last in pairwise([*starts, len(sheet)]):
            columns = max(columns, sum(1 for _ in CELL.finditer(sheet, first, last)))
    return rows, columns


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper()[:4]:
        number = number * 26 + letter - 64
    return number


def _reach_of_ods(table: bytes, name: str) -> tuple[int, int]:
    """Rows and columns up to the last that holds something: what is repeated below and to the right of it is left out."""
    rows = reach = columns = 0
    starts = [found.start() for found in ODS_ROW.finditer(table)]
    for first, last in pairwise([*starts, len(table)]):
        cells = table.find(b"<", first + 1, last)
        rows += _times(table[first : cells if cells >= 0 else last], name)
        filled = max(table.rfind(sign, max(cells, first), last) for sign in ODS_FILLED)
        if cells < 0 or filled < 0:
            continue
        reach = rows
        # What a cell says of itself may stand after its value.
        upto = max(table.find(b"<", filled + 1, last), filled)
        width = sum(table.count(cell, cells, upto) for cell in ODS_CELLS)
        if table.find(b"-repeated", cells, upto) >= 0:
            width += _times(table[cells:upto], name)
        columns = max(columns, width)
    return reach, columns


def _times(tags: bytes, name: str) -> int:
    """How often the tags are repeated, together; 1 where nothing is said."""
    found = [each[1] for each in REPEATED.finditer(tags)]
    if any(not each.isdigit() or len(each) > 10 for each in found):
        raise UserError("workbook_damaged", name=name)
    return sum(map(int, found)) if found else 1


def _reach_of_xlsb(part: bytes) -> tuple[int, int]:
    """The records of a binary sheet: 0 begins a row, 1 to 11 are cells; each tells its kind and size in sevens of bits."""
    rows = columns = place = 0
    try:
        while place < len(part):
            kind, place = part[place], place + 1
            if kind & 0x80:
                kind, place = kind & 0x7F | (part[place] & 0x7F) << 7, place + 1
            size = 0
            for shift in (0, 7, 14, 21):
                byte, place = part[place], place + 1
                size |= (byte & 0x7F) << shift
                if not byte & 0x80:
                    break
            number = int.from_bytes(part[place : place + 4], "little") + 1
            if kind == 0:
                rows = max(rows, number)
            elif kind <= 11:
                columns = max(columns, number)
            place += size
    except IndexError:
        pass  # cut short, as its reader will say
    return rows, columns
