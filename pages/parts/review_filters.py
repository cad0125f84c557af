"""Which pairs of a review are looked at, and in which order."""

from __future__ import annotations

from typing import Any, cast

import streamlit as st

from core.augment.chosen import label_of
from core.augment.flags import KINDS
from core.store.paraphrases import ALL, WITHOUT, Counts, Filter, Order, choices, flag_counts
from core.store.project import Project
from core.words import N_, Words
from pages.parts.review_cards import path_words

ANY = ""
"""The choice of all."""
DECISIONS = {
    "undecided": N_("to decide"),
    "accepted": N_("accepted"),
    "edited": N_("in your words"),
    "rejected": N_("rejected"),
}
ORDERS: dict[Order, str] = {
    "doubt": N_("doubtful ones"),
    "sure": N_("sure ones"),
    "similarity": N_("least similar"),
    "novelty": N_("least new"),
    "row": N_("oldest"),
}
MOST_LABELS = 200
"""Labels offered: a list of more is no help."""


def choose_filter(project: Project, tally: Counts, judged: int, words: Words) -> Filter:
    """Five choices in a row; the rest folded away. judged: how many have their marks."""
    _ = words.gettext
    offered = _offered(project.id, tally.all, judged)
    columns = st.columns([2.6, 3, 2.4, 3, 1.5], vertical_alignment="bottom")
    by_decision = {
        "undecided": tally.undecided,
        "accepted": tally.accepted,
        "edited": tally.edited,
        "rejected": tally.rejected,
    }
    st.session_state.setdefault(key(project, "decision"), "undecided" if tally.undecided else ANY)
    with columns[0]:
        decision = _choice(project, "decision", _("Decision"), by_decision, DECISIONS, words, counted=False)
    with columns[1]:
        names = {**{code: KINDS[code] for code in KINDS}, WITHOUT: N_("without a mark")}
        flag = _choice(project, "flag", _("Mark"), offered["flag"], names, words)
    with columns[2]:
        paths = {path: path_words(path) for path in offered["path"]}
        path = _choice(project, "path", _("Path"), offered["path"], paths, words)
    with columns[3]:
        label = _choice(project, "label", _("Label"), offered["label"], None, words)
    with columns[4], st.popover(_("More"), width="stretch"):
        engines = {engine: label_of(engine) for engine in offered["engine"]}
        engine = _choice(project, "engine", _("Engine"), offered["engine"], engines, words)
        similarity = _range(project, "similarity", _("Meaning kept, in %"))
        novelty = _range(project, "novelty", _("New, in %"))
    return Filter(
        flag=flag,
        path=path,
        engine=engine,
        label=label[1:] if label else None,
        decision=cast(Any, decision),
        similarity=similarity,
        novelty=novelty,
    )


def choose_order(project: Project, words: Words) -> Order:
    chosen = st.segmented_control(
        words.gettext("First the"),
        list(ORDERS),
        format_func=lambda order: words.gettext(ORDERS[order]),
        default="doubt",
        required=True,
        key=key(project, "order"),
    )
    return cast(Order, chosen or "doubt")


def take_off(project: Project) -> Filter:
    """Every choice back to all; to be called before they are drawn."""
    for name in ("decision", "flag", "path", "label", "engine"):
        st.session_state[key(project, name)] = ANY
    for name in ("similarity", "novelty"):
        st.session_state[key(project, name)] = (0, 100)
    return ALL


def key(project: Project, name: str) -> str:
    return f"review_{project.id}_{name}"


@st.cache_data(max_entries=20, show_spinner=False)
def _offered(project_id: str, came: int, judged: int) -> dict[str, dict[str, int]]:
    """What there is to choose, counted once for what has come and has its marks; decisions do not change it."""
    found = choices(project_id)
    found["label"] = {f"={label}": number for label, number in list(found["label"].items())[:MOST_LABELS]}
    return {**found, "flag": flag_counts(project_id, list(KINDS))}


def _choice(
    project: Project,
    name: str,
    title: str,
    numbers: dict[str, int],
    names: dict[str, str] | None,
    words: Words,
    *,
    counted: bool = True,
) -> str:
    """One of what there is; ANY for all.

    counted: each with its number, where that stays while one chooses: Streamlit knows a choice by its words.
    """
    _ = words.gettext
    present = st.session_state.get(key(project, name), ANY)
    options = [ANY, *(option for option, number in numbers.items() if number or option == present)]
    if present not in options:
        st.session_state[key(project, name)] = ANY

    def shown(option: str) -> str:
        if option == ANY:
            return _("all")
        said = names[option] if names is not None else option.removeprefix("=")
        said = _(said) if name in ("decision", "flag") else said
        return f"{said} ({words.integer(numbers[option])})" if counted else said

    return st.selectbox(title, options, format_func=shown, key=key(project, name))


def _range(project: Project, name: str, title: str) -> tuple[float, float] | None:
    """Bounds as shares; None when they are all of it, so that what was not measured is there too."""
    low, high = st.slider(title, 0, 100, (0, 100), key=key(project, name))
    if (low, high) == (0, 100):
        return None
    return (low / 100 if low else -1.0, high / 100 if high < 100 else 1.01)
