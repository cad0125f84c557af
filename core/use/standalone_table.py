"""The CSV that predict.py reads and writes: put into each of the programs that leave as predict.py (core.use.script)."""

import csv
import io
import sys
from pathlib import Path
from typing import NamedTuple


class Table(NamedTuple):
    """A CSV as it was read; `rows` have at least as many cells as there are columns."""

    delimiter: str
    header: list[str]
    names: list[str]
    """The columns as the training knew them."""
    rows: list[list[str]]

    def column(self, name: str) -> list[str]:
        """Its cells, without the spaces around them."""
        return [row[self.names.index(name)].strip() for row in self.rows]

    def texts(self, parts: list[str]) -> list[str]:
        """A text of several columns: its parts one under the other, as in the training."""
        return ["\n".join(filter(None, cells)) for cells in zip(*map(self.column, parts), strict=True)]

    def write(self, target: Path, added: list[str], answers: list[list[str]]) -> None:
        """The same with further columns, under names that no column has; a row with more cells than the header keeps them, behind."""
        columns: list[str] = []
        for name in added:
            while name in (*self.names, *columns):
                name += "_"
            columns.append(name)
        width = len(self.names)
        with target.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file, delimiter=self.delimiter)
            writer.writerow([*self.header, *columns])
            for row, answer in zip(self.rows, answers, strict=True):
                writer.writerow([*row[:width], *answer, *row[width:]])


def read_table(source: Path, needed: list[str]) -> Table:
    """Ends the program when there are no rows, or a column that is needed is not there."""
    content = decoded(source)
    delimiter = max(",;\t", key=content.split("\n", 1)[0].count)
    csv.field_size_limit(len(content) + 1)
    lines = [row for row in csv.reader(io.StringIO(content, newline=""), delimiter=delimiter) if any(row)]
    header, *rows = lines or [[]]
    names = named(header)
    if not rows or not set(needed) <= set(names):
        wanted = " and ".join(f"“{name}”" for name in needed)
        sys.exit(f"{source} needs rows, and the columns {wanted}.")
    return Table(delimiter, header, names, [row + [""] * (len(names) - len(row)) for row in rows])


def decoded(source: Path) -> str:
    """The text of a file in UTF-8, in UTF-16 with its mark, or as Excel saves it in Western Europe."""
    content = source.read_bytes()
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252")


def named(header: list[str]) -> list[str]:
    """The columns as the training knew them: spaces stripped, empty names by their place, repeated ones numbered."""
    names: list[str] = []
    for place, cell in enumerate(header, start=1):
        base = " ".join(cell.split()) or f"column {place}"
        candidate, number = base, 2
        while candidate in names:
            candidate, number = f"{base} ({number})", number + 1
        names.append(candidate)
    return names
