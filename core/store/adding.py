"""Files added to a project's table, on disk: each as it was received, in a folder of its own, and the table made of all."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.data.columns import Roles
from core.data.combining import below, check_mapping, kept_mapping, mapped, overlap
from core.data.dialect import Dialect
from core.data.fixes import Fix
from core.data.reading import read
from core.home import file_name, write_bytes
from core.store.facts import AddedFile, TableFacts, facts_of

if TYPE_CHECKING:
    import pandas as pd

    from core.data.reading import Reading

ROOM = "added"


@dataclass(frozen=True)
class Assembled:
    table: pd.DataFrame
    added: list[AddedFile]
    fixes: list[Fix]
    """That set the repeated rows aside, where that was wanted."""


def added_upload(folder: Path, place: int) -> Path:
    """The file added at `place` (0-based), as it was received. folder: the project's."""
    return next((folder / ROOM / str(place + 1)).iterdir())


def keep_added_upload(folder: Path, place: int, content: bytes, name: str) -> None:
    forget_uploads(folder, place)
    room = folder / ROOM / str(place + 1)
    room.mkdir(parents=True)
    write_bytes(room / file_name(name), content)


def forget_uploads(folder: Path, first: int = 0) -> None:
    """Of the files added at `first` and after it."""
    for room in (folder / ROOM).glob("*"):
        if int(room.name) > first:
            shutil.rmtree(room)


def fingerprint_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def put_below(
    table: pd.DataFrame,
    roles: Roles,
    reading: Reading,
    facts: TableFacts,
    mapping: dict[str, str],
    fingerprint: str,
    leave_out: bool,
) -> Assembled:
    """One file under the table. Raises UserError: those of check_mapping."""
    columns = list(table.columns)
    check_mapping(facts.name, reading.table, mapping, columns, roles)
    rows = mapped(reading.table, mapping, columns)
    found = overlap(table, rows, roles)
    fixes = []
    if leave_out and found.repeated:
        numbers = tuple(len(table) + row for row in found.repeated)
        fixes.append(Fix(code="duplicate", roles=roles, does="aside", rows=numbers))
    file = AddedFile(
        facts=facts,
        mapping=mapping,
        before=columns,
        fingerprint=fingerprint,
        repeated=len(found.repeated),
        contradicting=len(found.contradicting),
        leave_out=leave_out,
    )
    return Assembled(below(table, rows), [file], fixes)


def put_back(folder: Path, table: pd.DataFrame, roles: Roles, files: Sequence[AddedFile], first: int = 0) -> Assembled:
    """Files that were added before, under a table whose beginning was read again. first: the place of the first of them.

    Raises UserError: those of check_mapping, of a file that no longer fits.
    """
    added: list[AddedFile] = []
    fixes: list[Fix] = []
    for place, file in enumerate(files, start=first):
        facts = file.facts
        reading = read(added_upload(folder, place), facts.name, Dialect(**facts.dialect), columns_needed=1)
        mapping = kept_mapping(file.mapping, reading.table, list(table.columns), roles)
        one = put_below(
            table, roles, reading, facts_of(reading, facts.name, facts.size), mapping, file.fingerprint, file.leave_out
        )
        table, added, fixes = one.table, [*added, *one.added], [*fixes, *one.fixes]
    return Assembled(table, added, fixes)
