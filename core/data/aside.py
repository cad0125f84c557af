"""Rows set aside, for a person: why, and all of them in a file for their spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from core.data.dialect import SetAside
from core.data.formula import is_formula
from core.words import N_, Words

REASONS = {
    "too_many_cells": N_("more cells than columns"),
    "empty": N_("no cell filled"),
    "broken_quote": N_("a quotation mark is never closed, or closed too early"),
    "above_header": N_("above the header"),
    "not_an_object": N_("not an object of JSON"),
}


def set_aside_csv(rows: Iterable[SetAside], words: Words) -> bytes:
    """Line in the file, reason, then each cell whole and on its own; one that a spreadsheet would execute begins with an
    apostrophe. Divided as the spreadsheets of this language do it."""
    _ = words.gettext
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";" if words.language == "fr" else ",")
    writer.writerow([_("Line in the file"), _("Why"), _("What it holds")])
    for row in rows:
        cells = ("'" + cell if is_formula(cell) else cell for cell in row.cells)
        writer.writerow([row.line, _(REASONS.get(row.reason, row.reason)), *cells])
    return text.getvalue().encode("utf-8-sig")
