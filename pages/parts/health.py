"""The health of the table as a traffic-light list: each finding opens to its rows, its consequence and its fix; fixes can be undone."""

from __future__ import annotations

import streamlit as st

from core.data.findings import FIXES, Finding
from core.data.health import Report
from core.models.checkup import check_up
from core.models.outlook import LONGEST
from core.store.draft import read_draft
from core.store.project import Project, read_table
from core.words import N_, Words
from pages.parts.chart import chart
from pages.parts.enough import show_volume
from pages.parts.figures import length_histogram
from pages.parts.fixes import is_made, make, show_fixes
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
    show_fixes(project, words)
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
        has_button = finding.fix is not None and not is_made(project, finding)
        if has_button and st.button(_(FIXES[finding.code]), key=f"fix_{finding.code}"):
            make(project, finding)
            st.rerun()
        if finding.rows:
            _rows(project, stamp, finding, words)


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
