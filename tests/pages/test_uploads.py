"""Files dropped on the Data page: what cannot be read is said in the person's language, and nothing is lost by it."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from typing import Any

import pytest

from core.data.archives import LIMIT
from core.errors import SENTENCES
from core.store.project import Project, create_project, open_project, read_table
from core.words import Words
from tests.conftest import ROOT
from tests.pages.screen import click, errors, everything, file_of, run, said, sentence, table, texts, upload, visit
from tests.tables import as_csv, messages

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256))

BAD: dict[str, tuple[bytes, str, dict[str, Any]]] = {
    "an empty file": (b"", "empty_file", {}),
    "blank lines only": (b"\n \r\n", "empty_file", {}),
    "a picture": (PNG, "not_a_table", {"kind": "a PNG picture"}),
    "a workbook cut short": (b"PK\x03\x04\x14\0", "archive_damaged", {}),
    "a program": (b"\x7fELF\x02\x01\x01\0\0", "not_a_table", {"kind": "a program"}),
    "a web page named .xls": (b"<html><table><tr><td>a</td></tr></table></html>", "html_file", {}),
    "a header alone": (b"text,label\n", "no_rows", {"columns": "text, label"}),
    "one column": (b"message\nhello\nbye\n", "one_column", {"column": "message"}),
    "half a character": ("text,label\na,b\n".encode("utf-16")[:-1], "unreadable_text", {"row": 2}),
    "no row that fits": (b"text,label\na,b,c\n", "all_set_aside", {"rows": 1, "columns": "text, label"}),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_refused_with_its_own_sentence(home: object, words: Words, case: str) -> None:
    content, code, facts = BAD[case]
    project = create_project("Vide")
    at = upload(visit("data", words, project=project.id), content, "mails.csv")
    assert errors(at) == [sentence(words, code, name="mails.csv", **facts)]
    assert open_project(project.id).table is None
    assert said("Try with an example", words) in texts(at)


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_leaves_the_former_table_as_it_was(project_of: Callable[..., Project], case: str) -> None:
    content, code, facts = BAD[case]
    words = Words("fr")
    project = project_of("courriers_mairie.csv")
    at = upload(visit("data", words, project=project.id), content, "mails.csv")
    assert errors(at) == [sentence(words, code, name="mails.csv", **facts)]
    assert "**courriers\\_mairie.csv**" in everything(at)
    assert open_project(project.id) == project
    assert project.table is not None
    assert read_table(project).shape == (project.table.rows, 3)
    [kept] = (project.folder / "upload").iterdir()
    assert kept.read_bytes() == file_of("courriers_mairie.csv")


def test_every_fault_of_a_file_is_tried_here() -> None:
    uploads = {"empty_file", "not_a_table", "unreadable_text", "no_rows", "one_column", "all_set_aside", "too_large"}
    uploads |= {"html_file", "archive_damaged"}
    assert uploads <= set(SENTENCES)
    # A file too large is never uploaded: Streamlit's own limit is the same, see .streamlit/config.toml.
    assert {code for _, code, _ in BAD.values()} == uploads - {"too_large"}
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert config["server"]["maxUploadSize"] * 1024 * 1024 == LIMIT


def test_the_name_of_a_bad_file_is_repeated_as_it_is(home: object, words: Words) -> None:
    name = "relevé {0} 100 % d’août.csv"
    at = upload(visit("data", words, project=create_project("Vide").id), b"", name)
    assert errors(at) == [sentence(words, "empty_file", name=name)]


def test_a_good_file_after_a_bad_one_is_taken(home: object, words: Words) -> None:
    project = create_project("Vide")
    at = visit("data", words, project=project.id)
    at = upload(at, PNG, "mails.csv")
    at.file_uploader[0].clear()
    at = upload(at, as_csv(messages(), ";"), "mails.csv")
    assert not at.error
    table = open_project(project.id).table
    assert table is not None
    assert (table.rows, table.delimiter) == (60, ";")
    assert "**mails.csv**" in everything(at)


def test_a_good_file_replaces_the_table_and_empties_the_uploader(
    project_of: Callable[..., Project], words: Words
) -> None:
    project = project_of("courriers_mairie.csv")
    at = visit("data", words, project=project.id)
    at = upload(at, as_csv(messages()), "messages.csv")
    assert not at.error
    assert at.file_uploader[0].value is None
    assert [box.value for box in at.selectbox[::2]] == ["text", "label"]
    assert "**messages.csv**" in everything(visit("data", words, project=project.id))


def test_an_old_excel_export_is_read_with_its_accents(home: object, words: Words) -> None:
    rows = [
        {"texte": f"Où est mon colis n° {place} ?", "thème": "livraison" if place % 2 else "été"} for place in range(30)
    ]
    project = create_project("Vide")
    content = as_csv(rows, ";").decode().replace("\n", "\r\n").encode("cp1252")
    at = upload(visit("data", words, project=project.id), content, "export.csv")
    assert not at.error
    shown = everything(at)
    assert "Windows-1252" in shown
    assert "Où est mon colis n° 3 ?" in shown
    assert [box.value for box in at.selectbox] == ["texte", "\0", "thème"]


def test_what_looks_wrong_is_read_otherwise(project_of: Callable[..., Project], words: Words) -> None:
    rows = [{"texte": f"été n° {place} | suite", "thème": "a" if place % 2 else "b"} for place in range(30)]
    content = as_csv(rows, ";").decode().encode("cp1252")
    project = project_of("export.csv", content)
    at = visit("data", words, project=project.id)
    assert "Windows-1252" in everything(at)
    assert not [box for box in at.selectbox if box.label == said("Encoding", words)]
    at.toggle(key=f"wrong_{project.id}").set_value(True)
    run(at)
    assert at.selectbox(key="reread_encoding").value == "cp1252"
    at.selectbox(key="reread_encoding").select("mac-roman")
    run(at)
    at.selectbox(key="reread_delimiter").select("|")
    at.number_input(key="reread_skipped").set_value(1)
    at.checkbox(key="reread_header").set_value(False)
    run(at)
    assert table(at, "column 2")[1][1] == " suite;b"
    assert "Windows-1252" in everything(at)  # only looked at
    at = click(at, "read_again")
    assert not at.error
    kept = open_project(project.id).table
    assert kept is not None
    assert (kept.encoding, kept.delimiter, kept.rows, kept.columns) == ("mac-roman", "|", 30, ["column 1", "column 2"])
    assert [path.read_bytes() for path in (project.folder / "upload").iterdir()] == [content]


def test_accents_encoded_twice_are_put_right_on_request(project_of: Callable[..., Project], words: Words) -> None:
    rows = [{"text": f"déjà reçu {place}", "label": "été" if place % 2 else "b"} for place in range(30)]
    project = project_of("twice.csv", as_csv(rows).decode().encode().decode("cp1252", "replace").encode())
    at = visit("data", words, project=project.id)
    assert len(at.warning) == 1
    at = click(at, "repair")
    assert not at.warning
    assert "reçu 3" in everything(at)


def test_rows_set_aside_and_how_the_file_was_read_are_said_in_words(
    project_of: Callable[..., Project], words: Words
) -> None:
    at = visit("data", words, project=project_of("t.csv", b"Rapport 2026\n\n" + as_csv(messages(30))).id)
    assert said("Lines above the header, set aside: {count}.", words, count="1") in texts(at)
    assert table(at, said("Line in the file", words))[1:] == [["1", said("above the header", words), "Rapport 2026"]]
    assert said("Download these rows", words) in texts(at)
