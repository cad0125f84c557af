"""Workbooks made to do harm, or locked: each is refused with its own sentence before its reader meets it."""

from __future__ import annotations

import io
import zipfile

import pytest

from core.data.reading import read
from core.errors import UserError

SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
)
EXCEL = {"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"}
FAR = b'<worksheet><row r="1"><c r="A1"/></row><row r="1048576"><c r="XFD1048576"/></row></worksheet>'
ENTITIES = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet>&a;</worksheet>'
EMPTY_REST = '<table:table-row table:number-rows-repeated="1048570"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'


def packed(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def ods(rows: str, manifest: bytes = b"<manifest/>", **parts: bytes) -> bytes:
    body = f'<office:spreadsheet><table:table table:name="S">{rows}</table:table></office:spreadsheet>'
    content = f"<?xml version='1.0'?><office:document-content {SPACES}><office:body>{body}</office:body></office:document-content>"
    mime = b"application/vnd.oasis.opendocument.spreadsheet"
    return packed({"mimetype": mime, "META-INF/manifest.xml": manifest, "content.xml": content.encode(), **parts})


def row(*cells: str, times: int | str = 1, columns: int | str = 1, mark: str = '"') -> str:
    inside = "".join(
        f"<table:table-cell office:value-type={mark}string{mark} table:number-columns-repeated={mark}{columns}{mark}>"
        f"<text:p>{cell}</text:p></table:table-cell>"
        for cell in cells
    )
    return f"<table:table-row table:number-rows-repeated={mark}{times}{mark}>{inside}</table:table-row>"


def code(content: bytes, name: str) -> str:
    with pytest.raises(UserError) as caught:
        read(content, name)
    return caught.value.code


def test_repeated_cells_and_rows_are_as_many_as_the_sheet_shows() -> None:
    hole = '<table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="2"/></table:table-row>'
    reading = read(
        ods(row("text", "label") + row("a", times=3, columns=2) + hole + row("b", "c") + EMPTY_REST), "a.ods"
    )
    assert reading.table.to_numpy().tolist() == [["a", "a"]] * 3 + [["b", "c"]]
    assert [(each.line, each.reason) for each in reading.set_aside] == [(5, "empty"), (6, "empty")]


@pytest.mark.parametrize(
    "rows",
    [
        row("a", times=1_048_576, columns=16_384),
        row("a", times=1_048_576, columns=16_384, mark="'"),
        row("a", times=1000, columns=16_384) * 100,
        row("a", columns=4_000_000_000),
        EMPTY_REST + row("a", columns=16_000),
        row("a", times=1_048_576, columns=16_384).replace("<table:table-row ", '<table:table-row x=">" '),
    ],
)
def test_a_few_bytes_that_repeat_cells_without_end(rows: str) -> None:
    assert code(ods(row("text", "label") + rows), "bomb.ods") == "workbook_cells"


@pytest.mark.parametrize("times", ["9" * 5000, "&#49;048576", "-1", "x"])
def test_a_number_of_repeats_that_is_none(times: str) -> None:
    assert code(ods(row("text", "label") + row("a", "b", times=times)), "odd.ods") == "workbook_damaged"


@pytest.mark.parametrize(
    ("part", "content"),
    [
        ("xl/worksheets/sheet1.xml", FAR),
        ("xl/worksheets/sheet1.xml", FAR.replace(b'"', b"'").replace(b"XFD", b"xfd")),
        ("xl/elsewhere.part", FAR),
        ("xl/worksheets/sheet1.xml", b'<worksheet><row r="1">' + b"<c/>" * 16_384 + b'</row><row r="1048576"><c/></row></worksheet>'),
        ("xl/worksheets/sheet1.bin", b"\0\4\xff\xff\x0f\0" + b"\1\4\xff\x3f\0\0"),
    ],
    ids=["far", "far, otherwise quoted", "far, in another place", "cells without places", "binary"],
)  # fmt: skip
def test_two_cells_at_the_ends_of_a_sheet(part: str, content: bytes) -> None:
    assert code(packed({**EXCEL, "xl/workbook.bin": b"", part: content}), "far.xlsx") == "workbook_cells"


@pytest.mark.parametrize("content", [ENTITIES, ENTITIES.decode().encode("utf-16")])
def test_entities_are_refused_wherever_they_stand(content: bytes) -> None:
    assert code(packed({**EXCEL, "xl/worksheets/sheet1.xml": content}), "entities.xlsx") == "workbook_entities"
    assert code(packed({**EXCEL, "xl/sheet.part": content}), "entities.xlsx") == "workbook_entities"
    assert code(ods(row("text", "label"), **{"styles.xml": content}), "entities.ods") == "workbook_entities"


def test_a_workbook_with_a_password_is_named_so() -> None:
    entry = "<manifest><file-entry><manifest:encryption-data/></file-entry></manifest>"
    assert code(ods("", entry.encode()), "locked.ods") == "workbook_password"
    # Excel puts an encrypted workbook into the container of its old files.
    container = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000) + "EncryptedPackage".encode("utf-16-le") + bytes(100)
    assert code(container, "locked.xlsx") == "workbook_password"
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + b"\x09\x08\x10\0\0\x06" + bytes(14) + b"\x2f\0" + bytes(60)
    assert code(old, "locked.xls") == "workbook_password"
    locked = bytearray(packed({"a.csv": b"text,label\na,b\n"}))
    for start in (b"PK\x03\x04", b"PK\x01\x02"):
        locked[locked.find(start) + (6 if start.endswith(b"\x04") else 8)] |= 1
    assert code(bytes(locked), "locked.zip") == "archive_password"


def test_a_word_document_and_a_presentation_are_called_what_they_are() -> None:
    for folder, kind in (("word", "a Word document"), ("ppt", "a PowerPoint presentation")):
        with pytest.raises(UserError) as caught:
            read(packed({"[Content_Types].xml": b"<Types/>", f"{folder}/x.xml": b"<x/>"}), "report.xlsx")
        assert (caught.value.code, caught.value.facts["kind"]) == ("not_a_table", kind)
