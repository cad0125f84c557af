"""Tables on disk. One file read as one file: Arrow's data set machinery, which pandas calls for, weighs 40 MB more."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from core.home import write_whole

if TYPE_CHECKING:
    import pandas as pd


def read_frame(path: Path, columns: list[str] | None = None) -> pd.DataFrame:
    """A frame with text columns as Arrow strings; `columns` limits what is loaded, in the order given."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        table = file.read(columns=columns)
    kept = table.select(columns) if columns is not None else table
    return kept.to_pandas(types_mapper={pa.string(): pd.StringDtype("pyarrow")}.get)


def read_slice(path: Path, first: int, count: int) -> pd.DataFrame:
    """`count` rows from row `first` (0-based); only the row groups that hold them are read."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        before, groups = 0, []
        start: int | None = None
        for place in range(file.num_row_groups):
            rows = file.metadata.row_group(place).num_rows
            if before + rows > first and before < first + count:
                start = before if start is None else start
                groups.append(place)
            before += rows
        table = file.read_row_groups(groups) if groups else pa.table({name: [] for name in file.schema_arrow.names})
    return table.slice(first - (start or 0), count).to_pandas()


def write_frame(path: Path, frame: pd.DataFrame) -> None:
    """Whole or not at all; row groups of 10,000 rows, so that a page of a large table is quick to read."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_pandas(frame, preserve_index=False)
    write_whole(path, lambda aside: pq.write_table(table, aside, row_group_size=10_000))
