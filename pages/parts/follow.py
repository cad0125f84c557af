"""HTML that the browser keeps fresh by itself; the script runs again only when the page needs other elements."""

from __future__ import annotations

from pages.parts.component import component
from pages.parts.routes import live_address


def follow(view: tuple[str, ...], html: str, mark: str, *, key: str, every: float, unseen: bool = False) -> None:
    """Shows what a view of `pages.parts.pulse` is now, and what it becomes.

    html, mark: of this moment; another mark reruns the fragment in which this stands. every: seconds between two looks, unless
    the tab is behind others and not `unseen`.
    """
    data = {"address": live_address(view), "html": html, "mark": mark, "every": every, "unseen": unseen}
    component("follow", "ask.js", "follow.js")(data=[data], key=key, height="content", on_changed_change=lambda: None)
