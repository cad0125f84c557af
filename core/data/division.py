"""How a text is divided: delimiter, quotation marks, lines above the header, whether there is a header."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from core.data.columns import NAMES, plain
from core.data.rows import split_lines, split_rows

DELIMITERS = [",", ";", "\t", "|"]
ROWS = 200
"""That decide."""

TITLES = 30
"""Lines above the header at most."""

KNOWN = frozenset(" ".join(NAMES.values()).split()) | {"id", "nom", "name", "date", "titre", "title", "index"}
NUMBER = re.compile(r"[-+]?[\d\s]*(?:[.,]\d+|(?<=\d))(?:[eE][-+]?\d+)?%?")
SEP = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)


@dataclass(frozen=True)
class Division:
    delimiter: str
    quote: str
    skipped: int
    header: bool
    width: int
    """Cells of most rows."""


def guess_division(sample: str, *, cut: bool) -> Division:
    """cut: the sample ends within a line, which then counts for nothing."""
    lines = split_lines(sample)
    if cut and len(lines) > 1:
        lines.pop()
    first = 0
    while first < len(lines) and not lines[first].strip():
        first += 1
    blank = first
    said = SEP.fullmatch(lines[first]) if first < len(lines) else None
    first += said is not None
    while first < len(lines) - 1 and _is_remark(lines[first]):
        first += 1
    quote = _quote(lines[first : first + ROWS])
    delimiter = said[1] if said else _delimiter(lines, first, quote)
    rows = [row for row, _ in zip(split_rows(lines, delimiter, quote, first), range(ROWS), strict=False)]
    whole = [row for row in rows if row.state != "broken"]
    if not whole:
        return Division(delimiter, quote, first if first > blank else 0, True, 1)
    width = Counter(len(row.cells) for row in whole).most_common(1)[0][0]
    place = header_place([row.cells for row in whole], width)
    header = is_header([row.cells for row in whole[place:]])
    skipped = whole[place].line - 1 if place or first > blank else 0
    return Division(delimiter, quote, skipped, header, width)


def _quote(lines: list[str]) -> str:
    """The apostrophe only where nearly every line has cells between two of them, and none has quotation marks."""
    filled = [line for line in lines if line.strip()]
    if not filled or any('"' in line for line in filled):
        return '"'
    pattern = re.compile(r"(?:^|[,;\t|])'[^']*'(?=[,;\t|\r\n]|$)")
    return "'" if sum(bool(pattern.search(line)) for line in filled) >= max(2, 0.8 * len(filled)) else '"'


def _delimiter(lines: list[str], first: int, quote: str) -> str:
    """The one that gives most rows the same number of cells, as many as the header; a tab for a single column."""
    best, delimiter = 0.0, ""
    for candidate in DELIMITERS:
        rows = [row for row, _ in zip(split_rows(lines, candidate, quote, first), range(ROWS), strict=False)]
        counts = [len(row.cells) for row in rows if row.state != "broken"]
        several = Counter(count for count in counts if count > 1)
        if not several:
            continue
        usual, times = several.most_common(1)[0]
        # Titles above the header are no rows of it.
        share = times / max(1, len(rows) - min(counts.index(usual), TITLES))
        if counts[0] != usual:
            text = "".join(lines[first : first + ROWS])
            # In prose a space follows a comma; in a table of commas it does not.
            prose = text.count(candidate + " ") * 2 > text.count(candidate)
            if share < 0.3 or (counts[0] == 1 and (share < 0.7 or prose or times < 3)):
                continue
            share *= 0.6
        score = share + 0.01 * min(usual, 20)
        if score > best:
            best, delimiter = score, candidate
    return delimiter or (" " if _by_spaces(lines, first, quote) else _for_one_column(lines, first, quote))


def _by_spaces(lines: list[str], first: int, quote: str) -> bool:
    """Every row has as many words as the header, and below one of its names stand numbers alone: this is no prose."""
    rows = [row.cells for row, _ in zip(split_rows(lines, " ", quote, first), range(ROWS), strict=False)]
    if len(rows) < 3 or len(rows[0]) < 2 or len({len(row) for row in rows}) > 1 or not all(map(all, rows)):
        return False
    columns = zip(*rows, strict=True)
    return any(not NUMBER.fullmatch(column[0]) and all(map(NUMBER.fullmatch, column[1:])) for column in columns)


def _for_one_column(lines: list[str], first: int, quote: str) -> str:
    """The header is one cell: what stands between the words of the rows below is part of their text."""
    for delimiter in ("\t", ";", ",", "|"):
        if all(len(row.cells) <= 1 for row in split_rows(lines, delimiter, quote, first)):
            return delimiter
    return "\t"


def header_place(rows: list[list[str]], width: int) -> int:
    """How many of the rows are titles: one cell filled, the first, where the others have several."""
    usual = Counter(sum(map(bool, row)) for row in rows).most_common(1)[0][0]
    if width < 2 or usual < 2:
        return 0
    for place, row in enumerate(rows[:TITLES]):
        alone = bool(row[0].strip()) and not any(cell.strip() for cell in row[1:])
        is_title = len(row) < 2 or alone or len(row) * 2 < width
        if any(cell.strip() for cell in row) and (not is_title or _is_known(row[0])):
            return place
    return 0


def _is_remark(line: str) -> bool:
    return line.startswith("#") and not any(delimiter in line for delimiter in DELIMITERS)


def _is_known(cell: str) -> bool:
    return plain(cell) in KNOWN


def is_header(rows: list[list[str]]) -> bool:
    """No header: a cell of the first row comes again and again below it, is as long as a text, or all are numbers."""
    first, below = rows[0], rows[1:]
    if any(_is_known(cell) for cell in first):
        return True
    filled = [cell.strip() for cell in first if cell.strip()]
    if filled and all(NUMBER.fullmatch(cell) for cell in filled):
        return not all(NUMBER.fullmatch(cell.strip()) for row in below[:20] for cell in row if cell.strip())
    if len(below) < 5:
        return True
    for place, cell in enumerate(first):
        column = [row[place] for row in below if len(row) > place]
        if cell.strip() and not NUMBER.fullmatch(cell.strip()) and column.count(cell) >= max(2, len(column) // 20):
            return below.count(first) > 0
        if len(cell) > 100 and sum(map(len, column)) > 50 * len(column):
            return False
    return True
