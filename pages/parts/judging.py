"""Another model for the paraphrases that are judged already: chosen, at work, and how it ended."""

from __future__ import annotations

import streamlit as st

from core.jobs.job_words import ended_of, reason_of
from core.jobs.judge import launch_judging
from core.jobs.overview import Look
from core.models.choice import choice_of
from core.store.job_folder import ENDED
from core.store.judging import Judging, newest_judging
from core.store.paraphrases import choices, judges
from core.store.project import Project
from core.words import Words
from pages.parts.errors import reported, show_error
from pages.parts.job_actions import from_where, resume_button, resume_now
from pages.parts.judge_choice import choose_judge
from pages.parts.look import quiet
from pages.parts.pulse import look_at
from pages.parts.working import until_it_ends


def show_judging(project: Project, words: Words) -> None:
    """Where something is judged: the choice of another model, or how its work stands."""
    _ = words.gettext
    paths = choices(project.id)["path"]
    if not paths:
        return
    newest = newest_judging(project.id)
    seen = look_at(newest) if newest is not None else None
    is_working = seen is not None and seen.job.state not in ENDED
    # Who asked sees the answer where they asked.
    is_open = is_working or st.session_state.get(f"judged_{project.id}", False)
    with st.expander(_("Judge the paraphrases again with another model"), icon=":material/balance:", expanded=is_open):
        if newest is not None and seen is not None and is_working:
            st.fragment(until_it_ends)(newest, words)
            return
        quiet(
            _(
                "Only the meaning kept is measured anew, and the doubt with it; decisions, flags and novelty stay. "
                "Figures of different models cannot be compared with each other."
            )
        )
        read_by = judges(project.id)
        current = [choice_of(key) for key in read_by if key]
        source = next(iter(paths)).split(">")[0]
        chosen = choose_judge(current[0] if current else None, source, words, key="again")
        if st.button(_("Judge again"), key="judge_again", disabled=set(read_by) <= {chosen.key}):
            with reported():
                launch_judging(project.id, chosen)
                st.session_state[f"judged_{project.id}"] = True
                st.rerun()
        if newest is not None and seen is not None and seen.job.deleted_at is None:
            _over(newest, seen, words)


def _over(judging: Judging, seen: Look, words: Words) -> None:
    if seen.job.state == "failed":
        show_error(reason_of(seen.job))
    else:
        quiet(ended_of(seen, words))
    if seen.job.state != "done" and resume_button(seen, words, from_where(seen, words)):
        resume_now(judging)
