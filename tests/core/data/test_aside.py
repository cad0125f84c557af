"""The file of rows set aside holds each of them whole, for the spreadsheet of that language, and starts nothing there."""

from __future__ import annotations

import csv

from core.data.aside import REASONS, set_aside_csv
from core.data.reading import read
from core.words import Words


def test_every_cell_is_whole_in_the_file_and_none_is_executed() -> None:
    long = "mot " * 1000
    content = f'texte;sujet\na;b\n"deux; lignes";=1+1;{long}\n;;\nb;c;-5\n"jamais fermé;d\n'.encode()
    rows = read(content, "t.csv").set_aside
    for language, delimiter in (("fr", ";"), ("en", ",")):
        words = Words(language)
        text = set_aside_csv(rows, words).decode("utf-8-sig")
        found = list(csv.reader(text.splitlines(keepends=True), delimiter=delimiter))
        why = {code: words.gettext(reason) for code, reason in REASONS.items()}
        assert found[1:] == [
            ["3", why["too_many_cells"], "deux; lignes", "'=1+1", long],
            ["4", why["empty"], "", "", ""],
            ["5", why["too_many_cells"], "b", "c", "-5"],
            ["6", why["broken_quote"], '"jamais fermé;d'],
        ]


def test_every_reason_of_a_reading_has_its_words() -> None:
    lines = read(b'{"a": 1, "b": 2}\n3\n', "t.jsonl").set_aside
    sheet = read(b"Rapport 2026\n\na,b\n1,2\n" + b"1,2\n" * 9 + b'3,4,5\n,,\n"6,7\n', "t.csv").set_aside
    assert {row.reason for row in (*lines, *sheet)} == set(REASONS)
