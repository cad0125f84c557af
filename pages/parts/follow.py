"""HTML that the browser keeps fresh by itself; the script runs again only when the page needs other elements."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from pages.parts.routes import live_address

_SCRIPT = Path(__file__).resolve().parents[2] / "assets" / "theme" / "follow.js"


def follow(view: tuple[str, ...], html: str, mark: str, *, key: str, every: float, unseen: bool = False) -> None:
    """Shows what a view of `pages.parts.pulse` is now, and what it becomes.

    html, mark: of this moment; another mark reruns the fragment in which this stands. every: seconds between two looks, unless
    the tab is behind others and not `unseen`.
    """
    data = {"address": live_address(view), "html": html, "mark": mark, "every": every, "unseen": unseen}
    _component()(data=[data], key=key, height="content", on_changed_change=lambda: None)


@st.cache_resource
def _component():
    return st.components.v2.component("parafine_follow", js=_SCRIPT.read_text(encoding="utf-8"), isolate_styles=False)
