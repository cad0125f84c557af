"""The health of the table as a traffic-light list: each finding opens to its rows, its consequence and its fix; fixes can be undone."""

from __future__ import annotations

import streamlit as st

from core.data.columns import Roles
from core.data.findings import DONE, FIXES, Finding, Setting
from core.data.fixes import Fix
from core.data.health import Report
from core.models.checkup import LONGEST, check_up
from core.store.draft import keep_draft, read_draft
from core.store.fixes import add_fix, read_fixes, undo_fix
from core.store.project import Project, read_table, set_roles
from core.words import N_, Words
from pages.parts.chart import chart
from pages.parts.enough import show_volume
from pages.parts.figures import length_histogram
from pages.parts.look import quiet
from pages.parts.plain import plain
from pages.parts.sheet import sheet

PAGE = 20
"""Rows of a finding at a time."""

LIGHTS = {
    "fault": (N_("to be put right"), ":material/error:", "red"),
    "warning": (N_("to look at"), ":material/warning:", "orange"),
    "good": (N_("to know"), ":material/check_circle:", "green"),
}
"""Colour, sign and words: who sees no colours reads the same."""


@st.cache_data(max_entries=20, show_spinner=False)
def report_of(_project: Project, stamp: tuple[str, int, str], model: str) -> Report:
    """stamp, model: what the report depends on; a click that changes neither computes nothing."""
    return check_up(_project)


@st.cache_data(max_entries=200, show_spinner=False)
def excerpt(_project: Project, stamp: tuple[str, int, str], rows: tuple[int, ...]) -> list[list[str]]:
    """The cells with a role of these rows, as they were read. Every finding has its rows ready, so no click may cost a reading."""
    assert _project.roles is not None
    columns = _project.roles.columns()
    return read_table(_project, columns).iloc[[row - 1 for row in rows]].astype(str).to_numpy().tolist()


def show_health(project: Project, stamp: tuple[str, int, str], words: Words) -> None:
    _ = words.gettext
    st.header(_("Health of the table"))
    with st.spinner(_("Examining the rows…")):
        report = report_of(project, stamp, repr(read_draft(project).model))
    if not report.findings:
        st.success(_("Nothing found that would trouble a training."), icon=":material/check_circle:")
    for finding in report.findings:
        _show(project, stamp, finding, report, words)
    _fixes(project, words)
    if report.volume is not None:
        show_volume(report.volume, words)


def _show(project: Project, stamp: tuple[str, int, str], finding: Finding, report: Report, words: Words) -> None:
    """One finding: closed it is a line with its light."""
    _ = words.gettext
    kind, icon, colour = LIGHTS[finding.level]
    title = f"**{plain(finding.title(words))}** · :{colour}[{_(kind)}]"
    with st.expander(title, icon=icon):
        st.markdown(plain(finding.consequence(words)))
        if finding.code in ("too_long", "about_too_long"):
            alt = _("Lengths of the texts in word pieces; the line is what the model can read.")
            chart(length_histogram(list(report.pieces), LONGEST, words), words, key="health_lengths", alt=alt)
        fix = finding.fix
        if (
            fix is not None
            and not _is_set(project, fix)
            and st.button(_(FIXES[finding.code]), key=f"fix_{finding.code}")
        ):
            if isinstance(fix, Fix):
                add_fix(project.folder, fix)
            elif isinstance(fix, Setting):
                _set(project, fix.name, fix.value)
            else:
                set_roles(project.id, fix)
            st.rerun()
        if finding.rows:
            _rows(project, stamp, finding, words)


def _is_set(project: Project, fix: Fix | Roles | Setting) -> bool:
    return isinstance(fix, Setting) and bool(read_draft(project).changed.get(fix.name))


def _set(project: Project, name: str, value: float | None) -> None:
    """In the settings being chosen, as if it had been typed on the Train page; None: as the preset has it."""
    draft = read_draft(project)
    changed = {field: kept for field, kept in draft.changed.items() if field != name}
    keep_draft(project, draft.model_copy(update={"changed": changed if value is None else changed | {name: value}}))


def _rows(project: Project, stamp: tuple[str, int, str], finding: Finding, words: Words) -> None:
    """A page of the rows as they were read; for a copy also the number of the row that it resembles."""
    _ = words.gettext
    pages = -(-len(finding.rows) // PAGE)
    page = 1
    if pages > 1:
        page = int(
            st.number_input(
                _("Page of {pages}").format(pages=words.integer(pages)), 1, pages, key=f"page_{finding.code}"
            )
        )
    some = slice((page - 1) * PAGE, page * PAGE)
    assert project.roles is not None
    twins = finding.twins[some]
    cells = []
    for place, found in enumerate(excerpt(project, stamp, finding.rows[some])):
        twin = [words.integer(twins[place])] if twins else []
        cells.append([words.integer(finding.rows[some][place]), *twin, *found])
    heading = [_("like row")] if twins else []
    sheet(["№", *heading, *project.roles.columns()], cells, numbers=frozenset(range(1 + len(heading))))


def _fixes(project: Project, words: Words) -> None:
    """What was corrected, the newest first, each with its way back."""
    _ = words.gettext
    fixes = [fix for fix in read_fixes(project.folder) if fix.roles == project.roles]
    balance = read_draft(project).changed.get("balance")
    if not fixes and not balance:
        return
    st.subheader(_("Fixes made"))
    quiet(_("The file that you brought is kept as it was; what is learned from is the table with these fixes."))
    if balance:
        said, undoing = st.columns([5, 1], vertical_alignment="center")
        said.markdown(_("Rare labels weigh more in the next training: {share}").format(share=words.percent(balance, 0)))
        if undoing.button(_("Undo"), key="undo_balance", width="stretch"):
            _set(project, "balance", None)
            st.rerun()
    for fix in reversed(fixes):
        said, undoing = st.columns([5, 1], vertical_alignment="center")
        said.markdown(_(DONE[fix.code]).format(count=words.integer(len(fix.rows))))
        if undoing.button(_("Undo"), key=f"undo_{fix.id}", width="stretch"):
            undo_fix(project.folder, fix.id)
            st.rerun()
