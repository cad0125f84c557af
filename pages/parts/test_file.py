"""A test file of one's own: brought, its columns sent where they belong, replaced, removed."""

from __future__ import annotations

import streamlit as st

from core.store.project import Project
from core.store.test_file import keep_test_file, kept_test_file, remove_test_file
from core.words import Words
from pages.parts.errors import reported
from pages.parts.look import quiet
from pages.parts.mapping import Candidate, choose_mapping, read_candidate
from pages.parts.plain import plain
from pages.parts.reread import how_read


def bring_test_file(project: Project, words: Words) -> None:
    """The file that is there, or the way to bring one."""
    _ = words.gettext
    file = kept_test_file(project)
    if file is None:
        with st.container(border=True), reported():
            _upload(project, words)
        return
    facts = file.facts
    said, removing = st.columns([5, 1], vertical_alignment="center")
    rows = words.ngettext("{count} row", "{count} rows", facts.rows)
    said.markdown(" · ".join([f"**{plain(facts.name)}**", words.size(facts.size), rows, *how_read(facts, words)]))
    if removing.button(_("Remove"), key=f"remove_test_{project.id}", width="stretch"):
        remove_test_file(project)
        _over()
    pairs = ", ".join(f"{plain(own)} → {plain(to)}" for own, to in file.mapping.items() if own != to)
    if pairs:
        quiet(_("Its columns stand for: {pairs}.").format(pairs=pairs))
    with st.expander(_("Replace the test file")), reported():
        _upload(project, words)


def _upload(project: Project, words: Words) -> None:
    _ = words.gettext
    assert project.table is not None
    file = st.file_uploader(
        _("Your test file: the same columns as the table, under these names or others"),
        key=f"test_{project.id}_{_turn()}",
    )
    if file is None:
        return
    candidate = Candidate(file.name, file.getvalue(), f"test_{file.file_id}", len(project.table.added), None)
    reading = read_candidate(candidate, words)
    mapping = choose_mapping(project, candidate, reading, project.table.columns, words)
    if st.button(_("Test with this file"), key=f"keep_test_{project.id}", icon=":material/check:"):
        keep_test_file(project.id, candidate.content, file.name, reading, mapping)
        _over()


def _turn() -> int:
    return int(st.session_state.setdefault("test_files", 0))


def _over() -> None:
    """A new key empties the uploader, and the server forgets the bytes."""
    st.session_state["test_files"] = _turn() + 1
    st.rerun()
