"""A disk of 60 MB with a home on it, which a test may fill or make read-only."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import end_processes_of

SIZE = 60_000_000


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Its folder; PARAFINE_HOME is the folder `home` on it. Skips where none can be mounted."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root can mount a small disk, on Linux")
    folder = (tmp_path / "disk").resolve()
    folder.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)]
    if subprocess.run(mounting, capture_output=True, check=False).returncode:
        pytest.skip("this machine lets a test mount no small disk")
    (folder / "home").mkdir()
    monkeypatch.setenv("PARAFINE_HOME", str(folder / "home"))
    monkeypatch.delenv("PARAFINE_DATABASE_URL", raising=False)
    yield folder
    end_processes_of(folder / "home")
    subprocess.run(["umount", "-l", str(folder)], check=True)


def make(disk: Path, way: str) -> None:
    """way: "ro" or "rw"."""
    subprocess.run(["mount", "-o", f"remount,{way}", str(disk)], check=True)


def fill(disk: Path, leave: int = 0) -> Path:
    """A file that leaves so many bytes, about; with 0 not a single one."""
    ballast = disk / "ballast"
    with ballast.open("ab", buffering=0) as file:
        try:
            while leave == 0 or shutil.disk_usage(disk).free > leave + 65_536:
                file.write(b"1" * 65_536)
        except OSError:
            return ballast
    return ballast
