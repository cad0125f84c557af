"""Small tables as plain HTML: they wrap, speak the page's language, and are read aloud rightly. Never more than a page of rows."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

CELL = 400
"""Characters of a cell that are shown."""
SHORT = 16
"""Characters of one word that is not divided."""


def sheet(
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    numbers: frozenset[int] = frozenset(),
    whole: frozenset[int] = frozenset(),
) -> None:
    """A table of texts; everything is escaped. numbers: places of the columns set flush right; whole: whose words are never cut."""
    st.html(sheet_html([escape(column) for column in columns], rows, numbers=numbers, whole=whole))


def sheet_html(
    headers: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    numbers: frozenset[int] = frozenset(),
    whole: frozenset[int] = frozenset(),
) -> str:
    """The same as HTML; headers may hold markup, cells are escaped."""
    kinds = dict.fromkeys(numbers, " class='number'") | dict.fromkeys(whole, " class='whole'")
    head = "".join(
        f"<th scope='col'{_both(kinds.get(place, ''), _short(header))}>{header}</th>"
        for place, header in enumerate(headers)
    )
    lines = (
        "".join(f"<td{kinds.get(place) or _short(cell)}>{_cell(cell)}</td>" for place, cell in enumerate(row))
        for row in rows
    )
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f"<div class='sheet' tabindex='0'><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"


def figures_row(figures: Sequence[tuple[str, ...]]) -> None:
    """A row of large figures: of each its name, its value, and where there is one a third text that says what it means."""
    st.html(figures_html(figures))


def figures_html(figures: Sequence[tuple[str, ...]]) -> str:
    """The same as HTML."""
    cells = "".join(
        f"<div><div class='name'>{escape(name)}{_why(*about)}</div><div class='value'>{escape(value)}</div></div>"
        for name, value, *about in figures
    )
    return f"<div class='figures'>{cells}</div>"


def _why(about: str = "") -> str:
    """A question mark that says more when it is pointed at, or reached by the keyboard."""
    said = escape(about, quote=True)
    return (
        f"<span class='why' tabindex='0' role='note' aria-label='{said}' data-about='{said}'></span>" if about else ""
    )


def _short(text: str) -> str:
    """A date, a code or a number stays on one line."""
    return " class='short'" if len(text) <= SHORT and not any(map(str.isspace, text)) else ""


def _both(kind: str, short: str) -> str:
    """Two attributes of classes in one."""
    return f"{kind[:-1]} short'" if kind and short else kind or short


def _cell(text: str) -> str:
    cut = text if len(text) <= CELL else text[: CELL - 1] + "…"
    return escape(cut).replace("\n", "<br>")
