"""Small projects: untouched, complete, and start.py as a module."""

import os
import shutil
import subprocess
from pathlib import Path
from types import ModuleType

import pytest

from tests.start.small_project import environment, launch, load, write_project, write_wheel


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("wheels")
    write_wheel(folder, "1.0")
    write_wheel(folder, "2.0")
    return str(folder)


@pytest.fixture(scope="session")
def complete(tmp_path_factory: pytest.TempPathFactory, wheels: str) -> tuple[Path, subprocess.CompletedProcess[str]]:
    folder = write_project(tmp_path_factory.mktemp("complete"))
    return folder, launch(folder, "test", "--version", PIP_FIND_LINKS=wheels)


@pytest.fixture
def project(complete: tuple[Path, subprocess.CompletedProcess[str]], tmp_path: Path) -> Path:
    """A project with a complete .venv, free to be spoiled; what lies in foreign tells an old .venv from a new one."""

    def borrow(source: str, target: str) -> None:  # pip replaces the files of packages, it never writes into them
        (os.link if "site-packages" in source else shutil.copy2)(source, target)

    folder = shutil.copytree(complete[0], tmp_path / "project", symlinks=True, copy_function=borrow)
    (folder / ".venv" / "foreign").write_text("")
    return folder


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    for name in set(os.environ) - set(environment()):
        monkeypatch.delenv(name)
    for name, value in environment().items():
        monkeypatch.setenv(name, value)
    return load(write_project(tmp_path / "fresh"))
