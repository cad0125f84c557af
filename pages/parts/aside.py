"""Rows of a file that could not be placed under its header: how many, where, why. Nothing is dropped in silence."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import streamlit as st

from core.words import N_, Words
from pages.parts.look import quiet
from pages.parts.sheet import sheet

REASONS = {
    "too_many_cells": N_("more cells than columns"),
    "empty": N_("no cell filled"),
    "broken_quote": N_("a quotation mark is never closed, or closed too early"),
    "above_header": N_("above the header"),
    "not_an_object": N_("not an object of JSON"),
}
SHOWN = 100


def show_set_aside(rows: Sequence[tuple[int, str, str]], words: Words, *, key: str | None = None) -> None:
    """Folded away. rows: line in the file, reason code, what the row holds; key: where a page shows those of several files."""
    _ = words.gettext
    if not rows:
        return
    count = words.ngettext("{count} row set aside", "{count} rows set aside", len(rows))
    with st.expander(count, icon=":material/warning:"):
        cells = [[words.integer(line), _(REASONS.get(reason, reason)), text] for line, reason, text in rows[:SHOWN]]
        sheet([_("Line in the file"), _("Why"), _("What it holds")], cells, numbers=frozenset({0}))
        if len(rows) > SHOWN:
            quiet(_("The first {shown} of {rows}.").format(shown=words.integer(SHOWN), rows=words.integer(len(rows))))
        st.download_button(
            _("Download these rows"),
            _as_csv(rows, words),
            file_name=_("rows-set-aside.csv"),
            mime="text/csv",
            key=key,
            icon=":material/download:",
        )


def _as_csv(rows: Sequence[tuple[int, str, str]], words: Words) -> bytes:
    """For a spreadsheet, so a cell that it would take for a formula begins with an apostrophe."""
    _ = words.gettext
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";" if words.language == "fr" else ",")
    writer.writerow([_("Line in the file"), _("Why"), _("What it holds")])
    for line, reason, held in rows:
        writer.writerow([line, _(REASONS.get(reason, reason)), "'" + held if held[:1] in tuple("=+-@\t") else held])
    return text.getvalue().encode("utf-8-sig")
