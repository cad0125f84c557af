"""Where one starts: the list of projects, a new one, or an example."""

from __future__ import annotations

import streamlit as st

from core.store.project import Project, create_project, delete_project, list_projects, rename_project
from core.store.run import list_runs
from core.words import NO_BREAK_SPACE, Words
from pages.parts.errors import reported
from pages.parts.look import lead, quiet
from pages.parts.plain import plain
from pages.parts.samples import offer_samples
from pages.parts.shell import go


def show_projects(words: Words) -> None:
    _ = words.gettext
    st.title(_("Your texts, your classifier"))
    lead(
        _(
            "Bring a table of texts with their labels. Parafine teaches a BERT model to label new texts, shows how well it does, "
            "and hands you the model. Everything stays on this machine."
        )
    )
    with st.form("new_project", border=False, clear_on_submit=True):
        name_column, button_column = st.columns([3, 1], vertical_alignment="bottom")
        name = name_column.text_input(_("Name of a new project"), placeholder=_("Letters of 2026"), max_chars=80)
        if button_column.form_submit_button(_("Create the project"), type="primary", width="stretch"):
            go("data", project=create_project(name.strip() or _("Untitled project")).id)
    projects = list_projects()
    if projects:
        st.header(_("Your projects"))
        for project in projects:
            _line(project, words)
    st.header(_("Try with an example"))
    offer_samples(words, None)


def _line(project: Project, words: Words) -> None:
    _ = words.gettext
    name, facts, opening, renaming, deleting = st.columns([3, 4, 1.4, 2, 2], vertical_alignment="center")
    name.markdown(f"**{plain(project.name)}**")
    rows = words.ngettext("{count} row", "{count} rows", project.table.rows) if project.table else _("no table yet")
    runs = words.ngettext("{count} training", "{count} trainings", len(list_runs(project.id)))
    with facts:
        facts_said = (rows, runs, words.moment(project.created_at))
        quiet(" · ".join(fact.replace(" ", NO_BREAK_SPACE) for fact in facts_said))
    if opening.button(_("Open"), key=f"open_{project.id}", width="stretch"):
        go("data", project=project.id)
    with renaming.popover(_("Rename"), width="stretch", key=f"renaming_{project.id}"):
        new = st.text_input(_("New name"), value=project.name, key=f"name_{project.id}", max_chars=80)
        if st.button(_("Save the name"), key=f"save_name_{project.id}"):
            rename_project(project.id, new)
            st.rerun()
    with deleting.popover(_("Delete"), width="stretch", key=f"deleting_{project.id}"):
        st.markdown(
            _("Delete “{name}”, its table and its trained models? This cannot be undone.").format(
                name=plain(project.name)
            )
        )
        if st.button(_("Delete for good"), key=f"delete_{project.id}"):
            with reported():
                delete_project(project.id)
                st.rerun()
