"""What each column is: chosen by hand where the guess was wrong, kept at once; a text may go on in further columns."""

from __future__ import annotations

import streamlit as st

from core.data.columns import Roles
from core.data.joining import JOINT, join_parts
from core.store.project import Project, read_rows, set_roles
from core.words import NO_BREAK_SPACE, Words
from pages.parts.errors import reported
from pages.parts.look import quiet
from pages.parts.task_choice import choose_task

NOTHING = "\0"
"""The choice of no column; no header can be named so."""

LOOKED_AT = 20
"""Rows among which one is found to show how the parts of a text read together."""
SHOWN = 300
"""Characters of it."""


def role_names(roles: Roles, words: Words) -> dict[str | None, str]:
    """Of each column with a role, what stands beside its name; the parts of a text are numbered."""
    _ = words.gettext
    names: dict[str | None, str] = {
        roles.together: _("kept together"),
        roles.question: _("question"),
        roles.label: _("label"),
    }
    names |= dict.fromkeys(roles.label_columns, _("label"))
    text = _("text")
    for place, column in enumerate(roles.texts, start=1):
        names[column] = f"{text}{NO_BREAK_SPACE}{place}" if roles.text_more else text
    return names


def choose_roles(project: Project, words: Words) -> None:
    """The choices, kept at once; a wrong one is said and not kept."""
    _ = words.gettext
    table, roles = project.table, project.roles
    assert table is not None
    assert roles is not None
    st.header(_("What each column is"))
    columns = st.columns(3)
    place = table.columns.index(roles.text)
    text = columns[0].selectbox(
        _("Text"), table.columns, index=place, key=f"text_{project.id}_{roles.text}", help=_("The column to read.")
    )
    about_question = _(
        "A second text read together with the first: the question asked about it, the sentence to compare it with."
    )
    about_label = _("The answer to learn: a class, several labels, or a number.")
    with columns[1]:
        question = _optional(_("Question (optional)"), table.columns, roles.question, words, about_question)
    with columns[2]:
        label = _optional(_("Label"), table.columns, roles.label, words, about_label)
    more = _followed_by(project, roles, words)
    parts = tuple(each for each in more if each != text)
    columns_chosen = {"text": text, "question": question, "label": label, "text_more": parts}
    chosen = choose_task(project, roles.model_copy(update=columns_chosen), words)
    if chosen != roles:
        with reported():
            set_roles(project.id, chosen)
            st.rerun()
    if roles.text_more:
        _how_it_reads(project, roles, words)


def _followed_by(project: Project, roles: Roles, words: Words) -> list[str]:
    """Further columns of the text, in the order in which they are chosen; offered where there are any left."""
    _ = words.gettext
    assert project.table is not None
    taken = {roles.text, roles.question, roles.label, *roles.label_columns}
    free = [column for column in project.table.columns if column not in taken]
    if not free:
        return []
    return st.multiselect(
        _("The text goes on in (optional)"),
        free,
        default=list(roles.text_more),
        key=f"more_{project.id}_{roles!r}",
        placeholder=_("other columns, in the order in which they are to be read"),
        help=_(
            "A title and a message, say. They are joined to one text, one under the other; empty cells are left out."
        ),
    )


def _how_it_reads(project: Project, roles: Roles, words: Words) -> None:
    """Of the first rows the one with most parts."""
    _ = words.gettext
    rows = read_rows(project, 0, LOOKED_AT)[list(roles.texts)].astype(str)
    parts = [sum(bool(cell.strip()) for cell in cells) for cells in rows.itertuples(index=False)]
    place = parts.index(max(parts))
    (text,) = join_parts(*([cell] for cell in rows.iloc[place]))
    shown = text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
    quiet(_("Row {row} reads: {text}").format(row=words.integer(place + 1), text=shown.replace(JOINT, " ⏎ ")))


def _optional(title: str, columns: list[str], current: str | None, words: Words, about: str) -> str | None:
    none = words.gettext("none")
    chosen = st.selectbox(
        title,
        [NOTHING, *columns],
        index=columns.index(current) + 1 if current else 0,
        format_func=lambda column: none if column == NOTHING else column,
        key=f"{title}_{current}_{len(columns)}",
        help=about,
    )
    return None if chosen == NOTHING else chosen
