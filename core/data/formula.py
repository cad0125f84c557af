"""Cells that a spreadsheet would execute, and how a table for one is written so that it does not (OWASP, CSV injection)."""

from __future__ import annotations

import re

import pandas as pd

_FORMULA = re.compile(r"\s*[=+\-@]")
_NUMBER = re.compile(r"[+-]?\d[\d .,\u00a0\u202f]*%?")


def is_formula(cell: str) -> bool:
    """Whether it begins as formulas do. A number with its sign is none; the dash of a list might be one."""
    return bool(_FORMULA.match(cell)) and not _NUMBER.fullmatch(cell.strip())


def neutralised(table: pd.DataFrame) -> pd.DataFrame:
    """A copy in which such cells, and such names of columns, begin with an apostrophe: a spreadsheet shows them as text."""
    safe = table.rename(columns={name: f"'{name}" for name in table.columns if is_formula(str(name))})
    for name in safe.columns:
        if pd.api.types.is_string_dtype(safe[name].dtype):
            cells = [str(cell) for cell in safe[name]]
            if any(map(is_formula, cells)):
                safe[name] = [f"'{cell}" if is_formula(cell) else cell for cell in cells]
    return safe
