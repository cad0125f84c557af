"""The column whose rows stay together: chosen by hand, proposed where a column looks like one."""

from __future__ import annotations

import streamlit as st

from core.data.together import comes_back, likely_columns
from core.store.project import Project, read_table, set_roles, table_stamp
from core.words import Words
from pages.parts.errors import reported
from pages.parts.look import quiet
from pages.parts.plain import plain

NOTHING = "\0"
"""The choice of no column; no header can be named so."""


def choose_together(project: Project, words: Words) -> None:
    """Kept at once."""
    _ = words.gettext
    table, roles = project.table, project.roles
    assert table is not None
    assert roles is not None
    taken = {*roles.texts, roles.question, roles.label, *roles.label_columns}
    free = [column for column in table.columns if column not in taken]
    if not free and roles.together is None:
        return
    options = [NOTHING, *free]
    if roles.together is not None and roles.together not in options:
        options.append(roles.together)
    left, right = st.columns([1, 2], vertical_alignment="bottom")
    chosen = left.selectbox(
        _("Keep together (optional)"),
        options,
        index=options.index(roles.together) if roles.together else 0,
        format_func=lambda column: _("none") if column == NOTHING else column,
        key=f"together_{project.id}_{roles.together}_{len(options)}",
        help=_(
            "An author, a document, a patient: rows with the same value are never divided between training, validation, test and folds. "
            "Else the model could know an author's words from the training, and the figures would flatter it."
        ),
    )
    wanted = None if chosen == NOTHING else chosen
    if wanted != roles.together:
        with reported():
            set_roles(project.id, roles.model_copy(update={"together": wanted}))
            st.rerun()
    proposed = _proposed(project, table_stamp(project)) if roles.together is None else None
    with right:
        if proposed is not None:
            said = _("“{column}” looks like where rows come from, and comes back in many of them.")
            quiet(said.format(column=plain(proposed)))
            if st.button(_("Keep these rows together"), key=f"propose_together_{project.id}"):
                set_roles(project.id, roles.model_copy(update={"together": proposed}))
                st.rerun()


@st.cache_data(max_entries=20, show_spinner=False)
def _proposed(_project: Project, stamp: tuple[str, int, str]) -> str | None:
    assert _project.table is not None
    assert _project.roles is not None
    columns = likely_columns(_project.table.columns, _project.roles)
    table = read_table(_project, columns) if columns else None
    return next((column for column in columns if table is not None and comes_back(table[column])), None)
