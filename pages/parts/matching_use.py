"""A model that knows which question belongs to which text, tried: a question finds its texts, a pair gets a yes or a no."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.errors import UserError
from core.store.run import Run
from core.use.predictor import Predictor
from core.words import Words
from pages.parts.errors import reported
from pages.parts.look import quiet
from pages.parts.sheet import figures_row, sheet

FOUND = 5
"""Texts shown for a question."""


def find_a_text(run: Run, predictor_of: Callable[[str, str], Predictor], words: Words) -> None:
    """A question, and the texts of the table to which it belongs most likely."""
    _ = words.gettext
    st.subheader(_("Which text does a question belong to?"))
    with st.form("find", border=False):
        question = st.text_input(
            _("Your question"), key="find_question", placeholder=_("Type a question like those of your table.")
        )
        asked = st.form_submit_button(_("Find its text"), type="primary")
    if asked:
        st.session_state["found"] = (run.id, question)
    found = st.session_state.get("found")
    if found is None or found[0] != run.id:
        return
    with reported():
        if not found[1].strip():
            raise UserError("question_empty")
        with st.spinner(_("Reading the texts of the table (the first time only)…")):
            best = predictor_of(run.project_id, run.id).find(found[1].strip(), FOUND)
        rows = [[words.integer(place), text, words.percent(share)] for place, (text, share) in enumerate(best, start=1)]
        sheet([_("Rank"), _("Text"), _("Probability")], rows, numbers=frozenset({0, 2}))
        quiet(
            _(
                "Among the different texts of the table that the model was trained with, the first five thousand at most. "
                "The probability is that of each text alone: several may answer, or none."
            )
        )


def show_whether(share: float, words: Words) -> None:
    """share: the probability that the question belongs to the text."""
    _ = words.gettext
    said = _("yes") if share >= 0.5 else _("no")
    figures_row([(_("Belongs to the text"), said), (_("Probability"), words.percent(share))])
