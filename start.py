"""Starts Parafine: makes .venv beside this file, fills it as requirements.lock says, runs the app or its tests.

Standard library only. Under a Python as old as 3.6 it must still parse, and get as far as its version check.
"""

import argparse
import contextlib
import hashlib
import json
import os
import platform
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import webbrowser
from pathlib import Path
from subprocess import DEVNULL, PIPE, STDOUT
from typing import NoReturn

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = str(VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))
STAMP = VENV / "parafine.json"  # a digest for each installed group; written last, so its presence means complete
LOG = VENV / "install.log"
CI = os.environ.get("CI", "").lower() not in ("", "0", "false")
APERTIUM = ["apertium", "apertium-fra-cat", "apertium-fr-es", "apertium-eng-spa", "apertium-eng-cat"]
BROWSERS = ["google-chrome", "chromium", "chromium-browser", "microsoft-edge"]
MAC = [f"/Applications/{name}.app/Contents/MacOS/{name}" for name in ("Google Chrome", "Microsoft Edge", "Chromium")]
WINDOWS = ["%PROGRAMFILES%/Google/Chrome/Application/chrome", "%PROGRAMFILES(X86)%/Microsoft/Edge/Application/msedge"]

# key: English | French, where the spaces before signs and units become no-break ones
WORDS = """
old: This is Python {found} and Parafine needs 3.11 or newer: install it (python.org), then start again with it.
 | Voici Python {found}, or Parafine demande 3.11 ou plus récent : installez-le (python.org), puis relancez avec lui.
making: Making the environment in .venv | Création de l’environnement dans .venv
installing: Installing {count} packages and what they need (a few minutes the first time)
 | Installation de {count} paquets et de ce qu’ils demandent (quelques minutes la première fois)
ready: Ready after {seconds} s | Prêt après {seconds} s
large: torch came in its large build, for NVIDIA cards | torch est venu en grande version, pour cartes NVIDIA
room: Make room: {need} GB are needed where {folder} is ({free} GB are free), and some in the temporary folder.
 | Faites de la place : il faut {need} Go là où est {folder} (libres : {free} Go), et un peu dans le dossier temporaire.
network: pip cannot reach the package index: check the network and the proxy, then start again (details: {log}).
 | pip n’atteint pas le dépôt de paquets : vérifiez le réseau et le proxy, puis relancez (détails : {log}).
absent: pip finds no {found}: check the network, and that this is a 64-bit Python from 3.11 to 3.13 (details: {log}).
 | pip ne trouve pas {found} : vérifiez le réseau, et que ce Python est en 64 bits, de 3.11 à 3.13 (détails : {log}).
no_venv: Python lacks its venv module: install it (Debian, Ubuntu: apt install python3-venv) and start again.
 | Il manque à Python son module venv : installez-le (Debian, Ubuntu : apt install python3-venv) et relancez.
closed: {folder} cannot be written: get the right to write there, close what uses .venv, or copy Parafine elsewhere.
 | {folder} refuse l’écriture : obtenez ce droit, fermez ce qui utilise .venv, ou copiez Parafine ailleurs.
failed: It did not work: {found} | Cela n’a pas marché : {found}
system: Installing {packages} with apt-get | Installation de {packages} par apt-get
no_apertium: Apertium is missing, its tests may skip (Debian, Ubuntu: apt install {packages})
 | Apertium manque, ses tests peuvent être sautés (Debian, Ubuntu : apt install {packages})
no_browser: Install Chrome, Edge or Chromium (Ubuntu: Chrome): without one browser tests are skipped, and refused in CI.
 | Installez Chrome, Edge ou Chromium (Ubuntu : Chrome) : sans cela, les tests de navigateur sont sautés (CI : refus).
taken: Port {port} is taken, {found} is free | Le port {port} est pris, le {found} est libre
no_port: No port of {address} from {port} on can be used: name another with --port, or an address with --address.
 | Aucun port de {address} n’est utilisable à partir de {port} : donnez-en un autre par --port ou --address.
starting: Starting Parafine, Ctrl-C ends it | Lancement de Parafine, Ctrl-C l’arrête
at: Parafine is at {url} | Parafine est à l’adresse {url}
stopping: Stopping | Arrêt
"""
SENTENCES = {key: pair for key, *pair in re.findall(r"(\w+): (.+) \| (.+)", WORDS.replace("\n ", " "))}
CAUSES = [  # a sentence and what pip, venv or the system says then; the first that fits is told
    ("room", r"(Errno 28|WinError 112)\b|No space left"),
    ("no_venv", "No module named '?(venv|ensurepip)|ensurepip is not available"),
    ("network", "(?i)connection (broken|refused|reset)|timed out|unreachable|http error"),
    ("absent", r"(?:distribution found for|requested \(constraint\)) (\S+)"),
    ("closed", r"(Errno (?:1|13|30)|WinError (?:5|32))\b"),
    ("failed", r"(?im)^(error.*)"),
    ("failed", r"(.*)\s*\Z"),
]


