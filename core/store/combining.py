"""Further files for a project's table: put below the rows that are there, read again, and taken away again.

A row's number, and so its id, is its place in the table: rows of a further file go on counting. Only the last file can be taken
away, so no row that stays ever changes its number.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from filelock import FileLock

from core.data.archives import LIMIT
from core.data.columns import Roles
from core.data.dialect import Dialect
from core.data.guessing import guess_roles
from core.data.names import unique_names
from core.data.reading import read
from core.errors import UserError
from core.store.adding import (
    Assembled,
    added_upload,
    fingerprint_of,
    forget_uploads,
    keep_added_upload,
    put_back,
    put_below,
)
from core.store.facts import TableFacts, facts_of
from core.store.fixes import add_fix, forget_rows
from core.store.project import Project, open_project, read_table, store_table, upload_of

if TYPE_CHECKING:
    import pandas as pd

    from core.data.reading import Reading


def files_of(table: TableFacts) -> list[tuple[str, int]]:
    """Name and rows of each file of a table, in the order of its rows; names are numbered where two are the same."""
    names = unique_names([table.name, *(file.facts.name for file in table.added)])
    rows = [table.rows_before(0), *(file.facts.rows for file in table.added)]
    return list(zip(names, rows, strict=True))


def add_file(
    identifier: str, content: bytes, name: str, reading: Reading, mapping: dict[str, str], *, leave_out: bool
) -> Project:
    """Puts the rows of a file below those of the table. mapping: see AddedFile; leave_out: rows that repeat one above are set
    aside by a fix, which can be undone.

    Raises UserError, and changes nothing: together_too_large, same_file_twice, those of check_mapping.
    """
    project = open_project(identifier)
    with FileLock(project.folder / "table.lock"):
        project = open_project(identifier)
        table, roles = _whole(project)
        fingerprint = fingerprint_of(content)
        require_new(project, content, name)
        facts = facts_of(reading, name, len(content))
        one = put_below(
            _rows(project, table.rows, table.columns), roles, reading, facts, mapping, fingerprint, leave_out
        )
        keep_added_upload(project.folder, len(table.added), content, name)
        return _keep(project, replace(table, added=[*table.added, *one.added]), roles, one)


def require_new(project: Project, content: bytes, name: str) -> None:
    """Raises UserError: same_file_twice, together_too_large."""
    table, _ = _whole(project)
    fingerprint = fingerprint_of(content)
    first = upload_of(project)
    twice = first.stat().st_size == len(content) and fingerprint_of(first.read_bytes()) == fingerprint
    if twice or fingerprint in [file.fingerprint for file in table.added]:
        raise UserError("same_file_twice", name=name)
    size = table.size + sum(file.facts.size for file in table.added) + len(content)
    if size > LIMIT:
        raise UserError("together_too_large", name=name, size=size, limit=LIMIT)


def remove_last_file(identifier: str) -> Project:
    """Takes the file added last away, with its rows, its columns and what fixes said of its rows."""
    project = open_project(identifier)
    with FileLock(project.folder / "table.lock"):
        project = open_project(identifier)
        table, roles = _whole(project)
        if not table.added:
            return project
        place = len(table.added) - 1
        frame = _rows(project, table.rows_before(place), table.added[place].before)
        kept = _keep(project, replace(table, added=table.added[:place]), roles, Assembled(frame, [], []))
        forget_uploads(project.folder, place)
        return kept


def read_added_again(
    identifier: str, place: int, reading: Reading, mapping: dict[str, str], *, leave_out: bool
) -> Project:
    """Puts what was read anew of the file added at `place` (0-based) in its place; those after it are put below it again.

    Raises UserError, and changes nothing: those of check_mapping.
    """
    project = open_project(identifier)
    with FileLock(project.folder / "table.lock"):
        project = open_project(identifier)
        table, roles = _whole(project)
        former = table.added[place]
        above = rows_above(project, place)
        facts = facts_of(reading, former.facts.name, former.facts.size)
        one = put_below(above, roles, reading, facts, mapping, former.fingerprint, leave_out)
        rest = put_back(project.folder, one.table, roles, table.added[place + 1 :], place + 1)
        forget_rows(project.folder, len(above))
        added = [*table.added[:place], *one.added, *rest.added]
        whole = Assembled(rest.table, added, [*one.fixes, *rest.fixes])
        return _keep(project, replace(table, added=added), roles, whole)


def rows_above(project: Project, place: int) -> pd.DataFrame:
    """The table without the file added at `place` (0-based) and those after it; the whole table for the next one to be added."""
    table, _ = _whole(project)
    columns = table.added[place].before if place < len(table.added) else table.columns
    return _rows(project, table.rows_before(place), columns)


def upload_of_added(project: Project, place: int) -> bytes:
    """The file as it was received."""
    return added_upload(project.folder, place).read_bytes()


def read_added(project: Project, place: int) -> Reading:
    """The file added at `place` once more, as it was understood: its rows set aside, whole, are kept nowhere else."""
    facts = _whole(project)[0].added[place].facts
    return read(added_upload(project.folder, place), facts.name, Dialect(**facts.dialect), columns_needed=1)


def _whole(project: Project) -> tuple[TableFacts, Roles]:
    assert project.table is not None
    assert project.roles is not None
    return project.table, project.roles


def _rows(project: Project, rows: int, columns: list[str]) -> pd.DataFrame:
    return read_table(project, columns).iloc[:rows]


def _keep(project: Project, table: TableFacts, roles: Roles, whole: Assembled) -> Project:
    """Roles whose columns are gone with a file are guessed anew."""
    columns = list(whole.table.columns)
    forget_rows(project.folder, len(whole.table))
    if not set(roles.columns()) <= set(columns):
        roles = guess_roles(whole.table)
    kept = store_table(project, whole.table, replace(table, rows=len(whole.table), columns=columns), roles)
    for fix in whole.fixes:
        add_fix(project.folder, fix)
    return kept
