"""Tables as people really have them: each is read or refused with its own sentence, and no row is lost in silence."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import zipfile
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from core.data.archives import LIMIT
from core.data.reading import peek, read
from core.errors import UserError
from tests.odd_tables import DIFFER, REFUSED, answers, in_time, manifest, rows_known, rows_of

CSV = "texte;thème\nOù est-ce ?;livraison\nMerci;éloge\n".encode()


def refused(content: bytes | Path, name: str) -> str:
    with pytest.raises(UserError) as caught:
        read(content, name)
    return caught.value.code


def zipped(**files: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


CONTAINERS = [
    "text",
    "gzip",
    "bz2",
    "zip",
    "xlsx",
    "xls",
    "ods",
    "json (expected/parameters)",
    "xlsx without extension",
]


@pytest.mark.parametrize("container", CONTAINERS)
def test_every_odd_table_is_read_or_refused_and_every_row_accounted_for(shared_data: Path, container: str) -> None:
    folder = shared_data / "odd_tables"
    rows = manifest(folder)
    assert {row["container"] for row in rows} == set(CONTAINERS)
    refusals: dict[str, str] = {}
    for row in rows:
        path = folder / row["file"]
        if row["container"] != container:
            continue
        reading = in_time(path)
        if isinstance(reading, UserError):
            refusals[row["file"]] = reading.code
            continue
        assert len(set(reading.table.columns)) == len(reading.table.columns) > 0, path
        assert not reading.table.isna().to_numpy().any(), path
        assert rows_of(reading) == rows_known(row, path, reading), path
    known = {row["file"] for row in rows if row["container"] == container}
    assert refusals == {file: code for file, code in REFUSED.items() if file in known}


def test_a_known_answer_is_what_is_read_or_it_is_known_why_not(shared_data: Path) -> None:
    differing = {file for file, wanted, found in answers(shared_data / "odd_tables") if wanted != found}
    assert differing == set(DIFFER)


def test_real_french_tables_in_every_dress_hold_what_was_written(shared_data: Path) -> None:
    folder = shared_data / "odd_tables" / "_derived_fr"
    wanted = pd.read_csv(folder / "expected.csv", keep_default_na=False, dtype=str).to_numpy().tolist()

    def rows(name: str) -> list[list[str]]:
        return read(folder / name, name).table.to_numpy().tolist()

    for start in ("01", "03", "05", "07", "09", "11", "13", "15", "17", "27", "41"):
        [path] = folder.glob(f"{start}_*")
        assert rows(path.name) == wanted, path
    assert rows("19_ragged_extra_fields.csv") == [w for place, w in enumerate(wanted, 1) if place not in (20, 77, 140)]
    assert rows("21_unbalanced_quote.csv") == [row for place, row in enumerate(wanted, 1) if place != 100]
    assert rows("29_single_class.csv") == [row for row in wanted if row[2] == "oui"]
    damaged = read(folder / "23_double_encoded.csv", "23.csv")
    assert "mojibake" in [note.code for note in damaged.notes]
    assert damaged.table.to_numpy().tolist() != wanted
    whole = read(folder / "23_double_encoded.csv", "23.csv", replace(damaged.dialect, repair=True))
    assert whole.table.to_numpy().tolist() == wanted


def test_what_csv_spectrum_answers_otherwise_is_the_fault_of_its_files(shared_data: Path) -> None:
    folder = shared_data / "odd_tables" / "max-mapper+csv-spectrum"

    def answer(name: str) -> object:
        return json.loads((folder / "json" / f"{name}.json").read_text(encoding="utf-8"))

    # Git took the CR away from one, which is its twin now; the other has another telephone number in its answer.
    bare = (folder / "csvs" / "newlines_crlf.csv").read_bytes()
    assert bare == (folder / "csvs" / "newlines.csv").read_bytes()
    assert read(bare.replace(b"\n", b"\r\n"), "crlf.csv").table.to_dict("records") == answer("newlines_crlf")
    phone = (folder / "csvs" / "location_coordinates.csv").read_bytes().replace(b"2095257564", b"1234567890")
    assert read(phone, "phone.csv").table.to_dict("records") == [answer("location_coordinates")]


@pytest.mark.parametrize(
    "pack", [gzip.compress, bz2.compress, lzma.compress, lambda content: zipped(**{"a.csv": content})]
)
def test_a_packed_table_is_that_table(pack) -> None:  # type: ignore[no-untyped-def]
    assert read(pack(CSV), "a.csv.gz").table.equals(read(CSV, "a.csv").table)
    assert refused(pack(CSV)[:-9], "a.csv.gz") == "archive_damaged"


def test_one_of_several_tables_may_be_chosen() -> None:
    packed = zipped(**{"small.csv": b"a,b\n1,x\n", "large.csv": CSV, "__MACOSX/._large.csv": b"x", "read.me": b"x"})
    reading = read(packed, "both.zip")
    assert (reading.members, reading.dialect.member) == (("small.csv", "large.csv"), "large.csv")
    other = read(packed, "both.zip", member="small.csv")
    assert list(other.table.columns) == ["a", "b"]
    with pytest.raises(UserError, match="no “none"):
        read(packed, "both.zip", member="none.csv")


def test_what_could_harm_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    zeros = bytes(64 * 1024 * 1024)
    assert refused(zipped(**{"a.csv": zeros}), "bomb.zip") == "archive_bomb"
    assert refused(gzip.compress(zeros), "bomb.gz") == "archive_bomb"
    assert refused(zipped(**{"../a.csv": CSV}), "path.zip") == "archive_path"
    assert refused(zipped(**{"a.zip": zipped(**{"b.csv": CSV})}), "nested.zip") in (
        "archive_nested",
        "archive_without_table",
    )
    assert refused(zipped(**{"a.exe": b"x", "b.dll": b"y"}), "programs.zip") == "archive_without_table"
    entities = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet>&a;</worksheet>'
    workbook = {"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>", "xl/worksheets/s.xml": entities}
    assert refused(zipped(**workbook), "entities.xlsx") == "workbook_entities"
    far = b'<worksheet><row r="1"><c r="A1"/></row><row r="1048576"><c r="XFD1048576"/></row></worksheet>'
    assert refused(zipped(**{**workbook, "xl/worksheets/s.xml": far}), "far.xlsx") == "workbook_cells"
    huge = tmp_path / "huge.csv"
    with huge.open("wb") as file:
        file.truncate(1_000_000_000)  # a hole: nothing is written, and reading it would take a gigabyte
    assert refused(huge, "huge.csv") == "too_large"
    assert huge.stat().st_size > LIMIT


def test_json_and_parquet_hold_tables_too(tmp_path: Path) -> None:
    rows = [{"text": "été", "label": "a"}, {"text": "b", "label": None, "n": 1.10}]
    for content in (json.dumps(rows), json.dumps({"data": rows}), "\n".join(map(json.dumps, rows))):
        table = read(content.encode(), "rows.json").table
        assert table.to_numpy().tolist() == [["été", "a", ""], ["b", "", "1.1"]]
    lines = read(b'{"a": "1", "b": "2"}\nbroken\n', "rows.jsonl")
    assert [(row.line, row.reason) for row in lines.set_aside] == [(2, "not_an_object")]
    pd.DataFrame({"text": ["été", None], "n": [1, 2]}).to_parquet(tmp_path / "t.parquet")
    assert read(tmp_path / "t.parquet", "t.parquet").table.to_numpy().tolist() == [["été", "1"], ["", "2"]]
    assert refused(b"PAR1" + bytes(50) + b"PAR1", "t.parquet") == "parquet_damaged"


def test_the_beginning_of_a_large_file_is_enough_to_look_at(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_bytes(CSV + b"encore;suite\n" * 100_000)
    reading = read(path, path.name)
    seen = peek(path, path.name, reading.dialect)
    assert 0 < len(seen.table) < len(reading.table) == 100_002
    assert seen.table.head(3).equals(reading.table.head(3))
