"""Files large enough to be mapped and looked at in parts: read as small ones are, wherever the parts are cut."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.data.quick import CHUNK, read_quickly
from core.data.reading import MAPPED, read
from core.data.utf8 import PART, is_utf8

ROW = '"Le colis n° {}, « très » abîmé, est arrivé",livraison\n'


def rows(size: int) -> str:
    block = "".join(ROW.format(place) for place in range(2000))
    return block * (size // len(block.encode()) + 1)


@pytest.mark.parametrize(
    ("encoding", "oddity"),
    [
        ("utf-8", ""),
        ("utf-8-sig", ""),
        ("cp1252", ""),
        ("utf-8", "\n\n"),
        ("utf-8", '"deux\nlignes",retour\n'),
        ("utf-8", '"ouvert,retour\n'),
        ("utf-8", "trop,de,cellules\n"),
    ],
    ids=["clean", "with BOM", "cp1252", "blank lines", "line break in a cell", "open quotation mark", "too many cells"],
)
def test_a_mapped_file_is_read_as_its_bytes_are(tmp_path: Path, encoding: str, oddity: str) -> None:
    body = rows(MAPPED)
    content = f"texte,motif\n{body}{oddity}{body[: body.index(chr(10)) + 1]}".encode(encoding)
    path = tmp_path / "messages.csv"
    path.write_bytes(content)
    mapped, held = read(path, path.name), read(content, path.name)
    assert mapped.table.equals(held.table)
    assert (mapped.dialect, mapped.set_aside, mapped.notes) == (held.dialect, held.set_aside, held.notes)
    assert (
        mapped.table["texte"].iloc[0] == mapped.table["texte"].iloc[-1] == "Le colis n° 0, « très » abîmé, est arrivé"
    )
    in_oddity = bool(oddity.strip())
    assert len(mapped.table) + len(mapped.set_aside) == body.count("\n") + in_oddity + 1


@pytest.mark.parametrize("shift", range(-4, 5))
def test_a_character_may_lie_across_two_parts(shift: int) -> None:
    before = b"a" * (PART + shift)
    assert is_utf8(before + "é€😀".encode() + b"b" * PART)
    assert not is_utf8(before + "é".encode()[:1] + b"b" * PART)
    assert not is_utf8(before + b"\x80" * 9 + b"b" * PART)


@pytest.mark.parametrize("shift", range(-3, 4))
@pytest.mark.parametrize(
    ("middle", "is_clean"),
    [('"a","b"\n', True), ('"a ""b"" c",d\n', True), ('"a\nb",c\n', True), ('"a"b,c\n', False), ('"a,b\nc,d\n', False)],
)
def test_quotation_marks_are_seen_where_two_parts_meet(middle: str, shift: int, is_clean: bool) -> None:
    before = "x" * (CHUNK - 3 - len(middle) + shift) + ",y\n"
    table = read_quickly(f"{before}{middle}z,z\n".encode(), 0, ["one", "two"], ",", '"')
    assert (table is not None) == is_clean
    if table is not None:
        assert len(table) == 3
