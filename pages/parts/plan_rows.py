"""Which rows are paraphrased: all, those of rare labels, of one label, or some by their numbers."""

from __future__ import annotations

import re

import streamlit as st

from core.augment.plan import Plan
from core.data.columns import TaskName
from core.jobs.augment import Trainable
from core.words import N_, Words
from pages.parts.look import quiet

ROWS = {
    "all": N_("all rows"),
    "rare": N_("rare labels, up to balance"),
    "label": N_("one label"),
    "picked": N_("chosen rows"),
}


def choose_rows(
    draft: Plan | None, rows: Trainable, task: TaskName, words: Words
) -> tuple[str, str | None, tuple[str, ...]]:
    """Which rows: kind, label, ids. Of labels there is a choice where each row has one."""
    _ = words.gettext
    labels = rows.examples["label"].value_counts()
    kinds = [kind for kind in ROWS if kind in ("all", "picked") or (task == "classes" and len(labels) > 1)]
    kind = st.radio(
        _("Rows"),
        kinds,
        index=kinds.index(draft.rows) if draft is not None and draft.rows in kinds else 0,
        format_func=lambda each: _(ROWS[each]),
        key="plan_rows",
    )
    if kind == "label":
        names = [str(name) for name in labels.index[::-1]]
        known = draft.label if draft is not None and draft.label in names else names[0]
        return kind, st.selectbox(_("Label"), names, index=names.index(known), key="plan_label"), ()
    if kind == "picked":
        kept = ", ".join(each.removeprefix("r") for each in draft.picked) if draft else ""
        typed = st.text_input(_("Numbers of the rows"), value=kept, placeholder="1-40, 57", key="plan_picked")
        picked = numbers(typed)
        known = set(rows.examples["id"])
        missing = sum(f"r{number}" not in known for number in picked)
        if missing:
            quiet(
                words.ngettext(
                    "{count} of them is not among the rows that can be paraphrased.",
                    "{count} of them are not among the rows that can be paraphrased.",
                    missing,
                )
            )
        return kind, None, tuple(f"r{number}" for number in picked)
    return kind, None, ()


def numbers(typed: str) -> list[int]:
    """Of rows: "1-3, 7" is 1, 2, 3, 7; what is no number counts for nothing. At most 100,000."""
    found: dict[int, None] = {}
    for first, last in re.findall(r"(\d{1,7})(?:\s*[-–]\s*(\d{1,7}))?", typed):
        until = int(last or first)
        found.update(dict.fromkeys(range(int(first), min(until, int(first) + 100_000) + 1)))
    return list(found)
