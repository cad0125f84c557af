"""What is wrong with quotation marks stays within its row, and what only looks wrong is read."""

from __future__ import annotations

import random

import pytest

from core.data.reading import read
from tests.core.data.test_reading import cells


@pytest.mark.parametrize(
    ("content", "line", "raw", "rows"),
    [
        (b'text,label\na,b\n"never closed,c\nd,e\nf,g\n', 3, '"never closed,c', [["a", "b"], ["d", "e"], ["f", "g"]]),
        (b'label,text\na,b\nc,"never closed\nd,e\n', 3, 'c,"never closed', [["a", "b"], ["d", "e"]]),
        (
            b'text,label\n"two\nlines",a\n"never closed;b\n"d",e\n',
            4,
            '"never closed;b',
            [["two\nlines", "a"], ["d", "e"]],
        ),
        (
            b'text,label\n"open,a\nb,c\nb,c\nb,c\nb,c\nb,c\nb,c\ninch 5",d\n',
            2,
            '"open,a',
            [["b", "c"]] * 6 + [['inch 5"', "d"]],
        ),
    ],
)
def test_a_quotation_mark_never_closed_costs_its_own_line_and_swallows_nothing(
    content: bytes, line: int, raw: str, rows: list[list[str]]
) -> None:
    reading = read(content, "mails.csv")
    assert [(row.line, row.cells, row.reason) for row in reading.set_aside] == [(line, (raw,), "broken_quote")]
    assert cells(reading.table) == rows


def test_a_letter_with_one_comma_a_line_is_one_cell() -> None:
    letter = "\n".join(["Bonjour, Madame", *["je vous écris, encore"] * 8, "Merci, à bientôt"])
    reading = read(f'texte,thème\n"{letter}",a\n"{letter}",b\nc,d\n'.encode(), "t.csv")
    assert cells(reading.table) == [[letter, "a"], [letter, "b"], ["c", "d"]]
    assert reading.set_aside == ()


def test_quotation_marks_within_a_cell_are_read_where_only_one_division_fits() -> None:
    reading = read(b'text,label\n"she said "no" to me, twice",x\na,y\n', "x.csv")
    assert cells(reading.table) == [['she said "no" to me, twice', "x"], ["a", "y"]]
    assert [note.code for note in reading.notes] == ["quotes_mended"]
    assert cells(read(b'text,label\na 5" screen,b\nc,d\n', "x.csv").table) == [['a 5" screen', "b"], ["c", "d"]]


def test_long_cells_are_the_same_by_the_quick_way_and_by_the_careful_one() -> None:
    """A row with too many cells sends the same file the careful way."""
    for seed in range(300):
        chance = random.Random(seed)
        rows = []
        for _ in range(chance.randint(3, 15)):
            lines = chance.choices(["line", "l, m", "l,m", "l,m"], k=chance.choice([1, 1, 4, 9, 12]))
            rows.append('"{}",{}'.format("\n".join(lines), chance.choice(["a", "b c", '"x, y"'])))
        content = "\n".join(["text,label", *rows, ""]).encode()
        quick, careful = read(content, "t.csv"), read(content + b"1,2,3,4\n", "t.csv")
        assert cells(quick.table) == cells(careful.table), seed
        assert quick.set_aside == careful.set_aside[:-1], seed
