"""Plotly drawn in place: the same node is kept while its figure grows, so zoom and hover survive every update.

The script comes from the installed plotly package through this server (pages.parts.routes); nothing is fetched elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from core.words import Words
from pages.parts.component import component
from pages.parts.routes import live_address, plotly_address


def chart(
    figure: dict[str, Any],
    words: Words,
    *,
    key: str,
    alt: str,
    view: tuple[str, ...] | None = None,
    pick: Callable[[int], None] | None = None,
) -> None:
    """Draws a figure ({"data", "layout"} as plotly.js takes them); the same key updates the same node.

    alt: what the chart shows, for who cannot see it. view: of `pages.parts.pulse`, for a figure that the browser keeps fresh.
    pick: called with the customdata of a point that was clicked, before the page is drawn anew.
    """
    _ = words.gettext
    data = {
        "figure": figure,
        "alt": alt,
        "height": figure["layout"]["height"],
        "script": plotly_address(),
        "file": key,
        "live": live_address(view) if view else None,
        "picks": pick is not None,
        "words": {"reset": _("Show everything again"), "picture": _("Save as a picture")},
    }
    # In a list: of a dictionary Streamlit asks pandas whether it holds tables, and a page without one must not pay for pandas.
    draw = component("chart", "ask.js", "chart.js")
    if pick is None:
        draw(data=[data], key=key)
    else:
        draw(data=[data], key=key, on_picked_change=lambda: _picked(key, pick))


def _picked(key: str, pick: Callable[[int], None]) -> None:
    point = st.session_state[key].get("picked")
    if point is not None:
        pick(int(point))
