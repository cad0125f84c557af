"""What is wrong inside cells: nothing in them, damaged characters, personal data, what a spreadsheet would execute."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pandas as pd

from core.data.columns import Roles
from core.data.examples import UNUSABLE, Selection
from core.data.findings import Finding
from core.data.fixes import Fix
from core.data.formula import is_formula
from core.data.mojibake import REPLACEMENT, is_damaged
from core.data.personal import find
from core.data.subject import Subject
from core.words import N_

KINDS = {
    "email": N_("e-mail addresses"),
    "phone": N_("telephone numbers"),
    "iban": N_("bank account numbers (IBAN)"),
    "security": N_("social security numbers (France)"),
}


def empty_cells(selection: Selection, roles: Roles) -> Iterator[Finding]:
    for code in ("empty_text", "empty_label", *UNUSABLE):
        rows = tuple(sorted(row for row, reason in selection.aside.items() if reason == code))
        if rows:
            yield Finding(code, "warning", rows)


def damage(subject: Subject) -> Iterator[Finding]:
    lost, damaged = [], []
    for row, cells in _cells(subject):
        if REPLACEMENT in cells:
            lost.append(row)
        if not cells.isascii() and is_damaged(cells):
            damaged.append(row)
    if lost:
        yield Finding("lost_characters", "warning", tuple(lost))
    if damaged:
        fix = Fix(code="damaged_text", roles=subject.roles, does="repair", rows=tuple(damaged))
        yield Finding("damaged_text", "fault", tuple(damaged), fix=fix)


def personal_data(subject: Subject) -> Iterator[Finding]:
    found: Counter[str] = Counter()
    rows = []
    for place, row in enumerate(subject.rows):
        texts = [subject.texts[place], *([subject.questions[place]] if subject.questions else [])]
        kinds = [kind for text in texts for kind, _ in find(text)]
        if kinds:
            found.update(kinds)
            rows.append(row)
    if rows:
        fix = Fix(code="personal", roles=subject.roles, does="mask", rows=tuple(rows))
        kinds_said = [(KINDS[kind], count) for kind, count in found.most_common()]
        yield Finding("personal", "warning", tuple(rows), facts={"kinds": kinds_said}, fix=fix)


def formulas(table: pd.DataFrame, selection: Selection) -> Iterator[Finding]:
    """table: the columns with a role, or all of them."""
    rows: set[int] = set()
    for name in table.columns:
        starts = table[name].astype(pd.StringDtype("pyarrow")).str.match(r"\s*[=+\-@]").fillna(False)
        places = starts.to_numpy(bool).nonzero()[0].tolist()
        rows.update(place + 1 for place in places if is_formula(str(table[name].iloc[place])))
    rows -= selection.aside.keys()
    if rows:
        yield Finding("formula", "good", tuple(sorted(rows)))


def _cells(subject: Subject) -> Iterator[tuple[int, str]]:
    """Row by row, its cells with a role as one text."""
    columns = [column for column in (subject.texts, subject.questions, subject.labels) if column is not None]
    for row, *cells in zip(subject.rows, *columns, strict=True):
        yield row, "\n".join(cells)
