"""What a reading says of a file beside its rows: how the bytes were read, what was set aside, what is worth knowing."""

from __future__ import annotations

import mmap
from dataclasses import dataclass, field

from core.words import N_, Words

Content = bytes | mmap.mmap
"""A file in memory, or mapped into it: both are sliced into bytes and searched with `find`."""

TOLD = 300
"""Characters of a row that was set aside, on screen."""


@dataclass(frozen=True)
class Dialect:
    """How the bytes are to be read; each part may be overruled by the person who knows the file."""

    encoding: str
    delimiter: str
    quote: str = '"'
    """"" for none: quotation marks are then part of the cells."""
    escape: str = ""
    """A backslash where it takes the place of a doubled quotation mark."""
    header: bool = True
    skipped: int = 0
    """Lines above the header: titles, blank lines, "sep=;"."""
    newline: str = "\n"
    """Of the first lines; "\\r" alone is that of Macs before 2001."""
    container: str = "text"
    """text, gzip, bz2, xz, zip, xlsx, xls, ods, parquet, json, jsonl."""
    member: str = ""
    """The sheet of a workbook, the file of an archive."""
    repair: bool = False
    """Text that was encoded twice ("Ã©" for "é") is put right."""


@dataclass(frozen=True)
class SetAside:
    line: int
    """In the file, from 1; the first one of a row over several lines."""
    cells: tuple[str, ...]
    reason: str

    def shown(self) -> tuple[int, str, str]:
        """Line, reason code, and what the row holds, cut with a mark: as people are told of it."""
        held = " | ".join(self.cells)
        return self.line, self.reason, held if len(held) <= TOLD else held[: TOLD - 1] + "…"


@dataclass(frozen=True)
class Note:
    """Something a person should know of how the file was read; its sentence stands in NOTES."""

    code: str
    facts: dict[str, int | str] = field(default_factory=dict)

    def sentence(self, words: Words) -> str:
        facts = {name: words.integer(value) if isinstance(value, int) else value for name, value in self.facts.items()}
        return words.gettext(NOTES[self.code]).format(**facts)


NOTES: dict[str, str] = {
    "encoding_guessed": N_("The file does not say its encoding; it was taken to be {encoding}."),
    "mixed_encodings": N_("Two encodings in one file: lines read as {encoding} instead of UTF-8: {count}."),
    "undecodable": N_("Bytes that make no character, shown as “�”: {count}; the first in line {row}."),
    "nuls_removed": N_("Null bytes removed from the text: {count}."),
    "mojibake": N_("Accents seem to have been encoded twice (“Ã©” for “é”), {count} times or more."),
    "repaired": N_("Accents that had been encoded twice were put right."),
    "sep_line": N_("The first line names the delimiter (“sep={delimiter}”)."),
    "titles_skipped": N_("Lines above the header, set aside: {count}."),
    "no_header": N_("No row of names was found, so the columns are numbered and every row counts."),
    "short_header": N_("The rows have more cells than the header; columns without a name are numbered."),
    "index_column": N_("The first column has no name; it seems to number the rows."),
    "empty_columns": N_("Empty columns without a name, left out: {count}."),
    "filled_rows": N_("Rows shorter than the header, filled with empty cells: {count}."),
    "quotes_mended": N_("Rows with quotation marks neither doubled nor closed, read all the same: {count}."),
    "escaped_quotes": N_("Quotation marks inside the cells are written with a backslash."),
    "one_of_several": N_("{count} sheets or tables in this file; “{member}” was read."),
}
