"""Which rows are paraphrased: all, those of rare labels, of one label, or some that are picked."""

from __future__ import annotations

import streamlit as st

from core.augment.plan import Plan
from core.data.columns import TaskName
from core.jobs.augment import Trainable
from core.words import N_, Words

ROWS = {
    "all": N_("all rows"),
    "rare": N_("rare labels, up to balance"),
    "label": N_("one label"),
    "picked": N_("chosen rows"),
}


def choose_rows(draft: Plan | None, rows: Trainable, task: TaskName, words: Words) -> tuple[str, str | None]:
    """Which rows: kind and label, of which there is a choice where each row has one; for those that are picked, see pages.parts.plan_pick."""
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
        return kind, st.selectbox(_("Label"), names, index=names.index(known), key="plan_label")
    return kind, None
