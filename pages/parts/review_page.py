"""Which page of a review is open: of which filter and order, from which pair on. It stays as it is until somebody turns it."""

from __future__ import annotations

from typing import Any, cast

import streamlit as st

from core.store.paraphrase_rows import ParaphraseRow
from core.store.paraphrases import Filter, Order, by_ids, page, place_of, still
from core.store.project import Project
from pages.parts.review_filters import key, take_off

PAGE = 20
"""Paraphrases at a time."""


def open_page(project: Project, wanted: Filter, order: Order, every: int, come: int) -> tuple[list[ParaphraseRow], int]:
    """The rows of the page that is open, and the place of its first one. every: that the filter leaves; come: that there are."""
    state = opened(project)
    if state["of"] != (wanted, order):
        state.update({"of": (wanted, order), "first": 0, "ids": None})
    if state["ids"] is None:
        state["known"] = come
        state["first"] = min(state["first"], max(0, (every - 1) // PAGE * PAGE))
        rows = page(project.id, wanted, order, state["first"], PAGE)
        state["ids"] = [row.id for row in rows]
        return rows, state["first"]
    return by_ids(project.id, state["ids"]), state["first"]


def opened(project: Project) -> dict[str, Any]:
    """The page that is open: of which filter and order, the place of its first pair, its ids once it was read, and how many
    paraphrases there were then."""
    nothing = {"of": (Filter(), "doubt"), "first": 0, "ids": None, "picked": None, "known": 0}
    return cast(dict[str, Any], st.session_state.setdefault(key(project, "page"), nothing))


def has_more(project: Project, wanted: Filter, first: int, every: int) -> bool:
    """Whether the filter leaves pairs behind those of the open page; decided ones may have left it."""
    return first + still(project.id, wanted, opened(project)["ids"]) < every


def turn(project: Project, wanted: Filter, way: str) -> None:
    """Opens the next or the previous page."""
    state = opened(project)
    step = still(project.id, wanted, state["ids"] or []) if way == "next" else -PAGE
    state.update({"first": max(0, state["first"] + step), "ids": None})


def pick(project: Project, identifier: int) -> None:
    """Opens the page on which a pair stands; a filter that leaves it out is taken off."""
    state = opened(project)
    wanted, order = state["of"]
    place = place_of(project.id, identifier, wanted, order)
    if place is None:
        wanted = take_off(project)
        place = place_of(project.id, identifier, wanted, order)
    if place is not None:
        state.update({"of": (wanted, order), "first": place // PAGE * PAGE, "ids": None, "picked": identifier})


def bring_in(project: Project) -> None:
    """Opens the page of the first paraphrase that came after the list was read. They have no doubt yet, so the oldest come first."""
    state = opened(project)
    new = page(project.id, Filter(), "row", state["known"], 1)
    st.session_state[key(project, "order")] = "row"
    state.update({"of": (state["of"][0], "row"), "ids": None})
    if new:
        pick(project, new[0].id)
