"""What is known of the odd tables beforehand: how many rows each holds, counted without our reader, and what stands in some."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import re
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from core.data.reading import Reading, read
from core.errors import UserError

REFUSED = {
    "okfn+messytables/horror/encrypted_no_password.xls": "workbook_password",
    "okfn+messytables/horror/libreoffice.xlsx": "empty_workbook",
    "okfn+messytables/horror/simple.unknown": "empty_file",
    "okfn+messytables/horror/small.csv": "no_rows",
    "okfn+messytables/horror/unicode_sheet_name.xls": "no_rows",
    "okfn+messytables/horror/utf8bom.csv": "no_rows",
    "wireservice+csvkit/examples/blanks_converted.csv": "no_rows",
    "wireservice+csvkit/examples/empty.csv": "empty_file",
    "wireservice+csvkit/examples/test_empty_columns_long_row.csv": "no_rows",
    "wireservice+csvkit/examples/test_empty_columns_short_row.csv": "no_rows",
    "frictionlessdata+frictionless-py/data/chunk2.headless.csv": "no_rows",
    "frictionlessdata+frictionless-py/data/chunk3.csv": "no_rows",
    "frictionlessdata+frictionless-py/data/empty.csv": "empty_file",
    "frictionlessdata+frictionless-py/data/file.txt": "no_rows",
    "frictionlessdata+frictionless-py/data/text.txt": "no_rows",
    "frictionlessdata+frictionless-py/data/without-rows.csv": "no_rows",
    "frictionlessdata+frictionless-py/data/without-rows.csv.zip": "no_rows",
    "datagouv+csv-detective/tests/data/c_test_file.csv": "all_set_aside",
    "_derived_fr/31_empty.csv": "empty_file",
}
"""Those that hold no row under a header, no character, or a password; and why they are not read."""

CONVERTED = ("Numbers, truth values and times were written otherwise by the program that made the answer (40.0, True, a T between "
             "day and time), and it named the column without a name.")  # fmt: skip
DIFFER = {
    "max-mapper+csv-spectrum/csvs/location_coordinates.csv": "Its answer has another telephone number than the file.",
    "max-mapper+csv-spectrum/csvs/newlines_crlf.csv": "Its answer has CR LF within a cell, and the file LF alone, as its twin newlines.csv.",
    "wireservice+csvkit/examples/test.xls": CONVERTED,
    "wireservice+csvkit/examples/test_skip_lines.xls": CONVERTED,
    "wireservice+csvkit/examples/test.xlsx": CONVERTED,
    "wireservice+csvkit/examples/test_skip_lines.xlsx": CONVERTED,
}
"""Files read otherwise than their known answer says, and why."""

KIT, FRICTION, MESSY = (
    "wireservice+csvkit/examples/",
    "frictionlessdata+frictionless-py/data/",
    "okfn+messytables/horror/",
)
READR, VROOM, DETECTIVE = (
    "tidyverse+readr/tests/testthat/fixtures/",
    "r-lib+vroom/inst/extdata/",
    "datagouv+csv-detective/tests/data/",
)
TWINS = {
    KIT + "dummy.csv": [KIT + f"dummy.{each}" for each in ("csv.bz2", "csv.gz", "tsv", "xls", "xlsx")],
    KIT + "test_utf8.csv": [KIT + "test_utf8_bom.csv"],
    KIT + "test_utf16_big.csv": [KIT + "test_utf16_little.csv"],
    FRICTION + "table.csv": [FRICTION + each for each in (
        "table.csv.zip", "table.csv.gz", "table.csv.bz2", "compression/explicit.csv.gz", "compression/explicit.csv.zip",
        "compression/implicit-gz.csv", "compression/implicit-zip.csv")],
    FRICTION + "doublequote.csv": [FRICTION + "doublequote.csv.zip"],
    FRICTION + "chunk1.csv": [FRICTION + "chunk1.csv.zip"],
    FRICTION + "issue-1009-comma.csv": [FRICTION + "issue-1009-semicolon.csv"],
    MESSY + "simple.csv": [MESSY + f"simple.{each}" for each in ("xls", "xlsx", "zip")],
    VROOM + "mtcars.csv": [VROOM + f"mtcars.csv.{each}" for each in ("bz2", "gz", "zip")],
    READR + "eol-lf.txt": [READR + f"eol-{each}" for each in ("cr.txt", "crlf.txt", "cr.txt.bz2", "cr.txt.gz", "cr.txt.zip")],
    READR + "eol-lf.csv": [READR + "eol-cr.csv", READR + "eol-crlf.csv"],
    READR + "basic-df.csv": [READR + "basic-df-singlequote.csv"],
    DETECTIVE + "file.xlsx": [DETECTIVE + "xlsx_file"],
    KIT + "testxls_converted.csv": [KIT + "test.xls", KIT + "test_skip_lines.xls"],
    KIT + "testxlsx_converted.csv": [KIT + "test.xlsx", KIT + "test_skip_lines.xlsx"],
}  # fmt: skip
"""One table in several dresses: each of them must be read as the first is."""

FRENCH_ROWS = {"15": 200, "29": 101, "31": 0}
"""Of the French tables, whose rows with the header are 201 but here: no header, one label alone, nothing."""

Manifest = list[dict[str, str]]


def manifest(folder: Path) -> Manifest:
    """Every file: those of the manifest, then the French tables made from one, which have a list of their own."""
    with (folder / "MANIFEST.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with (folder / "_derived_fr" / "EXPECTED.csv").open(encoding="utf-8", newline="") as file:
        derived = [each["file"] for each in csv.DictReader(file)]
    for name in derived:
        container = "gzip" if name.endswith(".gz") else "text"
        rows.append(
            {
                "file": f"_derived_fr/{name}",
                "container": container,
                "rows": str(FRENCH_ROWS.get(name[:2], 201)),
                "blank_rows": "0",
            }
        )
    return rows


def in_time(path: Path, seconds: float = 60) -> Reading | UserError:
    """The reading, or why it was refused; nothing of ours takes a tenth of this time, so that what does hangs."""
    found: list[Reading | BaseException] = []

    def work() -> None:
        try:
            found.append(read(path, path.name, columns_needed=1))
        except BaseException as error:
            found.append(error)

    working = threading.Thread(target=work, daemon=True)
    working.start()
    working.join(seconds)
    assert found, f"{path} is still being read after {seconds} s"
    if isinstance(found[0], Reading | UserError):
        return found[0]
    raise found[0]


def rows_of(reading: Reading) -> int:
    """Those in the table, those set aside that hold anything, and the header where it is a row of the file."""
    held = sum(any(re.search(r'[^\s",;|]', cell) for cell in row.cells) for row in reading.set_aside)
    return len(reading.table) + held + (reading.dialect.header and reading.dialect.container not in ("json", "jsonl"))


def rows_known(row: dict[str, str], path: Path, reading: Reading) -> int:
    """Rows that hold anything, counted by other means than our reader. row: of the manifest."""
    if row["rows"] and not zipfile.is_zipfile(path):
        return int(float(row["rows"])) - int(row["blank_rows"])
    content = path.read_bytes()
    if row["container"].startswith("json"):
        answer = json.loads(content)
        return len(answer) if isinstance(answer, list) else 1
    return sum(any(cell.strip() for cell in cells) for cells in _cells(content, reading))


def _cells(content: bytes, reading: Reading) -> Iterator[list[str]]:
    if content.startswith((b"\x1f\x8b", b"BZh")):
        content = (gzip if content.startswith(b"\x1f") else bz2).decompress(content)
    elif content.startswith(b"\xd0\xcf\x11\xe0"):
        from python_calamine import CalamineWorkbook

        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name(reading.dialect.member)
        yield from ([str(cell) for cell in row] for row in sheet.to_python())
        return
    elif zipfile.is_zipfile(io.BytesIO(content)):
        archive = zipfile.ZipFile(io.BytesIO(content))
        if "content.xml" in archive.namelist():
            yield from _ods(archive, reading.dialect.member)
            return
        if "xl/workbook.xml" in archive.namelist():
            yield from _xlsx(archive, reading.dialect.member)
            return
        content = archive.read(reading.dialect.member)
    text = io.StringIO(content.decode(reading.dialect.encoding), newline="")
    yield from csv.reader(text, delimiter=reading.dialect.delimiter)


def _ods(archive: zipfile.ZipFile, sheet: str) -> Iterator[list[str]]:
    table = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
    root = ElementTree.fromstring(archive.read("content.xml"))
    [found] = [each for each in root.iter(f"{table}table") if each.get(f"{table}name") == sheet]
    for row in found.iter(f"{table}table-row"):
        cells = ["".join(cell.itertext()) for cell in row]
        yield from [cells] * (int(row.get(f"{table}number-rows-repeated", "1")) if any(cells) else 1)


def _xlsx(archive: zipfile.ZipFile, sheet: str) -> Iterator[list[str]]:
    texts = []
    if "xl/sharedStrings.xml" in archive.namelist():
        texts = ["".join(each.itertext()) for each in ElementTree.fromstring(archive.read("xl/sharedStrings.xml"))]
    names = [
        each.get("name")
        for each in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter()
        if each.get("sheetId")
    ]
    root = ElementTree.fromstring(archive.read(f"xl/worksheets/sheet{names.index(sheet) + 1}.xml"))
    for row in root.iter():
        if row.tag.endswith("}row"):
            values = [
                (cell.get("t"), "".join(each.text or "" for each in cell.iter() if each.tag[-2:] in ("}v", "}t")))
                for cell in row
            ]
            yield [texts[int(value)] if kind == "s" and value else value for kind, value in values]


def as_rows(reading: Reading) -> list[list[str]]:
    """The names of the file and the rows under them."""
    return [list(reading.names), *map(list, reading.table.itertuples(index=False))]


def answers(folder: Path) -> Iterator[tuple[str, list[list[str]], list[list[str]]]]:
    """Every file with a known answer: its name, the rows wanted, the rows read."""
    for path in sorted((folder / "max-mapper+csv-spectrum" / "csvs").glob("*.csv")):
        answer = json.loads((path.parents[1] / "json" / f"{path.stem}.json").read_text(encoding="utf-8"))
        entries = answer if isinstance(answer, list) else [answer]
        wanted = [list(entries[0]), *(list(entry.values()) for entry in entries)]
        yield path.relative_to(folder).as_posix(), wanted, as_rows(read(path, path.name, columns_needed=1))
    for first, others in TWINS.items():
        wanted = as_rows(read(folder / first, Path(first).name, columns_needed=1))
        for other in others:
            yield other, wanted, as_rows(read(folder / other, Path(other).name, columns_needed=1))
