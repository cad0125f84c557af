"""The rules of the house: which room may know which, what a page must not pay for, how long a file may be."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from tests.conftest import ROOT

FLOORS = [
    {
        "core.errors",
        "core.paraphrase_errors",
        "core.learning_errors",
        "core.reading_errors",
        "core.search_errors",
        "core.terminal_errors",
        "core.words",
    },
    {"core.home", "core.keys", "core.data"},
    {"core.store", "core.models"},
    {"core.train", "core.augment"},
    {"core.jobs", "core.results", "core.use"},
    {"pages"},
    {"app"},
]
"""From the bottom up; a room may import its own floor and those below."""

HEAVY = {"torch", "transformers", "sklearn", "scipy", "accelerate", "datasets", "sentence_transformers"}
MOST_LINES = 250
ENTRIES = {"core.store.migrations.env"}
"""Run by alembic, never imported."""


@cache
def sources() -> dict[str, Path]:
    """Module names of core, pages and app, and their files."""
    found = [*(ROOT / "core").rglob("*.py"), *(ROOT / "pages").rglob("*.py"), ROOT / "app.py"]
    return {name_of(path): path for path in found if "versions" not in path.parts}


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def imports(path: Path) -> frozenset[str]:
    """Every module that the file names in an import, wherever it stands: at the top, in a function, for types only."""
    return frozenset(_imports(path))


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import hides its floor"
            known = sources()
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in known else str(node.module)


def floor(module: str) -> int | None:
    """The place of a module's room from the bottom; None for what is not ours."""
    room = ".".join(module.split(".")[: 2 if module.startswith("core.") else 1])
    return next((place for place, rooms in enumerate(FLOORS) if room in rooms), None)


def fresh(code: str) -> str:
    """What a fresh interpreter prints."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COV"))}
    command = [sys.executable, "-W", "error::ImportWarning", "-c", code]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def loaded_after_importing(modules: set[str]) -> set[str]:
    """Top-level names in sys.modules of a fresh interpreter that has imported these."""
    code = (
        "import importlib, json, sys\n"
        f"for name in {sorted(modules)!r}: importlib.import_module(name)\n"
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    )
    return set(json.loads(fresh(code)))


def test_every_module_stands_on_a_floor() -> None:
    homeless = [name for name in sources() if name != "core" and floor(name) is None]
    assert homeless == []
    assert len(sources()) > 40


def test_imports_run_downwards_only() -> None:
    upward = [
        f"{name} imports {imported}"
        for name, path in sources().items()
        for imported in imports(path)
        if (above := floor(imported)) is not None and above > (floor(name) or 0)
    ]
    assert upward == []


def test_no_module_of_core_imports_itself_through_others() -> None:
    known = {name: path for name, path in sources().items() if name.startswith("core")}
    graph = {name: {imported for imported in imports(path) if imported in known} for name, path in known.items()}
    TopologicalSorter(graph).prepare()  # raises CycleError with the circle


def test_core_never_imports_streamlit() -> None:
    names = {name: set(imports(path)) for name, path in sources().items() if name.startswith("core")}
    assert [name for name, found in names.items() if any(one.split(".")[0] == "streamlit" for one in found)] == []


def test_every_module_of_core_can_be_imported_first() -> None:
    """Each with nothing of core loaded before it, and none of them brings streamlit."""
    modules = sorted(name for name in sources() if name.startswith("core") and name not in ENTRIES)
    code = (
        "import importlib, sys\n"
        f"for name in {modules!r}:\n"
        "    for loaded in [one for one in sys.modules if one.split('.')[0] == 'core']: del sys.modules[loaded]\n"
        "    importlib.import_module(name)\n"
        "print('streamlit' in sys.modules)"
    )
    assert fresh(code).split() == ["False"]


def test_opening_a_page_costs_no_torch() -> None:
    """The Data page's rooms, and whatever else any page takes from core."""
    rooms = ("core.data", "core.store")
    needed = {name for name in sources() if name.startswith(rooms) and name not in ENTRIES}
    needed |= {"core.jobs.launch", "core.jobs.queue", "core.models.catalogue"}
    for name, path in sources().items():
        if not name.startswith("core"):
            needed |= {imported for imported in imports(path) if imported.startswith("core.")}
    assert loaded_after_importing(needed) & HEAVY == set()


def test_the_supervisor_costs_no_torch() -> None:
    assert loaded_after_importing({"core.jobs.supervisor"}) & (HEAVY | {"streamlit"}) == set()


def test_the_worker_says_its_first_phase_before_it_pays_for_torch() -> None:
    assert loaded_after_importing({"core.jobs.worker"}) & (HEAVY | {"streamlit"}) == set()


@pytest.mark.parametrize(
    "path",
    sorted([*sources().values(), *(ROOT / "tests").rglob("*.py"), ROOT / "start.py"]),
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_a_file_fits_in_one_reading(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= MOST_LINES, f"{lines} lines"


def test_no_file_is_a_drawer_for_everything() -> None:
    drawers = {"utils", "util", "helpers", "helper", "common", "misc", "tools", "manager"}
    assert [path for path in sources().values() if drawers & {path.stem, *path.stem.split("_")}] == []
