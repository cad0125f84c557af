"""A model that asks questions, tried: a text, and several questions about it. The field for a text is that of every task."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.data.joining import join_parts
from core.errors import UserError
from core.models.choice import ModelChoice
from core.store.run import Run, RunRecord
from core.use.predictor import Predictor
from core.words import Words
from pages.parts.errors import reported
from pages.parts.look import quiet
from pages.parts.plain import plain
from pages.parts.sheet import sheet
from pages.parts.written import say_if_modest

WAYS = 4
"""Questions written about a text."""


def write_about(run: Run, record: RunRecord, predictor_of: Callable[[str, str], Predictor], words: Words) -> None:
    """One text, and the questions that the model would ask about it, the likeliest first."""
    _ = words.gettext
    say_if_modest(ModelChoice(kind="run", name=run.id), run.project_id, words)
    with st.form("try", border=False):
        text = text_to_try(record, words)
        asked = st.form_submit_button(_("Ask about this text"), type="primary")
    if asked:
        st.session_state["tried"] = (run.id, text, None)
    tried = st.session_state.get("tried")
    if tried is None or tried[0] != run.id:
        return
    with reported():
        if not tried[1].strip():
            raise UserError("predict_empty")
        with st.spinner(_("Asking the model (a few seconds the first time)…")):
            written = predictor_of(run.project_id, run.id).write(tried[1].strip(), WAYS)
        questions = list(dict.fromkeys(filter(None, written)))
        if not questions:
            quiet(_("It finds no question to ask about this text."))
            return
        rows = [[words.integer(place), question] for place, question in enumerate(questions, start=1)]
        sheet([_("Rank"), _("Question")], rows, numbers=frozenset({0}))
        quiet(_("Read each before you use it: it may ask what the text does not answer, or what makes no sense."))


def text_to_try(record: RunRecord, words: Words) -> str:
    """One field; one for each column where the texts of the training were made of several."""
    _ = words.gettext
    like_yours = _("Type or paste a text like those of your table.")
    if not record.roles.text_more:
        return st.text_area(_("Text"), height=110, placeholder=like_yours, key="try_text")
    parts = [
        st.text_area(plain(column), height=80, placeholder=like_yours, key=f"try_text_{place}")
        for place, column in enumerate(record.roles.texts)
    ]
    return join_parts(*([part] for part in parts))[0]
