"""Back-translations of a project: the one at work with its progress, and how the last one ended."""

from __future__ import annotations

import streamlit as st

from core.jobs.job_words import ended_of, reason_of
from core.jobs.overview import Look
from core.store.augmentation import Augmentation, list_augmentations
from core.store.job_folder import ENDED
from core.store.project import Project
from core.words import Words
from pages.parts.errors import show_error
from pages.parts.job_actions import from_where, more, resume_button, resume_now
from pages.parts.pulse import look_at
from pages.parts.working import show_progress


def at_work(project: Project) -> list[Look]:
    """Back-translations that wait or work, the newest first."""
    looks = [look_at(each) for each in list_augmentations(project.id)]
    return [seen for seen in looks if seen is not None and seen.job.state not in ENDED]


def show_jobs(project: Project, words: Words) -> bool:
    """What works, or how the newest one ended; whether something works."""
    working = at_work(project)
    if working:
        st.fragment(_working)(project, [seen.job.id for seen in working], words)
    else:
        newest = next(iter(list_augmentations(project.id)), None)
        seen = look_at(newest) if newest is not None else None
        if newest is not None and seen is not None and seen.job.deleted_at is None:
            _over(newest, seen, words)
    return bool(working)


def _working(project: Project, known: list[str], words: Words) -> None:
    working = at_work(project)
    if [seen.job.id for seen in working] != known:
        # The whole page once more: there are new paraphrases to review.
        st.rerun()
    for seen in working:
        show_progress(seen, words)


def _over(augmentation: Augmentation, seen: Look, words: Words) -> None:
    """How the newest one ended, and the way on."""
    state = seen.job.state
    if state == "failed":
        show_error(reason_of(seen.job))
    else:
        {"done": st.success, "interrupted": st.warning}.get(state, st.info)(ended_of(seen, words))
    others, resuming, _rest = st.columns([1.6, 2, 5])
    with others:
        more(seen, words)
    with resuming:
        pressed = resume_button(seen, words, from_where(seen, words))
    if pressed:
        resume_now(seen.job.folder)
