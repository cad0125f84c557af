"""Where Parafine keeps things, and how a file is written so that it is whole or absent.

PARAFINE_HOME names the folder; without it, the platform's own place for a user's data.
"""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from platformdirs import user_data_path

from core.errors import UserError
from core.words import N_

DISK_FLOOR = 30_000_000
"""Bytes that must stay free while a job works: below, its last words and the database may find no room."""

RESERVE = 4_000_000
"""Bytes of a file that is given up when the disk is full, so that the database can still write what became of the work."""

REPLACE_TRIES = 20
"""Times that a file is put in place, a tenth of a second apart, before it counts as refused."""

WHY = {
    errno.EACCES: N_("it has no right to write there"),
    errno.EPERM: N_("it has no right to write there"),
    errno.EROFS: N_("the disk can only be read"),
    errno.ENOSPC: N_("the disk is full"),
    errno.EEXIST: N_("this is a file, not a folder"),
    errno.ENOTDIR: N_("this is a file, not a folder"),
}


def home() -> Path:
    """The folder of all projects, made when absent. Raises UserError("home_unusable")."""
    named = os.environ.get("PARAFINE_HOME")
    folder = Path(named).expanduser() if named else user_data_path("parafine", appauthor=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError("home_unusable", folder=folder, problem=why(error)) from None
    return folder.resolve()


def why(error: OSError) -> str:
    """What the system says, as a message that can be translated where we have one."""
    return WHY.get(error.errno or 0, error.strerror or str(error))


def locks_folder() -> Path:
    folder = home() / "locks"
    folder.mkdir(exist_ok=True)
    return folder


def require_room(needed: int) -> None:
    """Raises UserError("disk_full") when the home's disk has less than `needed` bytes left."""
    free = shutil.disk_usage(home()).free
    if free < needed:
        raise UserError("disk_full", free=free, needed=needed, missing=needed - free)


def keep_reserve() -> None:
    """Takes the reserve, or takes it again where there is room for it ten times over."""
    path = home() / "reserve"
    if not path.exists() and shutil.disk_usage(path.parent).free > 10 * RESERVE:
        # Real bytes: a file with a hole would hold nothing back.
        write_bytes(path, os.urandom(RESERVE))


def give_up_reserve() -> bool:
    """Whether there was a reserve to give up."""
    path = home() / "reserve"
    try:
        path.unlink()
    except OSError:
        return False
    return True


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Lets `write` fill a file beside `path`, then puts it in place in one step."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(descriptor)
    aside = Path(name)
    try:
        write(aside)
        _put_in_place(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def file_name(name: str) -> str:
    """Of an upload, harmless as the name of a file here."""
    return re.sub(r"[^\w.\- ]+", "_", Path(name).name).strip(". ")[-120:] or "upload.csv"


def _put_in_place(aside: Path, path: Path) -> None:
    """Windows refuses to replace a file while somebody reads it; nobody reads one for long."""
    for _ in range(REPLACE_TRIES - 1):
        try:
            aside.replace(path)
            return
        except PermissionError:
            time.sleep(0.1)
    aside.replace(path)


def write_bytes(path: Path, content: bytes) -> None:
    write_whole(path, lambda aside: aside.write_bytes(content))


def write_json(path: Path, value: Any) -> None:
    """value: what json can hold; written readable, accents as they are."""
    text = json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)
    write_bytes(path, text.encode())


def read_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
