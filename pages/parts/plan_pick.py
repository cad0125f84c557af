"""Rows picked by hand: searched, looked at by pages, ticked; or their numbers typed. The numbers say what is picked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import streamlit as st

from core.augment.plan import Plan
from core.jobs.augment import Trainable
from core.store.project import Project
from core.words import Words
from pages.parts.look import quiet

if TYPE_CHECKING:
    import pandas as pd

PAGE = 100
"""Rows of the table at a time."""
SHOWN = 300
"""Characters of a text in the table."""
TYPED = "plan_picked"
"""The field of the numbers, in the session; what is kept of it is the plan."""


def pick_rows(project: Project, draft: Plan | None, rows: Trainable, words: Words) -> tuple[str, ...]:
    """The ids of the rows that are picked, in the order of their numbers."""
    _ = words.gettext
    state = _state(project, draft)
    typed = st.text_input(
        _("Numbers of the rows"),
        placeholder="1-40, 57",
        key=TYPED,
        help=_("Type numbers, or tick rows in the table below: both say the same."),
    )
    picked = list(dict.fromkeys(numbers(typed)))
    known = set(rows.examples["id"])
    missing = sum(f"r{number}" not in known for number in picked)
    said = words.ngettext("{count} row is picked.", "{count} rows are picked.", len(picked))
    if missing:
        said += " " + words.ngettext(
            "{count} of them is not among the rows that can be paraphrased.",
            "{count} of them are not among the rows that can be paraphrased.",
            missing,
        )
    quiet(said)
    _search(state, picked, rows, words)
    return tuple(f"r{number}" for number in picked)


def _state(project: Project, draft: Plan | None) -> dict[str, Any]:
    """What the session knows of the table: which rows are shown, and which were ticked when it was drawn anew."""
    session = st.session_state
    if session.get("plan_picked_of") != project.id or TYPED not in session:
        session[TYPED] = told(int(each.removeprefix("r")) for each in draft.picked) if draft else ""
        session["plan_picked_of"] = project.id
        session["plan_pick"] = {"mount": session.get("plan_pick", {}).get("mount", 0) + 1, "of": None, "ticked": []}
    if "plan_picked_next" in session:
        session[TYPED] = session.pop("plan_picked_next")
    return cast("dict[str, Any]", session["plan_pick"])


def _search(state: dict[str, Any], picked: list[int], rows: Trainable, words: Words) -> None:
    """The table of what was found, a page at a time."""
    _ = words.gettext
    finding, adding, clearing = st.columns([4, 3, 3], vertical_alignment="bottom")
    sought = finding.text_input(
        _("Find rows"), placeholder=_("a word of the text, a label"), key="plan_pick_search"
    ).strip()
    found = _found(rows.examples, sought)
    every = words.ngettext("Pick the {count} found", "Pick all {count} found", len(found))
    adding.button(
        every,
        key="plan_pick_all",
        width="stretch",
        disabled=found.empty,
        on_click=partial(_put, [*picked, *_numbers_of(found["id"])]),
    )
    clearing.button(
        _("Pick none"), key="plan_pick_none", width="stretch", disabled=not picked, on_click=partial(_put, [])
    )
    if found.empty:
        quiet(_("No row holds these words."))
        return
    last = (len(found) - 1) // PAGE
    first = min(st.session_state.get("plan_pick_page", 0) if state.get("sought") == sought else 0, last)
    state["sought"], st.session_state["plan_pick_page"] = sought, first
    _table(state, found.iloc[first * PAGE : (first + 1) * PAGE], picked, (sought, first), words)
    if last:
        _pager(first, last, len(found), words)


def _table(state: dict[str, Any], shown: pd.DataFrame, picked: list[int], of: tuple[str, int], words: Words) -> None:
    """Ticks are taken over into the numbers; when these were changed elsewhere, the table is drawn anew with its ticks."""
    _ = words.gettext
    here, known = _numbers_of(shown["id"]), set(picked)
    ticked = [place for place, number in enumerate(here) if number in known]
    if state["of"] != of or sorted(state["ticked"]) != ticked:
        state.update({"mount": state["mount"] + 1, "of": of, "ticked": ticked})
    columns = {"id": _("Row"), "text": _("Text"), "question": _("Question"), "label": _("Label")}
    if not (shown["question"] != "").any():
        columns.pop("question")
    table = shown[list(columns)].assign(id=here, text=shown["text"].str.slice(0, SHOWN)).rename(columns=columns)
    event = st.dataframe(
        table,
        key=f"plan_pick_table_{state['mount']}",
        hide_index=True,
        height=330,
        on_select="rerun",
        selection_mode="multi-row",
        selection_default={"selection": {"rows": ticked}},
        column_config={columns["id"]: st.column_config.NumberColumn(width=70, format="%d")},
        alt=_("Rows that can be paraphrased; ticked ones are picked."),
    )
    now = sorted(event.selection.rows)
    if now != ticked:
        state["ticked"] = now
        others = known - set(here)
        _put([*others, *(here[place] for place in now if place < len(here))])
        st.rerun()


def _pager(first: int, last: int, count: int, words: Words) -> None:
    _ = words.gettext
    left, middle, right = st.columns([3, 5, 3], vertical_alignment="center")

    def turn(step: int) -> None:
        st.session_state["plan_pick_page"] = first + step

    left.button(
        _("Previous rows"), key="plan_pick_previous", disabled=not first, width="stretch", on_click=turn, args=(-1,)
    )
    with middle:
        facts = {"first": first * PAGE + 1, "last": min(count, (first + 1) * PAGE), "count": count}
        said = _("{first} to {last} of {count}").format(**{name: words.integer(fact) for name, fact in facts.items()})
        quiet(said, centred=True)
    right.button(
        _("Next rows"), key="plan_pick_next", disabled=first == last, width="stretch", on_click=turn, args=(1,)
    )


def _put(chosen: Iterable[int]) -> None:
    """Into the field of the numbers, when the page is drawn next."""
    st.session_state["plan_picked_next"] = told(chosen)


def _found(examples: pd.DataFrame, sought: str) -> pd.DataFrame:
    """The rows with these words in text, question or label, capitals aside; all without any."""
    if not sought:
        return examples
    holds = [
        examples[column].astype(str).str.contains(sought, case=False, regex=False)
        for column in ("text", "question", "label")
    ]
    return examples[holds[0] | holds[1] | holds[2]]


def _numbers_of(identifiers: Iterable[str]) -> list[int]:
    return [int(each.removeprefix("r")) for each in identifiers]


def numbers(typed: str) -> list[int]:
    """Of rows: "1-3, 7" is 1, 2, 3, 7; what is no number counts for nothing. At most 100,000 of one stretch."""
    found: dict[int, None] = {}
    for first, last in re.findall(r"(\d{1,7})(?:\s*[-–]\s*(\d{1,7}))?", typed):
        until = int(last or first)
        found.update(dict.fromkeys(range(int(first), min(until, int(first) + 100_000) + 1)))
    return list(found)


def told(picked: Iterable[int]) -> str:
    """The numbers as one types them: 1, 2, 3, 7 is "1-3, 7"."""
    stretches: list[list[int]] = []
    for number in sorted(set(picked)):
        if stretches and stretches[-1][-1] == number - 1:
            stretches[-1].append(number)
        else:
            stretches.append([number])
    return ", ".join(_stretch(each) for each in stretches)


def _stretch(run: Sequence[int]) -> str:
    return f"{run[0]}-{run[-1]}" if len(run) > 2 else ", ".join(map(str, run))
