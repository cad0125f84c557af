"""predict.py of the zip: one file that needs no other of ours, put together from the program of a task and the table that all programs read."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

from core.data.columns import TaskName

PROGRAMS: dict[TaskName, str] = {"matching": "standalone_matching.py", "generation": "standalone_questions.py"}
"""What leaves as predict.py, where it is not standalone.py."""
TABLE = "standalone_table.py"
MAIN = "def main("
"""Before this the functions of the table are put."""


def script(task: TaskName) -> str:
    """The text of predict.py: the program's words, the imports of both, the program, the table, its main."""
    about, own, program = _parted(PROGRAMS.get(task, "standalone.py"))
    _, others, table = _parted(TABLE)
    before, main, after = program.partition(MAIN)
    return f"{about}\n\n{_imports([*own, *others])}\n\n{before}{table.rstrip()}\n\n\n{main}{after}"


def _parted(name: str) -> tuple[str, list[ast.stmt], str]:
    """The docstring of a file beside this one, its imports but those of ours, and what comes after them."""
    text = Path(__file__).with_name(name).read_text(encoding="utf-8")
    about, *body = ast.parse(text).body
    imports = [node for node in body if isinstance(node, ast.Import | ast.ImportFrom)]
    lines = text.splitlines(keepends=True)
    last = max(node.end_lineno or 0 for node in imports)
    said = "".join(lines[: about.end_lineno or 0]).rstrip()
    kept: list[ast.stmt] = [node for node in imports if not _is_ours(node)]
    return said, kept, "".join(lines[last:]).lstrip("\n")


def _is_ours(node: ast.Import | ast.ImportFrom) -> bool:
    return isinstance(node, ast.ImportFrom) and (node.module or "").startswith("core.")


def _imports(nodes: list[ast.stmt]) -> str:
    """Each module once, those of Python before the others."""
    whole: set[str] = set()
    named: dict[str, set[str]] = {}
    for node in nodes:
        if isinstance(node, ast.Import):
            whole |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            named.setdefault(node.module or "", set()).update(alias.name for alias in node.names)
    groups = []
    for of_python in (True, False):
        lines = [f"import {name}" for name in sorted(whole) if _is_of_python(name) == of_python]
        some = [(name, sorted(named[name])) for name in sorted(named) if _is_of_python(name) == of_python]
        groups.append("\n".join([*lines, *(f"from {name} import {', '.join(each)}" for name, each in some)]))
    return "\n\n".join(groups)


def _is_of_python(module: str) -> bool:
    return module.partition(".")[0] in sys.stdlib_module_names
