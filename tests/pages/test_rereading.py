"""A file of several tables, and what can be overruled of a reading: sheets, files of an archive, encodings, delimiters."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest

from core.data.encodings import NAMES
from core.store.project import Project, open_project, read_table
from core.words import Words
from tests.pages.screen import click, everything, run, said, table, texts, visit
from tests.tables import as_csv, messages

SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
)


def packed(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def workbook(**sheets: list[list[str]]) -> bytes:
    """As LibreOffice writes it, with as little as it takes."""

    def cell(value: str) -> str:
        return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'

    tables = "".join(
        f'<table:table table:name="{name}">'
        + "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
        + "</table:table>"
        for name, rows in sheets.items()
    )
    body = f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
    return packed(
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": b"<manifest/>",
            "content.xml": f"<office:document-content {SPACES}>{body}</office:document-content>".encode(),
        }
    )


def rows(text: str) -> list[list[str]]:
    return [["texte", "thème"], *([f"{text} {place}", "a" if place % 2 else "b"] for place in range(30))]


SEVERAL = {
    "reviews.ods": (workbook(Avis=rows("avis"), Mails=rows("mail")), "Avis", "Mails"),
    "both.zip": (
        packed({"avis.csv": as_csv([{"texte": f"avis no {place}", "thème": "ab"[place % 2]} for place in range(30)]),
                "mails.csv": as_csv([{"texte": f"mail {place}", "thème": "ab"[place % 2]} for place in range(30)])}),
        "avis.csv", "mails.csv"),
}  # fmt: skip


@pytest.mark.parametrize("name", SEVERAL)
def test_another_sheet_or_file_is_looked_at_then_kept(
    project_of: Callable[..., Project], words: Words, name: str
) -> None:
    content, first, second = SEVERAL[name]
    project = project_of(name, content)
    at = visit("data", words, project=project.id)
    several = said("{count} sheets or tables in this file; “{member}” was read.", words, count="2", member=first)
    assert several in everything(at).replace("\\", "")
    at.toggle(key=f"wrong_{project.id}").set_value(True)
    at = run(at)
    chooser = at.selectbox(key="reread_member")
    assert (chooser.label, chooser.value, chooser.options) == (said("Sheet or file", words), first, [first, second])
    chooser.select(second)
    at = run(at)
    assert table(at, "texte")[1][0].startswith("mail")
    assert read_table(project)["texte"].iloc[0].startswith("avis")  # only looked at
    at = click(at, "read_again")
    assert not at.error
    kept = open_project(project.id)
    assert kept.table is not None
    assert (kept.table.dialect["member"], kept.table.rows) == (second, 30)
    assert read_table(kept)["texte"].iloc[0].startswith("mail")
    assert second in everything(visit("data", words, project=project.id)).replace("\\", "")


def test_every_encoding_and_delimiter_is_offered_once(project_of: Callable[..., Project], words: Words) -> None:
    project = project_of("t.csv", "\ufeff".encode() + as_csv(messages(30)))
    at = visit("data", words, project=project.id)
    at.toggle(key=f"wrong_{project.id}").set_value(True)
    at = run(at)
    offered = at.selectbox(key="reread_encoding").options
    assert offered[0] == "UTF-8"
    assert sorted(offered) == sorted(set(NAMES.values()))
    assert at.selectbox(key="reread_encoding").value == "utf-8-sig"
    assert said("space", words) in at.selectbox(key="reread_delimiter").options


def test_a_table_of_an_old_mac_says_so(project_of: Callable[..., Project], words: Words) -> None:
    content = as_csv(messages(30))
    for newline, told in ((b"\r", True), (b"\n", False), (b"\r\n", False)):
        at = visit("data", words, project=project_of("t.csv", content.replace(b"\n", newline)).id)
        assert (said("line ends of old Macs", words) in everything(at)) == told


def test_the_first_hundred_rows_set_aside_are_shown_and_all_of_them_offered(
    project_of: Callable[..., Project], words: Words
) -> None:
    content = as_csv(messages(30)) + b"".join(b"a,b,c%d\n" % place for place in range(150))
    at = visit("data", words, project=project_of("t.csv", content).id)
    assert at.expander[0].label == words.ngettext("{count} row set aside", "{count} rows set aside", 150)
    assert len(table(at, said("Line in the file", words))) == 101
    assert said("The first {shown} of {rows}.", words, shown="100", rows="150") in texts(at)
