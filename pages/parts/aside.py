"""Rows of a file that could not be placed under its header: how many, where, why. Nothing is dropped in silence."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.words import N_, Words
from pages.parts.look import quiet
from pages.parts.sheet import sheet

REASONS = {"too_many_cells": N_("more cells than columns"), "empty": N_("no cell filled")}
SHOWN = 100


def show_set_aside(rows: Sequence[tuple[int, str, str]], words: Words) -> None:
    """Folded away. rows: line in the file, reason code, what the row holds."""
    _ = words.gettext
    if not rows:
        return
    count = words.ngettext("{count} row set aside", "{count} rows set aside", len(rows))
    with st.expander(count, icon=":material/warning:"):
        cells = [[words.integer(line), _(REASONS.get(reason, reason)), text] for line, reason, text in rows[:SHOWN]]
        sheet([_("Line in the file"), _("Why"), _("What it holds")], cells, numbers=frozenset({0}))
        if len(rows) > SHOWN:
            quiet(_("The first {shown} of {rows}.").format(shown=words.integer(SHOWN), rows=words.integer(len(rows))))
