"""start.py, with real processes: it is copied into a small project of its own, with a lock and wheels made on the spot."""

import ast
import contextlib
import importlib.util
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import threading
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

START = Path(__file__).resolve().parents[1] / "start.py"
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


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("wheels")
    write_wheel(folder, "1.0")
    write_wheel(folder, "2.0")
    return str(folder)


@pytest.fixture(scope="module")
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


def test_a_port_is_free_only_if_nobody_answers_there(start: ModuleType) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert not start.is_free("127.0.0.1", port)
    assert start.is_free("127.0.0.1", port)


def test_a_port_of_the_other_localhost_is_not_free(start: ModuleType) -> None:
    """Browsers try ::1 first: the address that is said would show another program."""
    try:
        server = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("this computer has no IPv6")
    with server:
        if not any(place[4][0] == "::1" for place in socket.getaddrinfo("localhost", 80)):
            pytest.skip("localhost is not ::1 here")
        assert not start.is_free("127.0.0.1", server.getsockname()[1])


def test_an_address_of_another_computer_is_a_sentence(project: Path) -> None:
    failed = launch(project, "--address", "192.0.2.1")  # reserved for documents, so nobody's
    assert failed.returncode == 2
    assert "No port of 192.0.2.1 from 8501 on can be used" in failed.stderr


@posix_only
def test_the_app_is_where_it_says_and_ctrl_c_ends_it(project: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with launched(project, "--port", str(port)) as process:
            said = read_until(process, "Parafine is at")
            assert f"Port {port} is taken" in said
            url = said.split()[-1]
            assert re.fullmatch(r"http://localhost:\d+", url)
            assert not url.endswith(f":{port}")
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with opener.open(url, timeout=30) as page:
                assert b"<title>Streamlit</title>" in page.read()
            os.killpg(process.pid, signal.SIGINT)
            assert process.stderr
            end = process.stderr.read()
            assert process.wait() == 0
    assert end.count("Stopping\n") == 1
    assert "Traceback" not in end


@posix_only
def test_sigterm_ends_the_app_as_well(project: Path) -> None:
    with launched(project) as process:
        url = read_until(process, "Parafine is at").split()[-1]
        process.terminate()  # only the parent is told, as a service manager does
        assert process.wait() == 0
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("127.0.0.1", int(url.rsplit(":", 1)[1])))


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
