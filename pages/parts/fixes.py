"""One click that puts a finding right, and the list of such clicks with the way back of each."""

from __future__ import annotations

import streamlit as st

from core.data.columns import Roles
from core.data.findings import DONE, Finding, Setting
from core.data.fixes import Fix
from core.data.subject import LABELLED
from core.store.draft import keep_draft, read_draft
from core.store.fixes import add_fix, read_fixes, undo_fix
from core.store.project import Project, set_roles
from core.words import Words
from pages.parts.look import quiet


def is_made(project: Project, finding: Finding) -> bool:
    """A setting does not change the table: its finding stays, without a button."""
    return isinstance(finding.fix, Setting) and bool(read_draft(project).changed.get(finding.fix.name))


def make(project: Project, finding: Finding) -> None:
    fix = finding.fix
    if isinstance(fix, Fix):
        add_fix(project.folder, fix)
    elif isinstance(fix, Setting):
        _set(project, fix.name, fix.value)
    elif fix is not None and project.roles is not None:
        add_fix(project.folder, Fix(code=finding.code, roles=project.roles, does="roles", rows=()))
        set_roles(project.id, fix)


def show_fixes(project: Project, words: Words) -> None:
    """What was corrected, the newest first."""
    _ = words.gettext
    fixes = [fix for fix in read_fixes(project.folder) if _counts(fix, project.roles)]
    has_labels = project.roles is not None and project.roles.task in LABELLED
    balance = read_draft(project).changed.get("balance") if has_labels else None
    if not fixes and not balance:
        return
    st.subheader(_("Fixes made"))
    quiet(_("The file that you brought is kept as it was; what is learned from is the table with these fixes."))
    saying = _("Rare labels weigh more in the next training: {share}")
    if balance and _undone(saying.format(share=words.percent(balance, 0)), "balance", words):
        _set(project, "balance", None)
        st.rerun()
    for fix in reversed(fixes):
        if _undone(_(DONE[fix.code]).format(count=words.integer(len(fix.rows))), fix.id, words):
            undo_fix(project.folder, fix.id)
            if fix.does == "roles":
                set_roles(
                    project.id,
                    fix.roles.model_copy(update={"together": project.roles.together if project.roles else None}),
                )
            st.rerun()


def _counts(fix: Fix, roles: Roles | None) -> bool:
    """A change of roles counts while there is no question again; anything else, under the roles it was made for."""
    if fix.does == "roles":
        return fix.model_copy(update={"roles": fix.roles.model_copy(update={"question": None})}).fits(roles)
    return fix.fits(roles)


def _undone(saying: str, key: str, words: Words) -> bool:
    said, undoing = st.columns([5, 1], vertical_alignment="center")
    said.markdown(saying)
    return undoing.button(words.gettext("Undo"), key=f"undo_{key}", width="stretch")


def _set(project: Project, name: str, value: float | None) -> None:
    """In the settings being chosen, as if it had been typed on the Train page; None: as the preset has it."""
    draft = read_draft(project)
    changed = {field: kept for field, kept in draft.changed.items() if field != name}
    keep_draft(project, draft.model_copy(update={"changed": changed if value is None else changed | {name: value}}))
