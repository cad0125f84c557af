"""Rows of a file that could not be placed under its header: how many, where, why. Nothing is dropped in silence."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from core.data.aside import REASONS, set_aside_csv
from core.data.dialect import SetAside
from core.words import Words
from pages.parts.look import quiet
from pages.parts.sheet import sheet

SHOWN = 100


def show_set_aside(
    rows: Sequence[tuple[int, str, str]],
    count: int,
    whole: Callable[[], Sequence[SetAside]],
    words: Words,
    *,
    key: str | None = None,
) -> None:
    """Folded away. rows: line in the file, reason code, what the row holds, cut; the first ones of `count`.

    whole: all of them uncut, asked for when they are downloaded; key: where a page shows those of several files.
    """
    _ = words.gettext
    if not count:
        return
    label = words.ngettext("{count} row set aside", "{count} rows set aside", count)
    with st.expander(label, icon=":material/warning:"):
        cells = [[words.integer(line), _(REASONS.get(reason, reason)), text] for line, reason, text in rows[:SHOWN]]
        sheet([_("Line in the file"), _("Why"), _("What it holds")], cells, numbers=frozenset({0}))
        if count > len(cells):
            shown = words.integer(len(cells))
            quiet(_("The first {shown} of {rows}.").format(shown=shown, rows=words.integer(count)))
        st.download_button(
            _("Download these rows"),
            lambda: set_aside_csv(whole(), words),
            file_name=_("rows-set-aside.csv"),
            mime="text/csv",
            key=key,
            icon=":material/download:",
            on_click="ignore",
        )