def say(key: str, **facts: object) -> None:
    language = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    if sys.platform == "win32" and not language:
        import ctypes

        language = "fr" if ctypes.windll.kernel32.GetUserDefaultUILanguage() & 0x3FF == 0x0C else ""
    english, french = SENTENCES[key]
    words = re.sub(r" (?=[:;?!]|s$|Go\b)", "\u00a0", french) if language.lower().startswith("fr") else english
    print(words.format(folder=ROOT, log=LOG, **facts), file=sys.stderr, flush=True)


def stop(key: str, **facts: object) -> NoReturn:
    say(key, **facts)
    raise SystemExit(2)


if sys.version_info < (3, 11):  # noqa: UP036 (this line keeps the floor)
    stop("old", found=".".join(map(str, sys.version_info[:2])))


def explain(output: str) -> NoReturn:
    """Ends with the sentence for what went wrong, found in the words of pip, venv or the system."""
    key, match = next((key, match) for key, pattern in CAUSES for match in re.finditer(pattern, output))
    stop(key, found=match[match.lastindex or 0], need=4, free=shutil.disk_usage(ROOT).free // 10**9)


def logged(command: list[str], log: Path, **environment: str) -> bool:
    with log.open("wb") as file:
        env = {**os.environ, **environment}
        return not subprocess.run(command, cwd=ROOT, env=env, stdin=DEVNULL, stdout=file, stderr=STDOUT).returncode


def prepare(*groups: str) -> None:
    """Makes .venv hold these groups of dependencies: left alone if complete and unchanged, made anew if half made."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    lists = {**project.get("dependency-groups", {}), "app": project["project"]["dependencies"]}
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    wanted = {group: hashlib.sha256(json.dumps([lists[group], lock]).encode()).hexdigest() for group in groups}
    begun, done = time.monotonic(), dict[str, str]()
    with contextlib.suppress(OSError, ValueError, subprocess.CalledProcessError):
        subprocess.run([PYTHON, "-I", "-c", "import pip"], stderr=DEVNULL, check=True)
        done = json.loads(STAMP.read_text("utf-8"))
    if wanted.items() <= done.items():
        return
    need, free = 1 if done else 4, shutil.disk_usage(ROOT).free // 10**9
    if free < need:
        stop("room", need=need, free=free)
    if done:  # an interruption must not leave a seal on what pip was changing
        STAMP.write_text(json.dumps(dict(wanted.items() & done.items())), "utf-8")
    else:
        STAMP.unlink(missing_ok=True)
        say("making")
        venv = [sys.executable, "-m", "venv", "--clear", str(VENV)]
        made = subprocess.run(venv, stdout=PIPE, stderr=STDOUT, errors="replace")
        if made.returncode:
            explain(made.stdout)
    names = [name for group in groups for name in lists[group]]
    say("installing", count=len(names))
    install = [PYTHON, "-m", "pip", "install", "--no-input", "--progress-bar=off", "-c", "requirements.lock"]
    if not logged([*install, *names], LOG, PIP_DISABLE_PIP_VERSION_CHECK="1", PIP_USER="0"):
        explain(LOG.read_text("utf-8", "replace"))
    if any(VENV.glob("lib/python*/site-packages/nvidia_cu*")):
        say("large")
    aside = STAMP.with_suffix(".tmp")
    aside.write_text(json.dumps(wanted), "utf-8")
    aside.replace(STAMP)
    say("ready", seconds=round(time.monotonic() - begun))


def find_browser() -> str:
    """The first browser that answers; where PARAFINE_TEST_BROWSER is set, that one or none."""
    named = os.environ.get("PARAFINE_TEST_BROWSER")
    places = [named] if named else [*BROWSERS, *MAC, *map(os.path.expandvars, WINDOWS)]
    for path in filter(None, map(shutil.which, places)):  # a stub gives no version; on Windows to ask opens a window
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            if os.name == "nt" or not subprocess.run([path, "--version"], capture_output=True, timeout=60).returncode:
                return path
    return ""


def find_tools() -> str:
    """The browser for the tests, once root on Debian or Ubuntu has got what they need from the system."""
    browser, wanted, log = find_browser(), [*APERTIUM], VENV / "system.log"
    if sys.platform == "linux" and shutil.which("apt-get") and os.geteuid() == 0:
        if not browser and platform.freedesktop_os_release()["ID"] != "ubuntu":  # there chromium is a snap
            wanted.append("chromium")
        if not any(Path("/usr/share/fonts").rglob("*.[ot]tf")):  # or screenshots show no letters
            wanted.append("fonts-dejavu-core")
        missing = [name for name in wanted if not Path(f"/var/lib/dpkg/info/{name}.md5sums").exists()]
        if missing:
            say("system", packages=" ".join(missing))
            logged(["apt-get", "update"], log)
            install = ["apt-get", "install", "-y", "--no-install-recommends", *missing]
            if not logged(install, log, DEBIAN_FRONTEND="noninteractive"):
                say("failed", found=f"apt-get ({log})")
            browser = browser or find_browser()
    elif not shutil.which("apertium"):
        say("no_apertium", packages=" ".join(APERTIUM))
    if not browser:
        (stop if CI else say)("no_browser")
    return browser


def is_free(address: str, port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("localhost", port), timeout=0.5):
        return False  # to a browser localhost may mean ::1, and somebody answers there
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
        if os.name != "nt":  # a port left a moment ago is free; on Windows this would share one in use
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            return False
    return True


def run(*command: str, **environment: str) -> subprocess.Popen[bytes]:
    process = subprocess.Popen([PYTHON, "-m", *command], cwd=ROOT, env={**os.environ, **environment})
    signal.signal(signal.SIGINT, lambda *_: say("stopping"))  # Ctrl-C reaches the child too, and we end when it does
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    return process


def announce(process: subprocess.Popen[bytes], address: str, port: int, browser: bool) -> None:
    local = address in ("127.0.0.1", "localhost", "0.0.0.0", "::")
    url = f"http://{'localhost' if local else f'[{address}]' if ':' in address else address}:{port}"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # no proxy leads to oneself
    while process.poll() is None:
        with contextlib.suppress(OSError), opener.open(f"{url}/_stcore/health", timeout=5):
            say("at", url=url)
            if browser:
                webbrowser.open(url)
            return
        time.sleep(0.1)


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["test"]:
        prepare("app", "test")
        process = run("pytest", *arguments[1:], PARAFINE_TEST_BROWSER=find_tools())
    else:
        parser = argparse.ArgumentParser(usage="start.py [--port N] [--address A] [--no-browser] | start.py test [...]")
        parser.add_argument("--port", type=int, default=8501)
        parser.add_argument("--address", default="127.0.0.1")
        parser.add_argument("--no-browser", action="store_true")
        options = parser.parse_args(arguments)
        prepare("app")
        ports = range(max(options.port, 1), min(options.port + 100, 65536))
        port = next((port for port in ports if is_free(options.address, port)), 0)
        if not port:
            stop("no_port", address=options.address, port=options.port)
        if port != options.port:
            say("taken", port=options.port, found=port)
        say("starting")
        server = f"--server.address={options.address} --server.port={port} --server.headless=true".split()
        process = run("streamlit", "run", "app.py", *server, MALLOC_ARENA_MAX="2")  # or each thread keeps what it used
        screen = sys.platform != "linux" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
        announce(process, options.address, port, bool(screen) and not CI and not options.no_browser)
    code = process.wait()
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        stop("stopping")
    except OSError as error:
        explain(str(error))
