"""What is said before questions learn to find their text."""

from __future__ import annotations

import streamlit as st

from core.jobs.launch import learnable
from core.store.project import Project
from core.words import Words

MOST_OF_ONE = 0.5
"""Share of the questions about one text from which on that is said."""


@st.cache_data(max_entries=20, show_spinner=False)
def most_asked(_project: Project, stamp: tuple[str, int, str]) -> float:
    """Share of the rows in use that are about the text with most of them, where questions are to find their text."""
    tally = learnable(_project).tally
    return tally.most_of_a_text / tally.used


def say_if_one_text(project: Project, stamp: tuple[str, int, str], words: Words) -> None:
    """A warning where most questions are about one text."""
    _ = words.gettext
    share = most_asked(project, stamp)
    if share > MOST_OF_ONE:
        said = _(
            "{share} of the questions are about one and the same text: they teach little of how to tell texts apart. "
            "Add questions about other texts."
        )
        st.warning(said.format(share=words.percent(share, 0)))
