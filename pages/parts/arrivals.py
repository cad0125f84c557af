"""Paraphrases that come while one is at the review: how many are new, and a button that brings them in."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.store.paraphrases import counts
from core.store.project import Project
from core.words import Words
from pages.parts.follow import follow
from pages.parts.views import arrivals_html, arrivals_mark

LOOK_EVERY = 3.0
"""Seconds between two looks at what has come."""


def show_arrivals(
    project: Project, known: int, bring_in: Callable[[], None], words: Words, *, is_working: bool
) -> None:
    """To be run as a fragment: nothing of the list moves before somebody asks for it; an empty one fills itself.

    known: paraphrases that had come when the list was read. bring_in: to be called before the page is drawn again.
    """
    come = counts(project.id).all
    if come > 0 and known == 0:
        st.rerun()
    saying, doing = st.columns([5, 3], vertical_alignment="center")
    with saying:
        html = arrivals_html(come - known, words)
        if is_working:
            view = ("arrivals", words.language, project.id, str(known))
            follow(view, html, arrivals_mark(come - known), key=f"arrivals_{project.id}", every=LOOK_EVERY)
        elif html:
            st.html(html)
    if come > known and doing.button(
        words.gettext("Look at the new ones"),
        key=f"review_{project.id}_bring_in",
        icon=":material/move_to_inbox:",
        width="stretch",
        on_click=bring_in,
    ):
        st.rerun()
