"""The rows by what can be done with them: how many are in use, why others are not, and what is to be learned of them."""

from __future__ import annotations

import streamlit as st

from core.data.columns import Roles
from core.data.examples import UNUSABLE, Tally
from core.store.project import Project, select_table
from core.words import Words
from pages.parts.chart import chart
from pages.parts.figures import label_counts
from pages.parts.task_figures import number_histogram


@st.cache_data(max_entries=20, show_spinner=False)
def numbers_of(_project: Project, stamp: tuple[str, int, str]) -> list[float]:
    return [float(label) for label in select_table(_project).examples["label"]]


def show_tally(project: Project, stamp: tuple[str, int, str], tally: Tally, words: Words) -> None:
    """How many rows are in use, and how they are spread over labels or numbers."""
    _ = words.gettext
    roles = project.roles
    assert roles is not None
    aside = ", ".join(not_used(tally, words))
    used = words.ngettext("{count} row in use", "{count} rows in use", tally.used)
    st.markdown(_("{used} · not used: {aside}").format(used=used, aside=aside) if aside else used)
    if roles.task == "number" and tally.used:
        _show_numbers(numbers_of(project, stamp), words)
    elif roles.task in ("classes", "several_labels"):
        _show_labels(roles, tally, words)


def not_used(tally: Tally, words: Words) -> list[str]:
    """Each reason with its rows."""
    own = {reason: tally.fixed.get(reason, 0) for reason in UNUSABLE}
    by_fixes = sum(tally.fixed.values()) - sum(own.values())
    found = [
        words.ngettext("{count} without text", "{count} without text", tally.empty_text) if tally.empty_text else "",
        words.ngettext("{count} without label", "{count} without label", tally.empty_label)
        if tally.empty_label
        else "",
        words.ngettext("{count} without question", "{count} without question", own["empty_question"])
        if own["empty_question"]
        else "",
        words.ngettext("{count} whose label is no number", "{count} whose label is no number", own["not_a_number"])
        if own["not_a_number"]
        else "",
        words.ngettext(
            "{count} that says neither yes nor no", "{count} that say neither yes nor no", own["not_yes_or_no"]
        )
        if own["not_yes_or_no"]
        else "",
        words.ngettext("{count} set aside by a fix", "{count} set aside by fixes", by_fixes) if by_fixes else "",
    ]
    return [part for part in found if part]


def _show_labels(roles: Roles, tally: Tally, words: Words) -> None:
    _ = words.gettext
    if not roles.has_labels:
        st.info(
            _(
                "No column holds a label. You can look at this table; to learn from it, a column must give each row its label, or hold a question about its text."
            )
        )
        return
    if not tally.labels:
        return
    st.header(_("Rows for each label"))
    (largest, most), (smallest, least) = next(iter(tally.labels.items())), list(tally.labels.items())[-1]
    alt = _("Bar chart of the rows of {count} labels, from {largest} ({most}) to {smallest} ({least}).").format(
        count=words.integer(len(tally.labels)),
        largest=largest,
        most=words.integer(most),
        smallest=smallest,
        least=words.integer(least),
    )
    with st.container(height=520 if len(tally.labels) > 18 else "content", border=False):
        chart(label_counts(tally.labels, words), words, key="label_counts", alt=alt)


def _show_numbers(numbers: list[float], words: Words) -> None:
    _ = words.gettext
    st.header(_("How the numbers are spread"))
    alt = _("Histogram of {count} numbers, from {low} to {high}.").format(
        count=words.integer(len(numbers)), low=words.number(min(numbers)), high=words.number(max(numbers))
    )
    chart(number_histogram(numbers, words), words, key="numbers", alt=alt)
