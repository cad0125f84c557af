"""Two thresholds for many pairs at once: what they would keep is drawn and counted before anything is accepted."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial

import streamlit as st

from core.augment.similarity import name_of, reads_well
from core.models.catalogue import EMBEDDED_NAME
from core.models.choice import ModelChoice, choice_of
from core.store.decisions import accept_above, can_undo, reject_idle, undo
from core.store.paraphrases import choices, dots, histogram, judges, kept, undecided_idle
from core.store.project import Project
from core.words import Words
from pages.parts.chart import chart
from pages.parts.look import quiet
from pages.parts.review_figures import dots_figure, threshold_histogram

MOST_DOTS = 3_000
MEANING, NOVELTY = 75, 10
"""Percent, at first."""


def show_thresholds(project: Project, words: Words) -> None:
    _ = words.gettext
    st.subheader(_("Accept many at once"))
    quiet(_read_by(project, words))
    meaning, new = thresholds(project)
    for column, measure, title, label, key, value in zip(
        st.columns(2),
        ("similarity", "novelty"),
        (_("meaning kept"), _("novelty")),
        (_("At least this much of the meaning, in %"), _("At least this much new, in %")),
        ("meaning", "new"),
        (meaning, new),
        strict=True,
    ):
        with column:
            st.slider(label, 0, 100, round(value * 100), key=_key(project, key))
            figure = threshold_histogram(histogram(project.id, measure), value, title, words)
            chart(figure, words, key=f"review_{measure}", alt=_("How many pairs lie where; the line is the threshold."))
    every, undecided = kept(project.id, meaning, new)
    said = words.ngettext("{count} pair reaches both", "{count} pairs reach both", every)
    left = words.ngettext("{count} of them still to decide", "{count} of them still to decide", undecided)
    st.markdown(f"**{said}**, {left}.")
    accepting, rejecting, undoing = st.columns([3, 4, 3])
    accepting.button(
        words.ngettext("Accept {count} pair", "Accept {count} pairs", undecided),
        disabled=not undecided,
        width="stretch",
        key=_key(project, "accept_above"),
        on_click=partial(accept_above, project.id, meaning, new),
    )
    idle = undecided_idle(project.id)
    if idle:
        rejecting.button(
            words.ngettext("Reject {count} that says nothing new", "Reject {count} that say nothing new", idle),
            width="stretch",
            key=_key(project, "reject_idle"),
            on_click=partial(reject_idle, project.id),
        )
    undoing.button(
        _("Undo the last act"),
        disabled=not can_undo(project.id),
        width="stretch",
        key=_key(project, "undo"),
        on_click=partial(undo, project.id),
    )


def show_dots(project: Project, words: Words, pick: Callable[[int], None]) -> None:
    """Every pair as a dot; a click opens it in the list."""
    _ = words.gettext
    found = dots(project.id, MOST_DOTS)
    if not found:
        return
    st.subheader(_("Every pair as a dot"))
    quiet(_("Click on a dot to see its pair in the list above."))
    figure = dots_figure(found, *thresholds(project), words)
    alt = _("Meaning kept against novelty, each dot a pair; the lines are the thresholds.")
    chart(figure, words, key="review_dots", alt=alt, pick=pick)


def thresholds(project: Project) -> tuple[float, float]:
    """Meaning and novelty, as shares."""
    state = st.session_state
    return state.get(_key(project, "meaning"), MEANING) / 100, state.get(_key(project, "new"), NOVELTY) / 100


def _read_by(project: Project, words: Words) -> str:
    """Which model says how much of the meaning is kept, and how far it may be trusted."""
    _ = words.gettext
    read_by = [choice_of(key) for key in judges(project.id) if key]
    if not read_by:
        return _("No model has read how much of the meaning is kept.")
    said = reading_words(read_by, {path.split(">")[0] for path in choices(project.id)["path"]}, words)
    if len(read_by) > 1:
        said.append(_("Figures of different models cannot be compared: judge all again with one of them, above."))
    return " ".join(said)


def reading_words(read_by: Sequence[ModelChoice], languages: Collection[str], words: Words) -> list[str]:
    """The models that read the texts; and where one of them does not read these languages well, that."""
    _ = words.gettext
    names = ", ".join(map(name_of, read_by))
    said = [_("How much of the meaning is kept is read by {model}.").format(model=names)]
    if not all(reads_well(each, language) for each in read_by for language in languages):
        weak = _("{model} learned to read English: of other languages it sees common words rather than the meaning.")
        said.append(weak.format(model=EMBEDDED_NAME))
    return said


def _key(project: Project, name: str) -> str:
    return f"review_{project.id}_{name}"
