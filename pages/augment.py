"""Augment: paraphrases by translation there and back, made, looked at and decided on."""

from __future__ import annotations

import streamlit as st

from core.store.paraphrases import counts
from core.store.project import Project
from core.words import Words
from pages.parts.comparison import show_comparison
from pages.parts.errors import reported
from pages.parts.judging import show_judging
from pages.parts.look import lead
from pages.parts.plan import show_plan
from pages.parts.plan_job import show_jobs
from pages.parts.plan_retry import show_failures
from pages.parts.review import show_review
from pages.parts.shell import begin, link


def page() -> None:
    here = begin()
    words, project = here.words, here.project
    assert project is not None
    _ = words.gettext
    st.title(_("Augment"))
    if project.table is None:
        lead(_("There is no table yet. Bring one first."))
        link("data", _("Go to the data"), icon=":material/arrow_forward:")
        return
    lead(
        _(
            "A small table grows by translation to another language and back: the same meaning in other words. "
            "You look at every paraphrase; only what you accept is learned from."
        )
    )
    is_working, has_some = True, counts(project.id).all > 0
    with reported():
        is_working = show_jobs(project, words)
    if has_some:
        # What came back is decided on before more is made.
        _review(project, words, is_working=is_working)
        if not is_working:
            st.header(_("More paraphrases"))
    with reported():
        if not is_working:
            show_plan(project, words)
            show_comparison(project, words)
            show_judging(project, words)
    if not has_some:
        _review(project, words, is_working=is_working)


def _review(project: Project, words: Words, *, is_working: bool) -> None:
    with reported():
        show_failures(project, words)
    show_review(project, words, is_working=is_working)
    link("train", words.gettext("Go on to the training"), icon=":material/arrow_forward:")


page()
