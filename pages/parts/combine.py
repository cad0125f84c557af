"""The files that a table is made of: one line each, another one added below them, the last one taken away."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.data.dialect import Note, SetAside
from core.store.combining import read_added, remove_last_file, require_new, upload_of_added
from core.store.facts import AddedFile
from core.store.project import Project
from core.words import Words
from pages.parts.aside import show_set_aside
from pages.parts.errors import reported
from pages.parts.look import quiet
from pages.parts.mapping import Candidate, consider, overlapped
from pages.parts.plain import plain
from pages.parts.reread import how_read


def show_added(project: Project, words: Words) -> None:
    """Below the first file: those added, what they make together, and the way to add one more."""
    _ = words.gettext
    table = project.table
    assert table is not None
    for place, file in enumerate(table.added):
        _show(project, place, file, words)
    if table.added:
        together = _("Together: {rows}, {columns}.").format(
            rows=words.ngettext("{count} row", "{count} rows", table.rows),
            columns=words.ngettext("{count} column", "{count} columns", len(table.columns)),
        )
        quiet(together)
    if st.toggle(_("Add another table"), key=f"add_{project.id}_{_turn()}"):
        with st.container(border=True), reported():
            _add(project, words)


def _show(project: Project, place: int, file: AddedFile, words: Words) -> None:
    """One file: how it was read, what it repeats, its rows set aside, and what can be done about it."""
    _ = words.gettext
    facts = file.facts
    last = project.table is not None and place == len(project.table.added) - 1
    said, removing = st.columns([5, 1], vertical_alignment="center")
    rows = words.ngettext("{count} row", "{count} rows", facts.rows)
    said.markdown(" · ".join([f"**{plain(facts.name)}**", words.size(facts.size), rows, *how_read(facts, words)]))
    if last and removing.button(_("Remove"), key=f"remove_{file.fingerprint}", width="stretch"):
        remove_last_file(project.id)
        _over()
    remarks = [Note(code, about).sentence(words) for code, about in facts.notes]
    if file.repeated or file.contradicting:
        has_label = project.roles is not None and project.roles.has_labels
        remarks.append(overlapped(file.repeated, file.contradicting, has_label, words))
    if remarks:
        quiet(" ".join(remarks))

    def whole() -> Sequence[SetAside]:
        return read_added(project, place).set_aside

    show_set_aside(facts.set_aside, facts.rows_aside, whole, words, key=f"aside_{file.fingerprint}")
    if st.toggle(_("This looks wrong"), key=f"wrong_{file.fingerprint}_{_turn()}"):
        with st.container(border=True), reported():
            content = upload_of_added(project, place)
            if consider(project, Candidate(facts.name, content, file.fingerprint, place, file), words):
                _over()


def _add(project: Project, words: Words) -> None:
    """The uploader of a further file, then what would become of it."""
    _ = words.gettext
    assert project.table is not None
    quiet(
        _(
            "A file of the same shape: its rows are put below those that are there. Columns may have other names or another order."
        )
    )
    file = st.file_uploader(_("A further table"), key=f"further_{_turn()}")
    if file is None:
        return
    content = file.getvalue()
    require_new(project, content, file.name)
    if consider(project, Candidate(file.name, content, file.file_id, len(project.table.added), None), words):
        _over()


def _turn() -> int:
    return int(st.session_state.setdefault("combined", 0))


def _over() -> None:
    """New keys close what was opened and empty the uploader, and the server forgets the bytes."""
    st.session_state["combined"] = _turn() + 1
    st.rerun()
