"""start.py makes the environment: once, whole, and again only when something changed."""

import json
import os
import re
import signal
import socket
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.start.small_project import NBSP, launch, launched, load, posix_only, read_until


def test_installs_then_runs_the_tests(complete: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    folder, first = complete
    assert first.returncode == 0, first.stderr
    said = first.stderr.splitlines()
    assert said[0] == "Making the environment in .venv"
    assert said[1].startswith("Installing 2 packages and what they need")
    assert re.fullmatch(r"Ready after \d+ s", said[2])
    assert "Successfully installed outer-1.0" in (folder / ".venv" / "install.log").read_text()
    assert set(json.loads((folder / ".venv" / "parafine.json").read_text())) == {"app", "test"}


def test_what_is_complete_is_left_alone_and_the_exit_code_is_passed_on(project: Path) -> None:
    (project / "test_it.py").write_text("def test_it(): raise ValueError('wrong')")
    again = launch(project, "test", "-p", "no:cacheprovider", "test_it.py")
    assert again.returncode == 1
    assert "ValueError: wrong" in again.stdout
    assert "Making" not in again.stderr
    assert "Installing" not in again.stderr


def test_a_changed_lock_is_installed_over_what_is_there(project: Path, wheels: str) -> None:
    (project / "requirements.lock").write_text("outer==2.0\n")
    changed = launch(project, "test", "--version", PIP_FIND_LINKS=wheels)
    assert changed.stderr.startswith("Installing 2 packages")
    assert "Successfully installed outer-2.0" in (project / ".venv" / "install.log").read_text()
    assert (project / ".venv" / "foreign").exists()


@pytest.mark.parametrize("damage", ["torn seal", "no seal", "another python", "no python"])
def test_a_half_made_environment_is_not_trusted(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], damage: str
) -> None:
    module = load(project)
    seal = module.STAMP.read_text()
    if damage == "torn seal":
        module.STAMP.write_text(seal[:20])
    elif damage == "no seal":
        module.STAMP.unlink()
    elif damage == "another python":  # after an upgrade of the system the packages lie where the new one does not look
        next(module.VENV.rglob("site-packages")).rename(module.VENV / "site-packages-of-the-old-one")
    else:
        Path(module.PYTHON).unlink()
    monkeypatch.setattr(module.shutil, "disk_usage", lambda _: SimpleNamespace(free=0))
    with pytest.raises(SystemExit):  # it goes as far as asking for the room of a whole installation
        module.prepare("app")
    assert "4 GB are needed" in capsys.readouterr().err


def test_failing_to_add_the_test_packages_leaves_the_app_ready(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (project / "pyproject.toml").read_text()
    (project / "pyproject.toml").write_text(text.replace('test = ["outer"]', 'test = ["absent-package"]'))
    assert launch(project, "test").returncode == 2
    load(project).prepare("app")
    assert capsys.readouterr().err == ""
    assert (project / ".venv" / "foreign").exists()


@pytest.mark.parametrize(
    ("retries", "words"),
    [
        ("0", f"pip ne trouve pas outer==3.0{NBSP}: vérifiez le réseau"),  # pip itself says no more than that
        ("1", f"pip n’atteint pas le dépôt de paquets{NBSP}: vérifiez le réseau et le proxy"),
    ],
)
def test_without_network(project: Path, retries: str, words: str) -> None:
    (project / "requirements.lock").write_text("outer==3.0\n")
    closed = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": retries, "PIP_NO_INDEX": "0"}
    failed = launch(project, "test", LANG="fr_FR.UTF-8", **closed)
    assert failed.returncode == 2
    said = failed.stderr.splitlines()
    assert said[-1].startswith(words)
    assert str(project / ".venv" / "install.log") in said[-1]
    assert json.loads((project / ".venv" / "parafine.json").read_text()) == {}


@posix_only
def test_ctrl_c_during_the_installation_is_one_line_and_the_next_start_repairs(project: Path, wheels: str) -> None:
    (project / "requirements.lock").write_text("outer==2.0\n")
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes pip's connection and never answers it
        silent.settimeout(100)
        index = f"http://127.0.0.1:{silent.getsockname()[1]}/simple"
        with launched(project, "test", PIP_INDEX_URL=index, PIP_NO_INDEX="0") as process:
            read_until(process, "Installing")
            connection, _ = silent.accept()
            os.killpg(process.pid, signal.SIGINT)
            assert process.stderr
            assert process.stderr.read() == "Stopping\n"
            assert process.wait() == 2
            connection.close()
    repaired = launch(project, "test", "--version", PIP_FIND_LINKS=wheels)
    assert repaired.returncode == 0
    assert repaired.stderr.startswith("Making the environment")
    assert not (project / ".venv" / "foreign").exists()
