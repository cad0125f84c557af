"""A page of the table as it is shown: corrected by the fixes, with what they set aside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.data.fixes import amend
from core.store.fixes import read_fixes
from core.store.project import Project, read_rows

if TYPE_CHECKING:
    import pandas as pd


def read_fixed_rows(project: Project, first: int, count: int) -> tuple[pd.DataFrame, dict[int, str]]:
    """`count` rows from row `first` (0-based) as the fixes have them, and those among them that fixes set aside (numbers from 1),
    with their reason. Of a text made of several columns each is corrected for itself, for each is shown for itself.
    """
    rows = read_rows(project, first, count)
    roles = project.roles
    fixes = [fix for fix in read_fixes(project.folder) if fix.fits(roles)]
    if roles is not None and roles.task == "several_labels":
        # Cells with several labels are shown as they were written.
        fixes = [fix for fix in fixes if fix.does != "merge"]
    if roles is None or not fixes:
        return rows, {}
    aside: dict[int, str] = {}
    corrected: dict[str, pd.Series] = {}
    for text in roles.texts:
        named = {"text": text, "question": roles.question, "label": roles.label}
        parts = {part: rows[column].str.strip() if column else "" for part, column in named.items()}
        frame = rows[[]].assign(**parts)
        aside = amend(frame, fixes, first + 1)
        corrected |= {column: frame[part] for part, column in named.items() if column}
    return rows.assign(**corrected), aside
