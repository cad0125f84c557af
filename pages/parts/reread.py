"""How a file was understood, and "this looks wrong": another encoding, delimiter, header or sheet, seen at once, kept on request."""

from __future__ import annotations

from dataclasses import replace
from html import escape
from typing import Any

import streamlit as st

from core.data.dialect import Dialect, Note
from core.data.encodings import NAMES
from core.data.reading import peek, read
from core.store.facts import TableFacts
from core.store.project import Project, keep_reading, upload_of
from core.words import N_, Words
from pages.parts.errors import reported
from pages.parts.look import quiet
from pages.parts.plain import plain
from pages.parts.sheet import sheet_html

DELIMITERS = {",": N_("comma"), ";": N_("semicolon"), "\t": N_("tab"), "|": N_("vertical bar"), " ": N_("space")}
QUOTES = {'"': N_("quotation marks"), "'": N_("single quotes"), "": N_("none")}
CONTAINERS = {
    "gzip": "gzip", "bz2": "bz2", "xz": "xz", "zip": "zip", "xlsx": "Excel", "xls": "Excel 97", "ods": "LibreOffice",
    "parquet": "Parquet", "json": "JSON", "jsonl": "JSON Lines",
}  # fmt: skip
CELLS = {"xlsx", "xls", "ods", "parquet", "json", "jsonl"}
"""Containers without encoding and delimiter of their own."""

ROWS = 6
"""Of the preview of another reading."""


def how_read(table: TableFacts, words: Words) -> list[str]:
    """Container, encoding and delimiter, in words."""
    _ = words.gettext
    container = str(table.dialect.get("container", "text"))
    said = [CONTAINERS[container]] if container in CONTAINERS else []
    if len(table.members) > 1:
        said.append(plain(str(table.dialect.get("member", ""))))
    if container in CELLS:
        return said
    delimiter = _(DELIMITERS.get(table.delimiter, table.delimiter))
    said += [NAMES.get(table.encoding, table.encoding), _("delimiter: {name}").format(name=delimiter)]
    # The two usual ends of lines say nothing to anybody.
    return [*said, _("line ends of old Macs")] if table.dialect.get("newline") == "\r" else said


def show_notes(project: Project, words: Words) -> None:
    """What is worth knowing of the reading; text encoded twice can be put right with one button."""
    _ = words.gettext
    table = project.table
    assert table is not None
    for code, facts in table.notes:
        sentence = plain(Note(code, facts).sentence(words))
        if code != "mojibake":
            quiet(sentence)
            continue
        st.warning(sentence)
        if st.button(_("Put the accents right"), key="repair"):
            with reported():
                _keep(project, replace(Dialect(**table.dialect), repair=True))


def looks_wrong(project: Project, words: Words) -> None:
    """Folded away until asked for: reading a file again takes its time."""
    _ = words.gettext
    table = project.table
    assert table is not None
    if not table.dialect or not st.toggle(_("This looks wrong"), key=f"wrong_{project.id}"):
        return
    present = Dialect(**table.dialect)
    with st.container(border=True), reported():
        chosen = _choices(present, table, words)
        seen = peek(upload_of(project), table.name, chosen)
        shown = seen.table.head(ROWS)
        headers = [escape(name) for name in shown.columns]
        st.html(sheet_html(headers, [list(map(str, row)) for row in shown.itertuples(index=False)]))
        if st.button(_("Read the file so"), key="read_again", disabled=chosen == present):
            _keep(project, chosen)


def _choices(present: Dialect, table: TableFacts, words: Words) -> Dialect:
    _ = words.gettext
    values: dict[str, Any] = {}
    columns = st.columns(3)
    if len(table.members) > 1:
        place = table.members.index(present.member) if present.member in table.members else 0
        values["member"] = st.selectbox(_("Sheet or file"), table.members, index=place, key="reread_member")
    if present.container not in CELLS:
        with columns[0]:
            values["encoding"] = choose_encoding(present.encoding, "reread_encoding", words)
        delimiters = list(dict.fromkeys([present.delimiter, *DELIMITERS]))
        with columns[1]:
            values["delimiter"] = st.selectbox(
                _("Delimiter"),
                delimiters,
                format_func=lambda each: _(DELIMITERS.get(each, each)),
                key="reread_delimiter",
            )
        quotes = list(dict.fromkeys([present.quote, *QUOTES]))
        with columns[2]:
            values["quote"] = st.selectbox(
                _("Texts stand between"), quotes, format_func=lambda each: _(QUOTES.get(each, each)), key="reread_quote"
            )
    left, right = st.columns(2, vertical_alignment="bottom")
    values["skipped"] = int(
        left.number_input(_("Lines above the header"), 0, 1000, present.skipped, key="reread_skipped")
    )
    values["header"] = right.checkbox(_("The first row holds the names"), present.header, key="reread_header")
    return replace(present, **values)


def choose_encoding(present: str, key: str, words: Words) -> str:
    """The present one first; of those with one name, such as UTF-8 with a mark and without, one alone."""
    named = {NAMES.get(each, each): each for each in reversed([present, *NAMES])}
    encodings = [present, *(each for each in NAMES if each in named.values() and each != present)]
    return st.selectbox(words.gettext("Encoding"), encodings, format_func=lambda each: NAMES.get(each, each), key=key)


def _keep(project: Project, dialect: Dialect) -> None:
    table = project.table
    assert table is not None
    file = upload_of(project)
    keep_reading(project.id, table.name, table.size, read(file, table.name, dialect))
    for key in [
        f"wrong_{project.id}",
        f"page_of_{project.id}",
        *(key for key in st.session_state if "reread_" in str(key)),
    ]:
        st.session_state.pop(key, None)
    st.rerun()
