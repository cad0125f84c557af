"""Augment: what it will be for."""

import streamlit as st

from pages.parts.look import lead
from pages.parts.review import show_review
from pages.parts.shell import begin, link

here = begin()
_ = here.words.gettext
st.title(_("Augment"))
lead(
    _(
        "This page is for enlarging a small table by translating its texts to another language and back, "
        "and for reviewing every paraphrase; this version of Parafine does not do it yet."
    )
)
if here.project is not None and here.project.table is not None:
    show_review(here.project, here.words)
link("train", _("Go on to the training"), icon=":material/arrow_forward:")
