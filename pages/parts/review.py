"""The review of a project's paraphrases: pairs beside each other, decided on by keys, taken back by a key."""

from __future__ import annotations

from html import escape
from typing import Any, cast

import streamlit as st

from core.errors import UserError
from core.store.decisions import decide, edit, undo
from core.store.paraphrase_rows import ParaphraseRow
from core.store.paraphrases import Counts, Filter, Order, count, counts, judges
from core.store.project import Project
from core.words import N_, Words
from pages.parts.arrivals import show_arrivals
from pages.parts.component import component
from pages.parts.errors import reported
from pages.parts.look import quiet
from pages.parts.review_cards import DECISIONS, card
from pages.parts.review_export import show_export
from pages.parts.review_filters import choose_filter, choose_order
from pages.parts.review_page import bring_in, has_more, open_page, opened, pick, turn
from pages.parts.review_thresholds import show_dots, show_thresholds
from pages.parts.sheet import figures_row

HINTS = (
    ("A", N_("accept")),
    ("R", N_("reject")),
    ("E", N_("edit")),
    ("U", N_("undo")),
    ("↑ ↓", N_("move")),
)
WORDS = {
    "accepted_button": N_("Accept"),
    "rejected_button": N_("Reject"),
    "edit_button": N_("Edit"),
    "save_button": N_("Accept these words (Ctrl+Enter)"),
    "cancel_button": N_("Leave it (Esc)"),
    "text": N_("Text"),
    "question": N_("Question"),
    "list": N_("Pairs: on the left what the table says, on the right what came back"),
}


def show_review(project: Project, words: Words, *, is_working: bool) -> None:
    """Everything about the paraphrases that came back; where there is none, what to do, or that they are being made."""
    _ = words.gettext
    st.header(_("Review"))
    st.fragment(_review)(project, words, is_working)


def _review(project: Project, words: Words, is_working: bool) -> None:
    _ = words.gettext
    tally = counts(project.id)
    if tally.all == 0:
        if is_working:
            st.info(_("They are being made. They will stand here, and none is learned from before you accept it."))
            _arrivals(project, 0, words, is_working=True)
        else:
            st.info(
                _(
                    "There is no paraphrase to look at yet. Choose an engine and a pivot language above and start: "
                    "they will stand here, and none is learned from before you accept it."
                )
            )
        return
    _figures(tally, words)
    judged = sum(judges(project.id).values())
    if judged < tally.all:
        quiet(_unjudged(tally.all - judged, words))
    with reported():
        _failure(project)
    wanted = choose_filter(project, tally, judged, words)
    _pairs(project, wanted, choose_order(project, words), tally, words, is_working=is_working)
    show_thresholds(project, words)
    show_dots(project, words, lambda identifier: pick(project, identifier))
    show_export(project, tally, words)


def _figures(tally: Counts, words: Words) -> None:
    _ = words.gettext
    figures_row(
        [
            (_("To decide"), words.integer(tally.undecided)),
            (_("Accepted"), words.integer(tally.accepted)),
            (_("Of these in your words"), words.integer(tally.edited)),
            (_("Rejected"), words.integer(tally.rejected)),
        ]
    )


def _unjudged(count: int, words: Words) -> str:
    return words.ngettext(
        "{count} of them is not judged yet: you can decide on it already; its figures and marks come when all are translated.",
        "{count} of them are not judged yet: you can decide on them already; their figures and marks come when all are translated.",
        count,
    )


def _arrivals(project: Project, known: int, words: Words, *, is_working: bool) -> None:
    st.fragment(show_arrivals)(project, known, lambda: bring_in(project), words, is_working=is_working)


def _pairs(project: Project, wanted: Filter, order: Order, tally: Counts, words: Words, *, is_working: bool) -> None:
    """The page that is open stays as it is while its pairs are decided on; it is turned by hand."""
    _ = words.gettext
    every = count(project.id, wanted)
    rows, first = open_page(project, wanted, order, every, tally.all)
    if is_working or tally.all > opened(project)["known"]:
        _arrivals(project, opened(project)["known"], words, is_working=is_working)
    if not rows:
        st.info(_("No paraphrase fits these choices. Choose “all” above to see the others."))
        return
    component("review", "review.js")(
        data=[_given(project, rows, first, every, words)],
        key=_key(project, "list"),
        height="content",
        on_acts_change=lambda: _take(project, wanted),
    )
    left, middle, right = st.columns([3, 5, 3], vertical_alignment="center")
    left.button(
        _("Previous pairs"),
        disabled=first == 0,
        width="stretch",
        key=_key(project, "previous"),
        on_click=lambda: turn(project, wanted, "previous"),
    )
    with middle:
        said = _("{first} to {last} of {count}")
        facts = {"first": first + 1, "last": first + len(rows), "count": max(every, first + len(rows))}
        quiet(said.format(**{name: words.integer(fact) for name, fact in facts.items()}), centred=True)
    right.button(
        _("Next pairs"),
        disabled=not has_more(project, wanted, first, every),
        width="stretch",
        key=_key(project, "next"),
        on_click=lambda: turn(project, wanted, "next"),
    )


def _given(project: Project, rows: list[ParaphraseRow], first: int, every: int, words: Words) -> dict[str, Any]:
    """What the list is told."""
    _ = words.gettext
    state, done = opened(project), _done(project)
    said = {name: _(message) for name, message in {**DECISIONS, **WORDS}.items()}
    keys = "".join(f"<span><kbd>{escape(key)}</kbd> {escape(_(what))}</span>" for key, what in HINTS)
    return {
        "project": project.id,
        "pairs": [card(row, words) for row in rows],
        "words": said,
        "hints": keys,
        "picked": state["picked"],
        "before": first > 0,
        "after": has_more(project, state["of"][0], first, every),
        "box": done["box"],
        "done": done["number"],
    }


def _take(project: Project, wanted: Filter) -> None:
    """What the browser sent: acts in order, each with its number; one that came before is not done twice."""
    given = st.session_state[_key(project, "list")].get("acts")
    if given:
        perform(project, wanted, given, _done(project))


def perform(project: Project, wanted: Filter, given: dict[str, Any], done: dict[str, Any]) -> None:
    """given: {"box", "acts": [{"number", "act", …}]}; done: up to which number the acts of a box are done, brought up to date."""
    if done["box"] != given["box"]:
        done.update({"box": given["box"], "number": 0})
    for each in given["acts"]:
        if each["number"] <= done["number"]:
            continue
        done["number"] = each["number"]
        try:
            _perform(project, wanted, each)
        except UserError as error:
            st.session_state[_key(project, "failure")] = error


def _perform(project: Project, wanted: Filter, each: dict[str, Any]) -> None:
    act = each["act"]
    if act in ("accepted", "rejected", "undecided"):
        decide(project.id, [int(each["id"])], None if act == "undecided" else act)
    elif act == "edit":
        edit(project.id, int(each["id"]), str(each["text"]), each.get("question"))
    elif act == "undo":
        undo(project.id)
    elif act in ("next", "previous"):
        turn(project, wanted, act)


def _failure(project: Project) -> None:
    """What could not be done is said once."""
    failure = st.session_state.pop(_key(project, "failure"), None)
    if failure is not None:
        raise failure


def _done(project: Project) -> dict[str, Any]:
    return cast(dict[str, Any], st.session_state.setdefault(_key(project, "done"), {"box": None, "number": 0}))


def _key(project: Project, name: str) -> str:
    return f"review_{project.id}_{name}"
