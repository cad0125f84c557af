"""Files whose cells are kept apart already: JSON, JSON Lines, Parquet."""

from __future__ import annotations

import json
from typing import Any

from core.data.archives import LIMIT
from core.data.dialect import SetAside
from core.data.rows import refuse_sparse
from core.errors import UserError

Rows = tuple[list[str], list[list[str]], list[SetAside]]
"""Header, rows under it, and what is no row."""


def looks_like_json(text: str, name: str) -> str:
    """ "json", "jsonl" or "" for something else."""
    suffix = name.lower().rpartition(".")[2]
    if suffix in ("json", "jsonl", "ndjson"):
        return "json" if suffix == "json" else "jsonl"
    start = text.lstrip()[:200]
    if start.startswith("{") and '":' in start.replace('" :', '":'):
        return "json"
    return "json" if start.startswith("[") and start[1:].lstrip().startswith(("{", "[")) else ""


def read_json(text: str, name: str, kind: str) -> Rows | None:
    """A list of objects, a list of lists, columns by name, or one such thing within an object; objects line by line.

    None: no JSON, and its name does not say so either. Raises UserError: json_broken, json_without_table, table_sparse.
    """
    rows = _lines(text, name) if kind == "jsonl" else _whole(text, name)
    if rows is not None and not rows[0]:
        raise UserError("json_without_table", name=name)
    return rows


def _whole(text: str, name: str) -> Rows | None:
    try:
        value = _parse(text)
    except RecursionError:
        raise UserError("json_without_table", name=name) from None
    except ValueError as error:
        if _is_object(text.lstrip().split("\n", 1)[0]):
            return _lines(text, name)
        if not name.lower().endswith(".json"):
            return None
        raise UserError("json_broken", name=name, row=getattr(error, "lineno", 1)) from None
    rows = _table(value, name)
    if rows is None and isinstance(value, dict):
        found = [rows for each in value.values() if (rows := _table(each, name)) is not None]
        rows = max(found, key=lambda each: len(each[1])) if found else _table([value], name)
    if rows is None:
        raise UserError("json_without_table", name=name)
    return rows


def _parse(text: str) -> Any:
    # Numbers stay as they are written: 1.10 is no 1.1.
    return json.loads(text, parse_float=str, parse_int=str, parse_constant=str)


def _is_object(line: str) -> bool:
    try:
        return isinstance(_parse(line), dict)
    except (ValueError, RecursionError):
        return False


def _lines(text: str, name: str) -> Rows:
    objects: list[dict[str, Any]] = []
    set_aside: list[SetAside] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            value = _parse(line)
        except (ValueError, RecursionError):
            value = None
        if isinstance(value, dict):
            objects.append(value)
        else:
            set_aside.append(SetAside(number, (line.strip(),), "not_an_object"))
    if not objects:
        raise UserError("json_without_table", name=name)
    header, rows = _of_objects(objects, name)
    return header, rows, set_aside


def _table(value: Any, name: str) -> Rows | None:
    """A list of objects or of lists; an object of columns, each a list or numbered as pandas does it."""
    if isinstance(value, list) and value:
        if all(isinstance(each, dict) for each in value):
            return (*_of_objects(value, name), [])
        if all(isinstance(each, list) for each in value) and len(value) > 1:
            width = max(map(len, value))
            refuse_sparse(width, len(value) * width - sum(map(len, value)), name)
            lines = [[*map(_text, each), *[""] * (width - len(each))] for each in value]
            return lines[0], lines[1:], []
        return None
    if isinstance(value, dict) and value:
        if set(value) >= {"columns", "data"} and isinstance(value["columns"], list) and isinstance(value["data"], list):
            return _table([value["columns"], *value["data"]], name)
        columns = [list(each.values()) if isinstance(each, dict) else each for each in value.values()]
        if all(isinstance(each, list) and each for each in columns) and len({len(each) for each in columns}) == 1:
            if any(isinstance(cell, dict | list) for cell in columns[0]):
                return None
            return list(value), [list(map(_text, row)) for row in zip(*columns, strict=True)], []
    return None


def _of_objects(objects: list[dict[str, Any]], name: str) -> tuple[list[str], list[list[str]]]:
    header = list(dict.fromkeys(key for each in objects for key in each))
    refuse_sparse(len(header), len(header) * len(objects) - sum(map(len, objects)), name)
    return header, [[_text(each.get(key)) for key in header] for each in objects]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return _sound(value)
    return _sound(json.dumps(value, ensure_ascii=False))


def _sound(text: str) -> str:
    """JSON may hold halves of a character, which no file can."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "")


def read_parquet(content: bytes, name: str) -> Rows:
    """Raises UserError: parquet_damaged, archive_too_large, no_rows."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(pa.BufferReader(content)) as file:
            groups = [file.metadata.row_group(place) for place in range(file.num_row_groups)]
            cells = file.metadata.num_rows * max(1, file.metadata.num_columns)
            if sum(group.total_byte_size for group in groups) > LIMIT or cells > LIMIT // 8:
                raise UserError("archive_too_large", name=name, limit=LIMIT)
            table = file.read()
    except (pa.ArrowException, OSError, ValueError, KeyError, IndexError):
        raise UserError("parquet_damaged", name=name) from None
    if not table.num_columns:
        raise UserError("no_rows", name=name, columns="—")
    columns = [[_cell(value) for value in column.to_pylist()] for column in table.columns]
    return list(map(str, table.column_names)), [list(row) for row in zip(*columns, strict=True)], []


def _cell(value: Any) -> str:
    if isinstance(value, bytes):
        return _sound(value.decode("utf-8", "replace"))
    if isinstance(value, list | dict):
        return _sound(json.dumps(value, ensure_ascii=False, default=str))
    return "" if value is None else _sound(str(value))
