"""The panel beside every page: what runs, what waits, what ended last; and a word when one ends."""

from __future__ import annotations

from html import escape
from pathlib import Path
from urllib.parse import urlencode

import streamlit as st

from core.home import home
from core.jobs.job_words import STATES, left_of, phase_of, share_of, title_of
from core.jobs.overview import Look, Overview, overview
from core.words import Words
from pages.parts.plain import plain
from pages.parts.shell import link

BUSY, IDLE = 3.0, 20.0
"""Seconds between two looks while something works or waits, and while nothing does."""
SHOWN = 3
"""Lines of what waits, and of what ended."""
_SCRIPT = Path(__file__).resolve().parents[2] / "assets" / "theme" / "notify.js"


@st.cache_resource(ttl=1.0, max_entries=4, show_spinner=False)
def seen_now(place: str) -> Overview:
    """One look a second at the jobs of a home, however many pages are open."""
    return overview()


def jobs_aside(words: Words) -> None:
    """The panel; it looks again by itself."""
    now = seen_now(str(home()))
    st.fragment(_panel, run_every=BUSY if now.running or now.waiting else IDLE)(words)


def _panel(words: Words) -> None:
    _ = words.gettext
    now = seen_now(str(home()))
    title, nothing = _("Jobs"), _("Nothing runs, nothing waits.")
    lines = [f"<div class='jobs'><div class='jobs-title'>{escape(title)}</div>"]
    lines += [_working(look, words) for look in now.running]
    lines += [_line(look, _("waiting"), words) for look in now.waiting[:SHOWN]]
    if len(now.waiting) > SHOWN:
        others = words.ngettext("and {count} more", "and {count} more", len(now.waiting) - SHOWN)
        lines.append(f"<div class='job quiet'>{escape(others)}</div>")
    lines += [_line(look, _(STATES[look.job.state]), words) for look in now.ended[:SHOWN]]
    if len(lines) == 1:
        lines.append(f"<div class='job quiet'>{escape(nothing)}</div>")
    st.html("".join(lines) + "</div>")
    link("jobs", _("All jobs"), icon=":material/list:")
    _tell(now, words)


def _working(look: Look, words: Words) -> str:
    facts = [phase_of("running", look.progress, words), left_of(look.progress, words)]
    share = round(100 * share_of(look.progress))
    return (
        f"<div class='job'>{_name(look, words)}<div class='of'>{escape(look.project)}</div>"
        f"<div class='bar' role='progressbar' aria-valuenow='{share}' aria-valuemin='0' aria-valuemax='100'"
        f" aria-label='{escape(title_of(look, words))}'><i style='width:{share}%'></i></div>"
        f"<div class='quiet'>{escape(' · '.join(fact for fact in facts if fact))}</div></div>"
    )


def _line(look: Look, state: str, words: Words) -> str:
    return (
        f"<div class='job'><span class='state {look.job.state}'>{escape(state)}</span> {_name(look, words)}"
        f"<div class='of'>{escape(look.project)}</div></div>"
    )


def _name(look: Look, words: Words) -> str:
    """What it is called, as a link to it; a table that is labelled stands on the page of its model."""
    name = escape(title_of(look, words))
    if look.job.kind != "train":
        return f"<b>{name}</b>"
    query = urlencode({"project": look.job.project_id, "run": look.job.run_id, "lang": words.language})
    return f"<a href='train?{escape(query)}' target='_self'>{name}</a>"


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
