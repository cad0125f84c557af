"""An upload is read as the person sees it in the spreadsheet, or refused with the reason."""

from __future__ import annotations

import random
from pathlib import Path

import pandas as pd
import pytest

from core.data.archives import LIMIT
from core.data.dialect import Dialect
from core.data.names import unique_names
from core.data.reading import read
from core.errors import UserError

ROWS = [["Où est mon colis ?", "livraison"], ["J’attends 12 € ; « vite »", "remboursement"], ["a, b\tc\nd", "œuvre"]]


def csv_text(delimiter: str, newline: str = "\n") -> str:
    quoted = [[f'"{cell}"' for cell in row] for row in ROWS]
    return newline.join(delimiter.join(row) for row in [["texte", "étiquette"], *quoted]) + newline


def cells(table: pd.DataFrame) -> list[list[str]]:
    return [[str(cell) for cell in row] for row in table.to_numpy().tolist()]


def refused(content: bytes, name: str = "mails.csv", dialect: Dialect | None = None) -> UserError:
    with pytest.raises(UserError) as caught:
        read(content, name, dialect)
    return caught.value


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_every_usual_export_of_a_spreadsheet_is_read(encoding: str, delimiter: str, newline: str) -> None:
    reading = read(csv_text(delimiter, newline).encode(encoding), "export.csv")
    assert reading.dialect == Dialect(encoding, delimiter, newline=newline)
    assert list(reading.table.columns) == ["texte", "étiquette"]
    assert cells(reading.table) == ROWS
    assert reading.set_aside == ()


def test_a_path_is_read_as_its_bytes_are(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(csv_text(";").encode())
    assert cells(read(path, path.name).table) == ROWS


@pytest.mark.parametrize(
    "name",
    [
        "01_utf8_comma_lf.csv",
        "03_cp1252_semicolon_crlf.csv",
        "05_utf16le_bom_tab_crlf.txt",
        "09_utf8_tab_lf.tsv",
        "35_embedded_crlf.csv",
        "37_na_words.csv",
    ],
)
def test_the_plain_cases_of_real_tables_hold_what_was_written(shared_data: Path, name: str) -> None:
    folder = shared_data / "odd_tables" / "_derived_fr"
    wanted = pd.read_csv(folder / "expected.csv", keep_default_na=False, dtype=str)
    reading = read(folder / name, name)
    assert list(reading.table.columns) == ["text", "question", "label"]
    assert len(reading.table) == len(wanted) == 200
    assert reading.set_aside == ()
    found = reading.table.astype("object")
    if name.startswith("35"):  # the breaks inside cells are what this file changes
        found, wanted = (frame.map(lambda cell: " ".join(cell.split())) for frame in (found, wanted))
    differing = (found != wanted).sum().sum()
    if name.startswith("37"):
        assert differing == 4
        assert {"NA", "null", "None", "nan"} <= set(found.to_numpy().ravel())
    else:
        assert differing == 0


def test_a_real_table_of_ten_thousand_rows_is_read_whole(shared_data: Path) -> None:
    reading = read(shared_data / "banking77_en" / "train.csv", "train.csv")
    assert reading.table.shape == (10003, 2)
    assert reading.table["label"].nunique() == 77


def test_words_that_other_programs_take_for_nothing_stay_text() -> None:
    table = read(b"text,label\nNA,null\nNone,nan\n0012,1e5\n", "na.csv").table
    assert cells(table) == [["NA", "null"], ["None", "nan"], ["0012", "1e5"]]


def test_rows_that_do_not_fit_under_the_header_are_set_aside_with_their_line() -> None:
    content = b'text,label\n"on two\nlines",a\nb,c,d\n,\nshort\nx,y,,\n\nlast,z\n'
    reading = read(content, "ragged.csv")
    assert cells(reading.table) == [["on two\nlines", "a"], ["short", ""], ["x", "y"], ["last", "z"]]
    assert [(row.line, row.cells, row.reason) for row in reading.set_aside] == [
        (4, ("b", "c", "d"), "too_many_cells"),
        (5, ("", ""), "empty"),
    ]


def test_no_row_is_lost_whatever_the_mixture() -> None:
    """Rows under the header = rows in use + rows set aside."""
    for seed in range(60):
        chance = random.Random(seed)
        rows = [["x" * chance.randint(1, 3)] * chance.choice([1, 2, 2, 2, 2, 3]) for _ in range(chance.randint(1, 30))]
        rows += [["", ""] for _ in range(chance.randint(0, 3))]
        chance.shuffle(rows)
        if not any(any(row) and len(row) <= 2 for row in rows):
            continue
        content = "\n".join(",".join(row) for row in [["text", "label"], *rows]) + "\n"
        reading = read(content.encode(), "mixed.csv")
        assert len(reading.table) + len(reading.set_aside) == len(rows), seed


def test_blank_lines_above_the_header_cost_no_row() -> None:
    assert cells(read(b"\n\r\ntext,label\na,b\nc,d\n", "padded.csv").table) == [["a", "b"], ["c", "d"]]


def test_names_of_columns_are_stripped_unique_and_never_empty() -> None:
    assert unique_names([" texte ", "", "texte", "a\n b", "texte"]) == [
        "texte",
        "column 2",
        "texte (2)",
        "a b",
        "texte (3)",
    ]


def test_the_dialect_a_person_chose_overrules_the_guess() -> None:
    content = b"a;b,c\n1;2,3\n"
    assert list(read(content, "x.csv", Dialect("utf-8", ",")).table.columns) == ["a;b", "c"]
    assert list(read(content, "x.csv", Dialect("utf-8", ";")).table.columns) == ["a", "b,c"]


def test_one_column_is_enough_to_predict() -> None:
    assert cells(read(b"text\nhello\n", "ask.csv", columns_needed=1).table) == [["hello"]]


@pytest.mark.parametrize("content", [b"", b"\n\r\n \t", b"\xef\xbb\xbf\n", "".encode("utf-16"), " \n".encode("utf-16")])
def test_an_empty_file_is_called_empty(content: bytes) -> None:
    error = refused(content)
    assert (error.code, error.facts) == ("empty_file", {"name": "mails.csv"})


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a PNG picture"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"\x7fELF\x02\x01\x01\0\0", "a program"),
        (b"\xca\xfe\xba\xbe\0\0", "a file of another kind"),
    ],
)
def test_what_is_renamed_to_csv_is_recognised(start: bytes, kind: str) -> None:
    error = refused(start + bytes(range(256)), "photo.csv")
    assert (error.code, error.facts) == ("not_a_table", {"name": "photo.csv", "kind": kind})


