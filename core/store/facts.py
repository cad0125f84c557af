"""What is known of a project's table: how each of its files was understood, and how those after the first were put under it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.data.reading import Reading


TOLD = 100
"""Rows set aside that the database is told of."""


@dataclass(frozen=True)
class AddedFile:
    """A file whose rows stand below those of the files before it."""

    facts: TableFacts
    """Of this file alone: its own columns, its own rows."""
    mapping: dict[str, str]
    """Its columns and where they went: into a column of the table, or one of their own. Those not named were left out."""
    before: list[str]
    """The columns of the table without this file and those after it."""
    fingerprint: str
    """sha256 of the file."""
    repeated: int
    """Rows that said the same as rows above, under the same label or with none."""
    contradicting: int
    """Rows that said the same under another label."""
    leave_out: bool
    """The repeated rows were set aside."""


@dataclass(frozen=True)
class TableFacts:
    """What an upload was understood as. set_aside: (line in the file, reason code, raw text, cut), of the first rows of
    `rows_aside`; core.store.aside has them whole.

    Of a table made of several files: rows and columns are those of the whole, all else is of the first file.
    """

    name: str
    size: int
    encoding: str
    delimiter: str
    rows: int
    columns: list[str]
    set_aside: list[tuple[int, str, str]]
    dialect: dict[str, Any] = field(default_factory=dict)
    """The parts of a Dialect; empty in projects older than this."""
    notes: list[tuple[str, dict[str, int | str]]] = field(default_factory=list)
    members: list[str] = field(default_factory=list)
    rows_aside: int = 0
    added: list[AddedFile] = field(default_factory=list)

    def rows_before(self, place: int) -> int:
        """Rows of the files above the one added at `place` (0-based)."""
        return self.rows - sum(file.facts.rows for file in self.added[place:])


def facts_of(reading: Reading, name: str, size: int) -> TableFacts:
    """size: bytes of the upload."""
    return TableFacts(
        name=name,
        size=size,
        encoding=reading.dialect.encoding,
        delimiter=reading.dialect.delimiter,
        rows=len(reading.table),
        columns=list(reading.table.columns),
        set_aside=[row.shown() for row in reading.set_aside[:TOLD]],
        rows_aside=len(reading.set_aside),
        dialect=asdict(reading.dialect),
        notes=[(note.code, note.facts) for note in reading.notes],
        members=list(reading.members),
    )


def facts_from(kept: dict[str, Any]) -> TableFacts:
    """kept: as JSON has it."""
    lists = {key: [tuple(entry) for entry in kept.get(key, [])] for key in ("set_aside", "notes")}
    added = [AddedFile(**{**entry, "facts": facts_from(entry["facts"])}) for entry in kept.get("added", [])]
    # Older projects have no count: they were told of every row.
    return TableFacts(**{"rows_aside": len(lists["set_aside"]), **kept, **lists, "added": added})
