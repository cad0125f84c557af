"""Whatever bytes come: a table or a UserError, never another exception, and no row without a cell for each column."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.data.reading import read
from core.errors import UserError

NAMES = st.sampled_from(["a.csv", "a.json", "a.jsonl", "a.xlsx", "a.gz", "a"])
PIECES = st.sampled_from(
    [b"a", b"text", b",", b";", b"\t", b"|", b"\n", b"\r\n", b"\r", b'"', b'""', b"'", b"\\", b'\\"', b" ", b"sep=;\n", b"#x\n",
     b"\xc3\xa9", b"\xe9", b"\x8e", b"\0", b"\x81", b"\xff\xfe", b"\xe2\x80\xa8", b"\x1f\x8b", b"PK\x03\x04", b"PAR1", b"{", b"[",
     b'{"a":1}', b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"<html>", b"1,5", b"BZh9", b"\xc3\x83\xc2\xa9"]
)  # fmt: skip
CALM = settings(
    max_examples=250, deadline=None, suppress_health_check=list(HealthCheck), database=None, derandomize=True
)


def survives(content: bytes, name: str) -> None:
    try:
        reading = read(content, name, columns_needed=1)
    except UserError:
        return
    table = reading.table
    assert len(table) > 0
    assert len(set(table.columns)) == len(table.columns) == len(reading.names)
    assert not table.isna().to_numpy().any()


@CALM
@given(st.binary(max_size=300), NAMES)
def test_any_bytes(content: bytes, name: str) -> None:
    survives(content, name)


@CALM
@given(st.lists(PIECES, max_size=40).map(b"".join), NAMES)
def test_bytes_that_look_like_tables(content: bytes, name: str) -> None:
    survives(content, name)
    survives(gzip.compress(content), name)


@pytest.mark.parametrize("suffix", [".xlsx", ".xls", ".ods", ".zip", ".gz", ".csv", ".bz2"])
def test_real_files_with_some_bytes_changed(shared_data: Path, suffix: str) -> None:
    files = sorted(
        path
        for path in (shared_data / "odd_tables").rglob(f"*{suffix}")
        if path.stat().st_size < 40_000 and path.name != "MANIFEST.csv"
    )[:8]
    assert files

    @settings(CALM, max_examples=80)
    @given(
        st.sampled_from(files),
        st.lists(st.tuples(st.floats(0, 0.999), st.binary(max_size=3)), max_size=4),
        st.floats(0.1, 1),
    )
    def changed(path: Path, changes: list[tuple[float, bytes]], kept: float) -> None:
        content = bytearray(path.read_bytes())
        for place, piece in changes:
            at = int(place * len(content))
            content[at : at + len(piece)] = piece
        survives(bytes(content[: int(kept * len(content)) + 1]), path.name)

    changed()
