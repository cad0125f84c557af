"""A file on its way under the table: how it is read, where each of its columns goes, what it would repeat."""

from __future__ import annotations

from dataclasses import dataclass, replace
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from core.data.combining import Overlap, check_mapping, free_name, kept_mapping, mapped, overlap
from core.data.dialect import Dialect
from core.data.reading import Reading, read
from core.store.combining import add_file, read_added_again, rows_above
from core.store.facts import AddedFile, facts_of
from core.store.project import Project, table_stamp
from core.words import Words
from pages.parts.aside import show_set_aside
from pages.parts.look import quiet
from pages.parts.plain import plain
from pages.parts.reread import CELLS, DELIMITERS, choose_encoding, how_read
from pages.parts.roles import role_names
from pages.parts.sheet import sheet_html

OWN, OUT = "\0own", "\0out"
"""Choices that are no column; no header can be named so."""
ROWS = 5
"""Of the preview."""


@dataclass(frozen=True)
class Candidate:
    """A file that is to be put below the table, or read again where it stands. key: names it; place: see core.store.combining."""

    name: str
    content: bytes
    key: str
    place: int
    former: AddedFile | None


def consider(project: Project, file: Candidate, words: Words) -> bool:
    """Shows what would become of the file; whether that was done. Raises UserError: those of read and of adding."""
    _ = words.gettext
    assert project.table is not None
    assert project.roles is not None
    with st.spinner(_("Reading “{name}” ({size})…").format(name=plain(file.name), size=words.size(len(file.content)))):
        reading = read_candidate(file, words)
    columns = file.former.before if file.former else project.table.columns
    mapping = choose_mapping(project, file, reading, columns, words)
    check_mapping(file.name, reading.table, mapping, columns, project.roles)
    rows = mapped(reading.table, mapping, columns)
    _preview(project, rows, words)
    missing = [column for column in columns if column not in mapping.values()]
    if project.roles.label in missing:
        said = _(
            "No column goes into the label “{column}”: these rows will have none, and nothing is learned from them."
        )
        st.warning(said.format(column=plain(str(project.roles.label))))
    if missing:
        quiet(_("Empty in these rows: {columns}.").format(columns=", ".join(missing)))
    key = (file.key, repr(reading.dialect), tuple(mapping.items()))
    found = overlap_of(project, table_stamp(project), file.place, key, rows)
    leave_out = _overlap(file, found, project.roles.has_labels, words)
    if file.former is not None:
        if st.button(_("Read the file so"), key=f"do_{file.key}"):
            read_added_again(project.id, file.place, reading, mapping, leave_out=leave_out)
            return True
        return False
    count = words.ngettext("{count} row", "{count} rows", len(rows))
    if st.button(_("Add {rows}").format(rows=count), key=f"do_{file.key}", icon=":material/add:"):
        add_file(project.id, file.content, file.name, reading, mapping, leave_out=leave_out)
        return True
    return False


@st.cache_data(max_entries=10, show_spinner=False)
def overlap_of(
    _project: Project, stamp: tuple[str, int, str], place: int, key: tuple[object, ...], _rows: pd.DataFrame
) -> Overlap:
    """stamp, place, key: what it depends on."""
    assert _project.roles is not None
    return overlap(rows_above(_project, place), _rows, _project.roles)


def read_candidate(file: Candidate, words: Words) -> Reading:
    """As guessed, or as it was read before, until it is read otherwise by hand."""
    _ = words.gettext
    former = Dialect(**file.former.facts.dialect) if file.former else None
    found = _read_once(file, former)
    facts = facts_of(found, file.name, len(file.content))
    if file.former is None:
        rows = words.ngettext("{count} row", "{count} rows", facts.rows)
        st.markdown(" · ".join([f"**{plain(file.name)}**", words.size(facts.size), rows, *how_read(facts, words)]))
        if facts.notes:
            quiet(" ".join(note.sentence(words) for note in found.notes))
        show_set_aside(facts.set_aside, facts.rows_aside, lambda: found.set_aside, words, key=f"aside_{file.key}")
        if not st.toggle(_("This looks wrong"), key=f"otherwise_{file.key}"):
            return found
    return _read_once(file, _dialect(found, file.key, words))


