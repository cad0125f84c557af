"""A job at work, for the pages that have nothing but its progress to show meanwhile."""

from __future__ import annotations

import streamlit as st

from core.jobs.overview import Look
from core.store.job_folder import ENDED, JobFolder
from core.words import Words
from pages.parts.follow import follow
from pages.parts.job_actions import stop_buttons
from pages.parts.pulse import look_at
from pages.parts.views import progress_html, progress_mark

LOOK_EVERY = 2.0
"""Seconds between two looks at how it stands."""


def until_it_ends(folder: JobFolder, words: Words) -> None:
    """To be run as a fragment: its progress and its buttons; the page is drawn again once the job is over or gone."""
    seen = look_at(folder)
    if seen is None or seen.job.state in ENDED:
        st.rerun()
    show_progress(seen, words)


def show_progress(seen: Look, words: Words) -> None:
    """What the browser keeps fresh, and how to stop it."""
    folder = seen.job.folder
    view = ("progress", words.language, folder.project_id, folder.id)
    follow(view, progress_html(seen, words), progress_mark(seen), key=f"progress_{folder.id}", every=LOOK_EVERY)
    stop_buttons(seen, words)
