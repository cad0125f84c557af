"""A small project with a copy of start.py, its own lock and wheels made on the spot, and real processes in it."""

import contextlib
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

START = Path(__file__).resolve().parents[2] / "start.py"
NBSP = "\u00a0"
posix_only = pytest.mark.skipif(os.name == "nt", reason="signals and scripts of POSIX")


def environment(**changes: str) -> dict[str, str]:
    """An English terminal without CI, screen, browser or apt-get in reach, and a pip that knows no configuration."""
    hidden = re.compile("PIP_|PARAFINE_|LC_|LANG|CI$|DISPLAY$|WAYLAND_DISPLAY$|PYTEST_|PYTHONWARNINGS$")
    kept = {name: value for name, value in os.environ.items() if not hidden.match(name)}
    return {**kept, "PATH": "", "PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "LANG": "C.UTF-8", **changes}


def write_project(folder: Path, needs: str = "outer", lock: str = "outer==1.0\n") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(START, folder)
    (folder / "requirements.lock").write_text(lock)
    (folder / "app.py").write_text("import streamlit as st\n\nst.write('hello')\n")
    (folder / "pyproject.toml").write_text(
        f'[project]\nname = "small"\nversion = "1"\ndependencies = ["{needs}"]\n[dependency-groups]\ntest = ["outer"]\n'
    )
    return folder


def write_wheel(folder: Path, version: str) -> None:
    """A package that lends its environment the packages of this one: a real pytest and a real Streamlit, in no time."""
    folder.mkdir(exist_ok=True)
    info = f"outer-{version}.dist-info"
    with zipfile.ZipFile(folder / f"outer-{version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr("outer.pth", sysconfig.get_paths()["purelib"] + "\n")
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: outer\nVersion: {version}\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")


def launch(folder: Path, *arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(folder / "start.py"), *arguments]
    done = subprocess.run(
        command, env=environment(**changes), capture_output=True, encoding="utf-8", errors="replace", timeout=120
    )
    assert "Traceback" not in done.stderr
    return done


@contextlib.contextmanager
def launched(folder: Path, *arguments: str, **changes: str) -> Iterator[subprocess.Popen[str]]:
    """A start in a process group of its own, as in a terminal, where Ctrl-C reaches it and its children at once."""
    command = [sys.executable, str(folder / "start.py"), *arguments]
    with subprocess.Popen(
        command, env=environment(**changes), stderr=subprocess.PIPE, encoding="utf-8", start_new_session=True
    ) as process:

        def kill() -> None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

        limit = threading.Timer(100, kill)  # so that no wait below is for ever
        limit.start()
        try:
            yield process
        finally:
            limit.cancel()
            kill()  # nothing is left behind when an assertion fails


def read_until(process: subprocess.Popen[str], words: str) -> str:
    assert process.stderr
    seen = ""
    for line in process.stderr:
        seen += line
        if words in line:
            return seen
    raise AssertionError(f"{words!r} was not said: {seen}")


def load(folder: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("start_copy", folder / "start.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
