"""Checkpoints as folders that are whole or not there: written aside, listed with sizes and hashes in a manifest written last.

The two newest are kept. A checkpoint whose files are not what its manifest says is left out, and the one before is used.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from core.errors import UserError
from core.home import read_json

KEPT = 2
MANIFEST = "manifest.json"
BETWEEN = 300.0
"""Seconds after which a checkpoint is due also in the middle of an epoch."""
MOST_SHARE = 0.02
"""Share of the time that checkpoints may cost: with the bound of 3 % in mind, for a write takes now longer, now shorter."""
MARGIN = 50_000_000
"""Bytes that must stay free on the disk beside a checkpoint."""


class Checkpoints:
    """The checkpoints of one run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._last = time.monotonic()
        self._cost = 0.0

    def due(self, *, at_epoch_end: bool) -> bool:
        """Whether one should be written now: at the end of an epoch or after five minutes, and dear ones seldom."""
        since = time.monotonic() - self._last
        return since >= self._cost / MOST_SHARE and (at_epoch_end or since >= BETWEEN)

    def expect(self, seconds: float) -> None:
        """What the first one will cost, before anybody has seen it."""
        self._cost = seconds

    def write(self, step: int, fill: Callable[[Path], None], others: list[Path], size: int) -> None:
        """Lets `fill` put files into a folder, and keeps it as the checkpoint of a step.

        others: files beside the checkpoints that it needs too; size: bytes that it will take, about. Raises
        UserError("disk_full") when there is no room; then the former ones stay.
        """
        started = time.monotonic()
        self.folder.mkdir(parents=True, exist_ok=True)
        self._make_room(size)
        aside = self.folder / f".aside-{step:08d}"
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir()
        try:
            fill(aside)
            files = {path.name: stamp(path) for path in sorted(aside.iterdir())}
            files |= {f"../{path.name}": stamp(path) for path in others}
            (aside / MANIFEST).write_text(json.dumps({"step": step, "files": files}, indent=1), encoding="utf-8")
            final = self.folder / f"step-{step:08d}"
            shutil.rmtree(final, ignore_errors=True)
            aside.replace(final)
        except BaseException:
            shutil.rmtree(aside, ignore_errors=True)
            raise
        for path in self.all()[KEPT:]:
            shutil.rmtree(path, ignore_errors=True)
        self.drop_unneeded(others)
        self._last = time.monotonic()
        self._cost = self._last - started

    def all(self) -> list[Path]:
        """The newest first."""
        return sorted(self.folder.glob("step-*"), reverse=True)

    def newest(self) -> Path | None:
        """The newest that is whole; what is not is said in the log and removed, with what was cut off while it was written."""
        for path in self.folder.glob(".*"):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
        for path in self.all():
            fault = fault_of(path)
            if fault is None:
                return path
            print(f"checkpoint {path.name} is not whole ({fault}): left out", flush=True)
            shutil.rmtree(path, ignore_errors=True)
        return None

    def _make_room(self, size: int) -> None:
        """The older of two goes first when both and a third do not fit."""
        needed = size + MARGIN
        if shutil.disk_usage(self.folder).free < needed:
            for path in self.all()[1:]:
                shutil.rmtree(path, ignore_errors=True)
        free = shutil.disk_usage(self.folder).free
        if free < needed:
            raise UserError("disk_full", free=free, needed=needed, missing=needed - free)

    def drop_unneeded(self, others: list[Path]) -> None:
        """Removes the files beside the checkpoints that none of them names any more, but for these."""
        needed = {path.name for path in others}
        for checkpoint in self.all():
            # One whose manifest cannot be read names nothing, and will never be used.
            with suppress(OSError, ValueError, KeyError, TypeError):
                needed |= {name.removeprefix("../") for name in read_json(checkpoint / MANIFEST)["files"]}
        for path in self.folder.glob("best-*"):
            if path.name not in needed:
                path.unlink(missing_ok=True)


def stamp(path: Path) -> list[object]:
    """Size in bytes and sha256 of a file."""
    with path.open("rb") as file:
        return [os.fstat(file.fileno()).st_size, hashlib.file_digest(file, "sha256").hexdigest()]


def fault_of(checkpoint: Path) -> str | None:
    """What is wrong with a checkpoint, in a few words for the log; None when it is whole."""
    try:
        manifest = read_json(checkpoint / MANIFEST)
        for name, (size, digest) in manifest["files"].items():
            path = checkpoint / name
            if not path.is_file():
                return f"{name} is missing"
            if path.stat().st_size != size:
                return f"{name} has another size"
            if stamp(path) != [size, digest]:
                return f"{name} has another content"
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        return f"no readable manifest: {error}"
    return None
