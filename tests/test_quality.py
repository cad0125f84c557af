"""ruff and mypy find nothing: the same calls as by hand, with the settings of pyproject.toml."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conftest import ROOT

PYTHON = ["core", "pages", "tests", "app.py", "start.py"]


@pytest.mark.parametrize(
    "command",
    [["ruff", "check", *PYTHON], ["ruff", "format", "--check", *PYTHON], ["mypy"]],
    ids=["ruff check", "ruff format", "mypy"],
)
def test_nothing_is_found_by(command: list[str]) -> None:
    done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"
