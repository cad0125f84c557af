"""start.py finds or installs what the tests need from the system."""

import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.start.small_project import launch, posix_only


def write_browser(folder: Path, name: str, code: int) -> str:
    folder.mkdir(exist_ok=True)
    browser = folder / name
    browser.write_text(f"#!/bin/sh\nexit {code}\n")
    browser.chmod(0o755)
    return str(browser)


@posix_only
def test_the_first_browser_that_answers_is_taken(
    start: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start, "MAC", [])  # of this computer only the PATH below counts
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert start.find_browser() == ""
    write_browser(tmp_path / "bin", "google-chrome", 1)  # a stub, as Ubuntu has one for its snap
    chromium = write_browser(tmp_path / "bin", "chromium", 0)
    assert start.find_browser() == chromium
    monkeypatch.setenv("PARAFINE_TEST_BROWSER", write_browser(tmp_path / "own", "browser", 0))
    assert start.find_browser() == str(tmp_path / "own" / "browser")
    monkeypatch.setenv("PARAFINE_TEST_BROWSER", str(tmp_path / "nowhere"))
    assert start.find_browser() == ""


@pytest.mark.skipif(sys.platform != "linux", reason="apt-get is Debian's")
@pytest.mark.parametrize("code", [0, 100])
def test_root_on_debian_gets_what_is_missing_and_nothing_else(
    start: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], code: int
) -> None:
    apt = Path(write_browser(tmp_path / "bin", "apt-get", code))
    apt.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\nexit {code}\n')
    write_browser(tmp_path / "bin", "chromium", 0)
    here = next((file.stem for file in Path("/var/lib/dpkg/info").glob("*.md5sums")), None)
    monkeypatch.setattr(start, "APERTIUM", [here, "absent-package"] if here else ["absent-package"])
    monkeypatch.setattr(start.os, "geteuid", lambda: 0)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    start.VENV.mkdir()
    assert start.find_tools() == str(tmp_path / "bin" / "chromium")
    update, install = (tmp_path / "asked").read_text().splitlines()
    assert update == "update"
    assert re.fullmatch("install -y --no-install-recommends absent-package( fonts-dejavu-core)?", install)
    said = capsys.readouterr().err
    assert "Installing absent-package" in said
    assert ("It did not work: apt-get" in said) == (code != 0)


@posix_only
def test_the_tests_are_told_which_browser_to_drive(project: Path, tmp_path: Path) -> None:
    (project / "test_it.py").write_text(
        "import os\ndef test_it(): print('<' + os.environ['PARAFINE_TEST_BROWSER'] + '>')"
    )
    inner = ("test", "-s", "-p", "no:cacheprovider", "test_it.py")
    browser = write_browser(tmp_path / "own", "browser", 0)
    assert f"<{browser}>" in launch(project, *inner, PARAFINE_TEST_BROWSER=browser, CI="true").stdout
    without = launch(project, *inner, PARAFINE_TEST_BROWSER="/nowhere")
    assert without.returncode == 0
    assert "<>" in without.stdout
    assert "browser tests are skipped" in without.stderr


def test_ci_refuses_to_go_without_a_browser(project: Path) -> None:
    refused = launch(project, "test", "--version", PARAFINE_TEST_BROWSER="/nowhere", CI="true")
    assert refused.returncode == 2
    assert "Install Chrome, Edge or Chromium" in refused.stderr
    assert "pytest" not in refused.stdout
