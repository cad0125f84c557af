"""The fixes of a project's table, in the order in which they were made: `fixes.json` in its folder."""

from __future__ import annotations

from pathlib import Path

from filelock import FileLock

from core.data.fixes import Fix
from core.home import read_json, write_json

NAME = "fixes.json"


def read_fixes(folder: Path) -> list[Fix]:
    """folder: the project's."""
    path = folder / NAME
    return [Fix.model_validate(entry) for entry in read_json(path)] if path.exists() else []


def add_fix(folder: Path, fix: Fix) -> None:
    """The same fix asked for twice, by two clicks or in two tabs, is made once."""
    with FileLock(folder / "fixes.lock"):
        fixes = read_fixes(folder)
        if fix.model_dump(exclude={"id"}) not in [known.model_dump(exclude={"id"}) for known in fixes]:
            _write(folder, [*fixes, fix])


def undo_fix(folder: Path, identifier: str) -> None:
    """Takes one fix back; the others stay."""
    with FileLock(folder / "fixes.lock"):
        _write(folder, [fix for fix in read_fixes(folder) if fix.id != identifier])


def forget_fixes(folder: Path) -> None:
    """For a new table: the rows of the former one mean nothing in it."""
    with FileLock(folder / "fixes.lock"):
        (folder / NAME).unlink(missing_ok=True)


def forget_rows(folder: Path, last: int) -> None:
    """For a table that ends with row `last` now: what fixes said of the rows below is forgotten."""
    with FileLock(folder / "fixes.lock"):
        fixes = read_fixes(folder)
        kept = [fix.model_copy(update={"rows": tuple(row for row in fix.rows if row <= last)}) for fix in fixes]
        if kept != fixes:
            _write(folder, [fix for fix in kept if fix.rows])


def _write(folder: Path, fixes: list[Fix]) -> None:
    write_json(folder / NAME, [fix.model_dump(mode="json") for fix in fixes])
