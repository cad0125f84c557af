"""The panel beside every page: what runs, what waits, what ended last; and a word when one ends."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from core.jobs.job_words import STATES, title_of
from core.jobs.overview import Overview, overview
from core.words import Words
from pages.parts.follow import follow
from pages.parts.plain import plain
from pages.parts.shell import link
from pages.parts.views import panel_html, panel_mark

BUSY, IDLE = 3.0, 20.0
"""Seconds between two looks while something works or waits, and while nothing does."""
_SCRIPT = Path(__file__).resolve().parents[2] / "assets" / "theme" / "notify.js"


def jobs_aside(words: Words) -> None:
    """The panel; the browser looks again and again, and when a job has come or gone this runs again."""
    st.fragment(_panel)(words)


def _panel(words: Words) -> None:
    _ = words.gettext
    now = overview()
    every = BUSY if now.running or now.waiting else IDLE
    view = ("panel", words.language)
    follow(view, panel_html(now, words), panel_mark(now), key="panel", every=every, unseen=True)
    link("jobs", _("All jobs"), icon=":material/list:")
    _tell(now, words)


def _tell(now: Overview, words: Words) -> None:
    """A word on this page when a job ended since the last look, and a notification of the browser for who asked for it."""
    _ = words.gettext
    before: set[str] = st.session_state.get("jobs_under_way", set())
    for look in now.ended:
        if look.job.id in before:
            st.toast(
                f"**{plain(title_of(look, words))}** · {_(STATES[look.job.state])}", icon=":material/notifications:"
            )
    st.session_state["jobs_under_way"] = {look.job.id for look in [*now.running, *now.waiting]}
    ended = [
        {
            "id": f"{look.job.id}.{look.job.attempt}.{look.job.state}",
            "title": f"{title_of(look, words)} · {_(STATES[look.job.state])}",
            "body": look.project,
        }
        for look in now.ended
    ]
    said = {
        "on": _("This browser tells you when a job ends"),
        "off": _("Tell me when a job ends"),
        "denied": _("This browser does not allow notifications"),
        "missing": _("This browser knows no notifications"),
    }
    _notify()(data=[{"ended": ended, "words": said}], key="notify", height="content")


@st.cache_resource
def _notify():
    return st.components.v2.component("parafine_notify", js=_SCRIPT.read_text(encoding="utf-8"), css=_STYLE)


_STYLE = """
.parafine-notify { font: inherit; font-size: .82rem; color: var(--st-text-color); background: none; border: 0; padding: .15rem 0;
  cursor: pointer; text-align: left; text-decoration: underline; text-underline-offset: .2em; opacity: .85; }
.parafine-notify[aria-pressed=true] { text-decoration: none; }
.parafine-notify:disabled { cursor: default; text-decoration: none; opacity: .6; }
"""
