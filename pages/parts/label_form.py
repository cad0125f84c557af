"""What form the labels have, and whether that can be trained today: said under the roles, before anyone launches anything."""

from __future__ import annotations

import streamlit as st

from core.data.examples import Tally
from core.data.label_forms import SAID, LabelForm, label_form
from core.store.project import Project, read_table
from core.words import Words
from pages.parts.look import quiet
from pages.parts.plain import plain

CLASSES = ("classes", "number_classes")

NAMED = 6
"""Columns named."""


@st.cache_data(max_entries=20, show_spinner=False)
def form_of(_project: Project, stamp: tuple[str, int, str]) -> LabelForm:
    assert _project.roles is not None
    return label_form(read_table(_project), _project.roles)


def show_label_form(project: Project, stamp: tuple[str, int, str], tally: Tally, words: Words) -> None:
    """Nothing without labels: the page says that elsewhere. tally: with the fixes, which may have merged some."""
    found = form_of(project, stamp)
    if found.form == "none":
        return
    columns = ", ".join(found.columns[:NAMED]) + (", …" if len(found.columns) > NAMED else "")
    said = words.gettext(SAID[found.form]).format(
        count=words.integer(len(tally.labels) if found.form in CLASSES and tally.labels else found.count),
        values=words.integer(found.values),
        rows=words.integer(found.rows),
        separator=found.separator,
        lowest=found.lowest,
        highest=found.highest,
        columns=columns,
    )
    if found.form in CLASSES:
        quiet(said)
    else:
        st.warning(plain(said), icon=":material/info:")
