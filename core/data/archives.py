"""What a file is packed in: gzip, bz2, xz, zip. Nothing is written to the disk, and nothing unpacked beyond the limit."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import IO, Any

from core.errors import UserError

LIMIT = 200 * 1024 * 1024
"""Largest upload read, in bytes, packed and unpacked; .streamlit/config.toml refuses larger ones before they come."""

RATIO = 300
"""Bytes out of one byte: tables give 5 to 30, one that repeats a single row a little more."""

HARMLESS = 20 * 1024 * 1024
"""What unpacks to less than this is unpacked whatever its ratio."""

TABLES = {".csv", ".tsv", ".txt", ".tab", ".psv", ".ssv", ".json", ".jsonl", ".ndjson", ".xlsx", ".xls", ".ods",
          ".parquet", ".dat", ".asc", ""}  # fmt: skip
STREAMS = {b"\x1f\x8b": "gzip", b"BZh": "bz2", b"\xfd7zXZ\0": "xz"}


def kind_of_stream(beginning: bytes) -> str | None:
    return next((kind for start, kind in STREAMS.items() if beginning.startswith(start)), None)


def unpack_stream(content: bytes, name: str, kind: str) -> bytes:
    """Raises UserError: archive_bomb, archive_too_large, archive_damaged."""
    opened: Any = {"gzip": gzip.open, "bz2": bz2.open, "xz": lzma.open}[kind]
    try:
        with opened(io.BytesIO(content)) as file:
            return _within_limits(file, len(content), name)
    except (OSError, EOFError, lzma.LZMAError, zlib.error, ValueError):
        raise UserError("archive_damaged", name=name) from None


def tables_in(content: bytes, name: str) -> tuple[zipfile.ZipFile, list[str]]:
    """The files of a zip that can be tables, in their order. Raises UserError: the archive_… ones."""
    archive = open_zip(content, name)
    inside = [
        info
        for info in archive.infolist()
        if info.filename
        and not info.is_dir()
        and not info.filename.startswith("__MACOSX/")
        and not _is_hidden(info.filename)
    ]
    tables = [info.filename for info in inside if PurePosixPath(info.filename).suffix.lower() in TABLES]
    if not tables and len(inside) == 1:
        tables = [inside[0].filename]
    if not tables:
        found = ", ".join(info.filename for info in inside[:5])
        raise UserError("archive_without_table", name=name, found=found or "—")
    return archive, tables


def open_zip(content: bytes, name: str) -> zipfile.ZipFile:
    """A zip whose every file is named, sized and closed as it should be; nothing is unpacked yet."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        infos = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError, IndexError):
        raise UserError("archive_damaged", name=name) from None
    for info in infos:
        path = info.filename.replace("\\", "/")
        if path.startswith("/") or ".." in path.split("/") or path[1:2] == ":":
            raise UserError("archive_path", name=name, path=info.filename)
        if info.flag_bits & 1:
            raise UserError("archive_password", name=name)
    total = sum(info.file_size for info in infos)
    _check(total, len(content), name)
    return archive


def unpack_member(archive: zipfile.ZipFile, member: str, name: str) -> bytes:
    """One file of a zip; what it says of its size is not believed."""
    try:
        info = archive.getinfo(member)
    except KeyError:
        raise UserError("member_not_found", name=name, member=member) from None
    try:
        with archive.open(info) as file:
            return _within_limits(file, info.compress_size, name)
    except (zipfile.BadZipFile, OSError, EOFError, zlib.error, lzma.LZMAError, NotImplementedError, RuntimeError, ValueError):  # fmt: skip
        raise UserError("archive_damaged", name=name) from None


def _within_limits(file: IO[bytes], packed: int, name: str) -> bytes:
    """All of it, unless it grows beyond the limits while it comes out."""
    parts, size = [], 0
    while part := file.read(1024 * 1024):
        size += len(part)
        _check(size, packed, name)
        parts.append(part)
    return b"".join(parts)


def _check(size: int, packed: int, name: str) -> None:
    if size > HARMLESS and size > RATIO * max(packed, 1):
        raise UserError("archive_bomb", name=name, size=size)
    if size > LIMIT:
        raise UserError("archive_too_large", name=name, limit=LIMIT)


def _is_hidden(path: str) -> bool:
    return PurePosixPath(path).name.startswith(".") or PurePosixPath(path).name.lower() in ("thumbs.db", "desktop.ini")
