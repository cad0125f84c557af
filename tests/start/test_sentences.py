"""What start.py says: in both languages, and a sentence for whatever goes wrong."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from tests.start.small_project import (
    NBSP,
    START,
    environment,
    launch,
    write_project,
)


def test_parses_under_python_3_6() -> None:
    ast.parse(START.read_text("utf-8"), feature_version=(3, 6))


def test_loads_under_python_3_6_down_to_the_version_check() -> None:
    """Annotations run when a function is defined, and there list[str] or int | None would be a TypeError."""
    tree = ast.parse(START.read_text("utf-8"))
    check = next(at for at, node in enumerate(tree.body) if "sys.version_info" in ast.unparse(node))
    defined = [node for node in tree.body[:check] if isinstance(node, ast.FunctionDef)]
    assert defined
    for function in defined:
        arguments = [*function.args.args, function.args.vararg, function.args.kwarg]
        for annotation in [function.returns, *(argument.annotation for argument in arguments if argument)]:
            assert isinstance(annotation, ast.Name | ast.Constant), ast.unparse(function)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ({"LANG": "en_GB.UTF-8"}, "This is Python 3.9 and Parafine needs 3.11 or newer: install it"),
        ({"LANG": "fr_FR.UTF-8"}, f"Voici Python 3.9, or Parafine demande 3.11 ou plus récent{NBSP}: installez-le"),
        ({"LANG": "fr_FR.UTF-8", "LC_ALL": "C.UTF-8"}, "This is Python 3.9"),
    ],
)
def test_too_old_a_python_is_a_sentence_in_the_language_of_the_terminal(language: dict[str, str], words: str) -> None:
    code = f"import runpy, sys; sys.version_info = (3, 9, 1); runpy.run_path({str(START)!r}, run_name='__main__')"
    old = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", code], env=environment(**language), capture_output=True, encoding="utf-8"
    )
    assert old.returncode == 2
    assert old.stderr.startswith(words)
    assert old.stderr.count("\n") == 1


def test_both_languages_say_the_same_facts(start: ModuleType) -> None:
    said = set(re.findall(r'(?:say|stop|else say\))\("(\w+)"', START.read_text("utf-8")))
    assert said | {key for key, _ in start.CAUSES} == set(start.SENTENCES)
    for english, french in start.SENTENCES.values():
        assert english != french
        assert sorted(re.findall("{.+?}", english)) == sorted(re.findall("{.+?}", french))


def test_french_keeps_its_signs_and_units_on_the_line(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LC_ALL", "fr_CA.UTF-8")
    facts = dict.fromkeys(re.findall("{(.+?)}", start.WORDS), "9")
    del facts["folder"], facts["log"]
    for key in start.SENTENCES:
        start.say(key, **facts)
    said = capsys.readouterr().err
    assert not re.search(r" [:;?!]| s$| Go\b", said, re.MULTILINE)
    assert f"Prêt après 9{NBSP}s\n" in said
    assert f"9{NBSP}Go là où" in said


def test_too_little_room_is_said_before_anything_is_made(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(start.shutil, "disk_usage", lambda _: SimpleNamespace(free=3 * 10**9))
    with pytest.raises(SystemExit) as end:
        start.prepare("app")
    assert end.value.code == 2
    assert "Make room: 4 GB are needed" in capsys.readouterr().err
    assert not start.VENV.exists()


@pytest.mark.parametrize(
    ("output", "words"),
    [
        (
            "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device\n",
            "Make room: 4 GB",
        ),
        ("The virtual environment was not created successfully because ensurepip is not available.", "python3-venv"),
        ("/usr/bin/python3: No module named venv", "python3-venv"),
        ("Error: [Errno 30] Read-only file system: '/mnt/x/.venv'", "cannot be written"),
        ("ERROR: [WinError 5] Access is denied: 'torch.dll'", "cannot be written"),
        (
            "ERROR: Could not find a version that satisfies the requirement torch==2.13.0 (from versions: 2.1.0, 2.2.2)\n"
            "ERROR: No matching distribution found for torch==2.13.0",
            "pip finds no torch==2.13.0: check the network, and that this is a 64-bit Python",
        ),
        (
            "ERROR: Cannot install torch because these package versions have conflicting dependencies.\n"
            "    The user requested torch\n    The user requested (constraint) torch==2.13.0\n",
            "pip finds no torch==2.13.0: check the network, and that this is a 64-bit Python",
        ),
        (
            "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError('[Errno -3] Temporary "
            "failure in name resolution')': /simple/torch/\nERROR: No matching distribution found for torch",
            "check the network",
        ),
        ("pip._vendor.urllib3.exceptions.ReadTimeoutError: Read timed out.", "check the network"),
        (
            "Collecting a\nERROR: Cannot install a and b\nERROR: ResolutionImpossible",
            "not work: ERROR: Cannot install a",
        ),
        ("[Errno 2] No such file or directory: 'pyproject.toml'", "It did not work: [Errno 2] No such file"),
        ("", "It did not work"),
    ],
)
def test_what_went_wrong_is_a_sentence(
    start: ModuleType, capsys: pytest.CaptureFixture[str], output: str, words: str
) -> None:
    with pytest.raises(SystemExit) as end:
        start.explain(output)
    assert end.value.code == 2
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "closed")
    folder.chmod(0o555)
    try:
        failed = launch(folder)
    finally:
        folder.chmod(0o755)
    assert failed.returncode == 2
    assert "cannot be written" in failed.stderr


def test_a_missing_lock_is_a_sentence(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "torn")
    (folder / "requirements.lock").unlink()
    failed = launch(folder)
    assert failed.returncode == 2
    assert "requirements.lock" in failed.stderr
