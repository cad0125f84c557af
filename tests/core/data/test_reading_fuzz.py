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


def survives(content: bytes, name: str, code: str | None = None) -> None:
    """code: of the refusal, "" for none, None for whatever comes."""
    try:
        reading = read(content, name, columns_needed=1)
    except UserError as error:
        found = error.code
    else:
        found = ""
    assert code in (None, found)
    if found:
        return
    table = reading.table
    assert len(table) > 0
    assert len(set(table.columns)) == len(table.columns) == len(reading.names)
    assert not table.isna().to_numpy().any()


HUGE = 250_000
FOUND = {
    "objects without a name": (b"[{}]", "json_without_table"),
    "lines of objects without a name": (b"{}\n{}", "json_without_table"),
    "a file without a name in a zip": (b"PK\x01\x02" + bytes(42) + b"PK\x05\x06" + bytes(4) + b"\1\0\1\0.\0\0\0" + bytes(6),
                                       "archive_without_table"),
    "rows of all digits but one sign": (b"1" * HUGE + b"x,b\n1,2\n", ""),
    "a header of one name again and again": (b"a," * 16_000 + b"\n" + b"1," * 16_000 + b"\n", ""),
    "a header of delimiters": (b"a" + b"," * 16_000 + b"\n" + b"1\n" * 20, ""),
    "more columns than any sheet has": (b"a" + b"," * 20_000 + b"\n" + b"1\n" * 20, "too_many_columns"),
    "short rows under a header without end": (b"a," * 16_000 + b"\n" + b"x,y\n" * 10_000, "table_sparse"),
    "an object a name": (b"[" + b",".join(b'{"k%d":1}' % place for place in range(10_000)) + b"]", "table_sparse"),
    "a long list among short ones": (b"[[" + b"1," * 100_000 + b"1]" + b",[1]" * 1000 + b"]", "table_sparse"),
}  # fmt: skip
"""What a fuzzer and the search for hangs have found once: a crash, minutes of work, or all the memory there is."""


@pytest.mark.parametrize("case", FOUND)
def test_what_was_found_once(case: str) -> None:
    content, code = FOUND[case]
    name = "a.zip" if content.startswith(b"PK") else "a.json" if content.startswith((b"[", b"{")) else "a.csv"
    survives(b"PK\x03\x04" + content if name == "a.zip" else content, name, code)


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
