"""A real server and a real browser."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.conftest import ROOT, end_processes_of
from tests.waiting import wait_until

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NAMES = ("chromium", "google-chrome", "google-chrome-stable", "chromium-browser", "microsoft-edge", "chrome", "msedge")


@dataclass
class Server:
    """The app, started as start.py starts it, on a home of its own; it can be killed and started again on the same port."""

    home: Path
    port: int
    process: subprocess.Popen[bytes] | None = None
    outside: list[str] = field(default_factory=list)
    """Addresses other than this server's that a page asked for; must stay empty."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(self.port)]
        environment = os.environ | {"PARAFINE_HOME": str(self.home), "MALLOC_ARENA_MAX": "2"}
        with (self.home / "server.log").open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        wait_until(self.answers)

    def answers(self) -> bool:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=5) as answer:
            return bool(answer.status == 200)
        return False

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def resident(self) -> int:
        """Bytes of memory that the server's process holds."""
        assert self.process is not None
        return int(psutil.Process(self.process.pid).memory_info().rss)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """For a test that kills it, or to which the home belongs."""
    yield from served_in(tmp_path)


@pytest.fixture(scope="module")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """For all tests of a file that each have a project of their own."""
    yield from served_in(tmp_path_factory.mktemp("shared"))


def served_in(folder: Path) -> Iterator[Server]:
    home = (folder / "home").resolve()
    home.mkdir()
    served = Server(home, free_port())
    served.start()
    yield served
    served.kill()
    end_processes_of(home)
    assert served.outside == [], "a page asked another host"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    named = os.environ.get("PARAFINE_TEST_BROWSER") or next(filter(None, map(shutil.which, NAMES)), None)
    if not named:
        if os.environ.get("CI") == "true":
            pytest.fail("CI needs a browser: see start.py test")
        pytest.skip("no Chrome, Edge or Chromium on this machine: start.py test says what to install")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=named, args=ARGUMENTS)
        yield started
        started.close()


@dataclass
class Visit:
    """Opens pages of a server as a person would."""

    browser: Browser
    server: Server

    def open(self, address: str = "/", *, locale: str = "fr-FR", scheme: str = "light") -> Page:
        context = self.browser.new_context(
            locale=locale, color_scheme=scheme, viewport={"width": 1280, "height": 900}, accept_downloads=True
        )
        page = context.new_page()
        page.set_default_timeout(120_000)
        page.on("request", lambda request: self._watch(request.url))
        page.goto(self.server.url + address)
        settled(page)
        return page

    def _watch(self, url: str) -> None:
        own = (self.server.url, self.server.url.replace("http", "ws"), "data:", "blob:")
        if not url.startswith(own):
            self.server.outside.append(url)


@pytest.fixture
def visit(browser: Browser, server: Server) -> Iterator[Visit]:
    yield from visiting(browser, server)


@pytest.fixture
def guest(browser: Browser, shared_server: Server) -> Iterator[Visit]:
    """A visit to the server of the whole file."""
    yield from visiting(browser, shared_server)


def visiting(browser: Browser, server: Server) -> Iterator[Visit]:
    yield Visit(browser, server)
    for context in browser.contexts:
        context.close()


def settled(page: Page) -> None:
    """Waits until the script has run to its end and stayed there for a moment."""
    still = "[data-testid=stApp][data-test-script-state=notRunning]"
    page.wait_for_selector(still)
    page.wait_for_function(
        """() => new Promise((done) => {
          let quiet = 0;
          const look = () => {
            const app = document.querySelector("[data-testid=stApp]");
            quiet = app && app.dataset.testScriptState === "notRunning" ? quiet + 1 : 0;
            quiet >= 5 ? done(true) : setTimeout(look, 100);
          };
          look();
        })"""
    )