def test_a_file_above_the_limit_is_refused_before_it_is_looked_at() -> None:
    error = refused(bytes(LIMIT + 1))
    assert (error.code, error.facts) == ("too_large", {"name": "mails.csv", "size": LIMIT + 1, "limit": LIMIT})


@pytest.mark.parametrize(
    ("content", "row"),
    [
        ("text,label\na,b\n".encode("utf-16")[:-1], 2),
        ("text,label\na,b\n".encode("utf-16") + b"\x00\xd8\x0a\x00", 3),
    ],
)
def test_bytes_of_no_encoding_are_refused_with_their_line(content: bytes, row: int) -> None:
    error = refused(content)
    assert (error.code, error.facts) == ("unreadable_text", {"name": "mails.csv", "row": row})


def test_an_encoding_chosen_wrongly_is_refused_too() -> None:
    error = refused("text,label\na,b\né,c\n".encode("cp1252"), dialect=Dialect("utf-8", ","))
    assert (error.code, error.facts) == ("unreadable_text", {"name": "mails.csv", "row": 3})


@pytest.mark.parametrize("content", [b"text,label\n", b"text,label", b"text,label\n\n\n", b"text,label\n,\n,\n"])
def test_a_header_without_rows_is_refused(content: bytes) -> None:
    error = refused(content)
    assert (error.code, error.facts) == ("no_rows", {"name": "mails.csv", "columns": "text, label"})


def test_a_table_of_one_column_is_refused_with_its_name_cut_short() -> None:
    error = refused(b"message\nhello\n")
    assert (error.code, error.facts) == ("one_column", {"name": "mails.csv", "column": "message"})
    assert refused(b"m" * 300 + b"\nhello\n").facts["column"] == "m" * 59 + "…"


def test_any_bytes_are_read_or_refused_and_never_crash() -> None:
    pieces = [b"a", b"text", b",", b";", b"\t", b"\n", b"\r\n", b"\r", b'"', b" ", b"\xc3\xa9", b"\xe9", b"\0", b"\x81"]
    starts = [b"", b"", b"", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf"]
    for seed in range(3000):
        chance = random.Random(seed)
        content = chance.choice(starts) + b"".join(chance.choices(pieces, k=chance.randint(0, 25)))
        try:
            table = read(content, "any.csv").table
        except UserError:
            continue
        assert len(table) > 0, content
        assert len(set(table.columns)) == len(table.columns) > 1, content
        assert not table.isna().to_numpy().any(), content


@pytest.mark.parametrize("body", ["Une, deux, trois\nbonjour ; merci\n", "a; b; c\nd\n", "a, b\nc\td\n"])
def test_signs_within_the_texts_of_a_single_column_divide_nothing(body: str) -> None:
    reading = read(f"texte\n{body}".encode(), "textes.csv", columns_needed=1)
    assert reading.table["texte"].tolist() == body.splitlines()
    assert reading.set_aside == ()
    assert refused(f"texte\n{body}".encode()).code == "one_column"
