"""predict.py is put together from a program and the table that all programs read."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from core.data.columns import TaskName
from core.use.script import script


@pytest.mark.parametrize("task", ["classes", "matching", "generation"])
def test_predict_py_is_one_readable_file_that_needs_nothing_of_ours(task: TaskName, tmp_path: Path) -> None:
    text = script(task)
    found = ast.parse(text)
    defined = [node.name for node in found.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    assert sorted(set(defined)) == sorted(defined)
    assert {"Table", "read_table", "decoded", "named", "predict_table", "main"} <= set(defined)
    assert not [name for name in ("import core", "from core", "core.use") if name in text]
    (tmp_path / "predict.py").write_text(text, encoding="utf-8")
    ruff = [sys.executable, "-m", "ruff"]
    for command in (["check", "--select=E,F,UP", "--ignore=E501"], ["format", "--check", "--line-length=120"]):
        done = subprocess.run(
            [*ruff, *command, "--isolated", "predict.py"], cwd=tmp_path, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
