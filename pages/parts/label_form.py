"""What form the labels have, and what is learned from them: said under the roles, before anyone launches anything."""

from __future__ import annotations

import streamlit as st

from core.data.examples import Tally
from core.data.label_forms import saying
from core.data.learning import Possible, possible
from core.store.project import Project, read_table
from core.words import Words
from pages.parts.look import quiet
from pages.parts.plain import plain

CLASSES = ("classes", "number_classes")
TROUBLE = ("each_its_own", "one_of_columns")
"""Forms that cannot be learned as they are."""

NAMED = 6
"""Columns named."""


@st.cache_data(max_entries=20, show_spinner=False)
def possible_of(_project: Project, stamp: tuple[str, int, str]) -> Possible:
    assert _project.roles is not None
    return possible(read_table(_project), _project.roles)


def show_label_form(project: Project, stamp: tuple[str, int, str], tally: Tally, words: Words) -> None:
    """Nothing without labels: the page says that elsewhere. tally: with the fixes, which may have merged some."""
    assert project.roles is not None
    found = possible_of(project, stamp).form
    message = saying(found.form, project.roles.task)
    if not message:
        return
    columns = ", ".join(found.columns[:NAMED]) + (", …" if len(found.columns) > NAMED else "")
    count = found.count
    if project.roles.task == "several_labels" or found.form in CLASSES:
        count = len(tally.labels) or count
    if project.roles.task == "number" and found.form != "score":
        count = tally.values
    said = words.gettext(message).format(
        count=words.integer(count),
        values=words.integer(found.values),
        rows=words.integer(found.rows),
        separator=project.roles.separator or found.separator,
        lowest=found.lowest,
        highest=found.highest,
        columns=columns,
    )
    as_proposed = found.form in CLASSES or project.roles.task != "classes"
    if as_proposed and found.form not in TROUBLE:
        quiet(said)
    else:
        st.warning(plain(said), icon=":material/info:")
