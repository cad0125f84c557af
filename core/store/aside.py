"""The rows that were set aside, whole, beside the table: set_aside.parquet. The database knows the first of them, cut."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.data.dialect import SetAside
from core.home import write_whole

if TYPE_CHECKING:
    from pathlib import Path

FILE = "set_aside.parquet"


def write_set_aside(folder: Path, rows: Sequence[SetAside]) -> None:
    """No file where there is none of them."""
    if not rows:
        (folder / FILE).unlink(missing_ok=True)
        return
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table(
        {
            "line": pa.array([row.line for row in rows], pa.int64()),
            "reason": pa.array([row.reason for row in rows], pa.string()),
            "cells": pa.array([list(row.cells) for row in rows], pa.list_(pa.string())),
        }
    )
    write_whole(folder / FILE, lambda aside: pq.write_table(table, aside))


def read_set_aside(folder: Path, told: Sequence[tuple[int, str, str]]) -> list[SetAside]:
    """All of them, in the order of the file. A project older than this has but what its database was told of them."""
    import pyarrow.parquet as pq

    path = folder / FILE
    if not path.exists():
        return [SetAside(line, (held,), reason) for line, reason, held in told]
    with pq.ParquetFile(path) as file:
        rows = file.read().to_pylist()
    return [SetAside(row["line"], tuple(row["cells"]), row["reason"]) for row in rows]