def _read_once(file: Candidate, dialect: Dialect | None) -> Reading:
    """The last two readings of the file at hand are kept: each click runs the page again."""
    slot = f"reading_{file.key}"
    for other in [key for key in st.session_state if str(key).startswith("reading_") and key != slot]:
        del st.session_state[other]
    known: dict[Dialect | None, Reading] = st.session_state.setdefault(slot, {})
    if dialect not in known:
        reading = read(file.content, file.name, dialect, columns_needed=1)
        known = dict([*list(known.items())[:1], (dialect, reading), (reading.dialect, reading)])
        st.session_state[slot] = known
    return known[dialect]


def _dialect(found: Reading, key: str, words: Words) -> Dialect:
    _ = words.gettext
    present, values = found.dialect, dict[str, Any]()
    if len(found.members) > 1:
        place = found.members.index(present.member) if present.member in found.members else 0
        values["member"] = st.selectbox(_("Sheet or file"), found.members, index=place, key=f"member_{key}")
    if present.container not in CELLS:
        left, right = st.columns(2)
        with left:
            values["encoding"] = choose_encoding(present.encoding, f"encoding_{key}", words)
        delimiters = list(dict.fromkeys([present.delimiter, *DELIMITERS]))
        values["delimiter"] = right.selectbox(
            _("Delimiter"), delimiters, format_func=lambda each: _(DELIMITERS.get(each, each)), key=f"delimiter_{key}"
        )
    left, right = st.columns(2, vertical_alignment="bottom")
    values["skipped"] = int(
        left.number_input(_("Lines above the header"), 0, 1000, present.skipped, key=f"above_{key}")
    )
    values["header"] = right.checkbox(_("The first row holds the names"), present.header, key=f"header_{key}")
    return replace(present, **values)


def choose_mapping(
    project: Project, file: Candidate, reading: Reading, columns: list[str], words: Words
) -> dict[str, str]:
    """A choice for each column of the file: a column of the table, one of its own, or none."""
    _ = words.gettext
    assert project.roles is not None
    own = [str(name) for name in reading.table.columns]
    known = kept_mapping(file.former.mapping if file.former else {"\0": ""}, reading.table, columns, project.roles)
    roles = role_names(project.roles, words)
    shown = {column: f"{column} ({roles[column]})" if column in roles else column for column in columns}
    shown |= {OWN: _("a column of its own"), OUT: _("left out")}
    st.markdown(_("**Where each of its columns goes**"))
    found: dict[str, str] = {}
    grid = st.columns(3)
    for place, name in enumerate(own):
        target = known.get(name, OUT)
        proposed = target if target in columns or target == OUT else OWN
        chosen = grid[place % 3].selectbox(
            plain(name),
            list(shown),
            index=list(shown).index(proposed),
            format_func=shown.__getitem__,
            key=f"goes_{file.key}_{place}_{name}",
        )
        if chosen != OUT:
            found[name] = free_name(name, [*columns, *found.values()]) if chosen == OWN else chosen
    return found


def _preview(project: Project, rows: pd.DataFrame, words: Words) -> None:
    """The first rows as they would stand in the table."""
    assert project.roles is not None
    roles = role_names(project.roles, words)
    headers = [
        escape(column) + (f"<span class='role'>{escape(roles[column])}</span>" if column in roles else "")
        for column in rows.columns
    ]
    with st.container(height=260, border=True):
        st.html(sheet_html(headers, [list(map(str, row)) for row in rows.head(ROWS).itertuples(index=False)]))


def _overlap(file: Candidate, found: Overlap, has_label: bool, words: Words) -> bool:
    """What the file repeats, and whether that is to be set aside."""
    _ = words.gettext
    if not found.repeated and not found.contradicting:
        quiet(_("None of its rows says what a row of the table says already."))
        return True
    st.info(overlapped(len(found.repeated), len(found.contradicting), has_label, words))
    if not found.repeated:
        return True
    about = _("They stay in the table and are not learned from; under the health of the table this can be undone.")
    return st.checkbox(_("Set the repeated rows aside"), True, key=f"leave_{file.key}", help=about)


def overlapped(repeated: int, contradicting: int, has_label: bool, words: Words) -> str:
    """How many rows of a file say what rows above it say."""
    _ = words.gettext
    if not has_label:
        return _("Rows that say what a row above says already: {repeated}.").format(repeated=words.integer(repeated))
    said = _(
        "Rows that say what a row above says already: {repeated} under the same label, {contradicting} under another one."
    )
    return said.format(repeated=words.integer(repeated), contradicting=words.integer(contradicting))
