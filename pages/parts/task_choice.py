"""What is to be learned: the tasks that the columns allow, and of several labels where they stand."""

from __future__ import annotations

import streamlit as st

from core.data.columns import Roles
from core.data.learning import WHY_NOT, Possible, learned_as, with_task, without_label
from core.store.project import Project, read_table, table_stamp
from core.train.tasks import TASKS
from core.words import Words
from pages.parts.label_form import possible_of
from pages.parts.look import quiet


def choose_task(project: Project, chosen: Roles, words: Words) -> Roles:
    """The roles with the task. chosen: the columns as they were just chosen, the task still that of the project."""
    _ = words.gettext
    roles = project.roles
    assert roles is not None
    allowed = possible_of(project, table_stamp(project))
    picked = _pick(roles, allowed, words, key=f"task_{project.id}_{roles!r}")
    if roles.task == "several_labels":
        chosen = _of_several(chosen, allowed, words, key=f"{project.id}_{roles!r}")
    if chosen.label != roles.label:
        return _relabelled(project, roles, chosen)
    if not chosen.has_labels and chosen.question is not None and roles.question is None:
        return without_label(chosen)
    if chosen.question is None and roles.task in ("matching", "generation"):
        return with_task(read_table(project), chosen)
    return learned_as(read_table(project), chosen, picked) if picked != roles.task else chosen


def _pick(roles: Roles, allowed: Possible, words: Words, key: str) -> str:
    _ = words.gettext
    offered = [name for name in TASKS if name not in allowed.why_not or name == roles.task]
    picked = st.radio(
        _("What is to be learned"),
        offered,
        index=offered.index(roles.task),
        format_func=lambda name: _(TASKS[name].title),
        captions=[_(TASKS[name].about) for name in offered],
        horizontal=True,
        key=key,
    )
    left = [f"{_(TASKS[name].title)} ({_(WHY_NOT[allowed.why_not[name]])})" for name in TASKS if name not in offered]
    if left:
        quiet(_("Not possible with these columns: {tasks}.").format(tasks=" · ".join(left)))
    return picked


def _relabelled(project: Project, before: Roles, chosen: Roles) -> Roles:
    """A label chosen by hand proposes the task anew, whatever other columns say; so does the loss of the only one. before: the roles of
    the project.
    """
    # One label for another, or none, changes nothing where labels are not learned; the first one is there to be learned.
    if chosen.task in ("matching", "generation") and (chosen.label is None or before.label is not None):
        return chosen
    if chosen.label is None:
        return chosen if chosen.label_columns else without_label(chosen)
    table = read_table(project)
    return with_task(
        table,
        chosen,
        [str(name) for name in table.columns if name not in (*chosen.texts, chosen.question, chosen.label)],
    )


def _of_several(chosen: Roles, allowed: Possible, words: Words, key: str) -> Roles:
    """Columns that say yes or no, or what stands between the labels of a cell."""
    _ = words.gettext
    columns = list(dict.fromkeys([*chosen.label_columns, *allowed.switches]))
    left, right = st.columns([2, 1] if len(columns) > 1 else [1, 2])
    found: tuple[str, ...] = chosen.label_columns
    if len(columns) > 1:
        with left:
            found = tuple(
                st.multiselect(
                    _("Columns that say yes or no"),
                    columns,
                    default=list(chosen.label_columns),
                    key=f"label_columns_{key}",
                    placeholder=_("each is a label, by its name"),
                    help=_("For a table with a column for each label: 1 and 0, yes and no, or a cross. They stand in place of the column of the label."),
                )
            )  # fmt: skip
    if found != chosen.label_columns:
        return chosen.model_copy(update={"label_columns": found, "label": None if found else chosen.label})
    if chosen.label is not None and not chosen.label_columns:
        separators = list(dict.fromkeys([*filter(None, [chosen.separator]), *allowed.separators]))
        with right if len(columns) > 1 else left:
            separator = st.selectbox(
                _("Between the labels of a cell"), separators, key=f"separator_{key}", help=_("“a|b” is two labels where “|” stands between them.")
            )  # fmt: skip
        return chosen.model_copy(update={"separator": separator or ""})
    if chosen.label is not None:
        return chosen.model_copy(update={"label_columns": ()})
    return chosen
