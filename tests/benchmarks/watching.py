"""What it costs a training to be watched: its speed with and without people in front of its page, and the server's memory.

    .venv/bin/python -m tests.benchmarks.watching --sessions 20

One JSON line: `ratio`, steps a second with so many sessions to those without any, the median over pairs of windows that take
turns within one run; `server_mb`, the largest resident memory of the server, in MB, with all of them watching; and, to see where
the time goes, the worst pair and the processors that server and browser kept busy.

Each session is a real page of Chromium on the Train page of a run at work. In real life browsers run on other machines: here they
get the lowest priority (niceness 19) once their pages are open, so that they take what server and worker leave, and for the windows without them
they are halted, for loading twenty pages again each time would cost more than watching does. The run fine-tunes the embedded
model, with as many threads as the app gives it.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil
from playwright.sync_api import Browser, sync_playwright

from core.data.reading import read
from core.jobs.control import state_of
from core.jobs.launch import launch
from core.jobs.processes import supervisor_lock
from core.store.job_folder import ENDED
from core.store.project import create_project, keep_upload
from core.store.run import Run
from core.train.settings import Settings
from tests.browser.conftest import ARGUMENTS, NAMES, Server, free_port
from tests.browser.test_journey import CURVES
from tests.conftest import SAMPLES, end_processes_of
from tests.waiting import wait_until

TABLE = "courriers_mairie.csv"
SETTINGS = Settings(epochs=100, batch_size=16, max_tokens=96, patience=0)
"""Long enough for every window, on a table whose steps take a few tenths of a second."""
LOWEST = 19
"""Niceness of the browsers."""
SETTLE = 5.0
"""Seconds after browsers were halted or let go before a window begins."""
LIMIT = 600.0
"""Seconds that pages may take to be drawn, all at once on a busy machine."""


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sessions", type=int, default=20)
    parser.add_argument("--pairs", type=int, default=5, help="windows with and without, in turn")
    parser.add_argument("--seconds", type=float, default=30.0, help="length of a window")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PARAFINE_HOME"] = folder
        server = Server(Path(folder), free_port())
        try:
            server.start()
            with sync_playwright() as playwright:
                named = os.environ.get("PARAFINE_TEST_BROWSER") or next(filter(None, map(shutil.which, NAMES)))
                browser = playwright.chromium.launch(executable_path=named, args=ARGUMENTS)
                print(json.dumps(measure(server, browser, options.sessions, options.pairs, options.seconds)))
                browser.close()
        finally:
            server.kill()
            end_processes_of(Path(folder))


def measure(server: Server, browser: Browser, sessions: int, pairs: int, seconds: float) -> dict[str, float]:
    assert server.process is not None
    process = psutil.Process(server.process.pid)
    own, theirs = Busy(lambda: [process]), Busy(chromium)
    with supervisor_lock().acquire(timeout=60):
        # The pages come before the work, which would leave them little to be loaded with.
        run = waiting()
        watch(server, browser, run, sessions)
        for each in chromium():
            each.nice(LOWEST)
    wait_until(lambda: run.progress().step > 20, limit=LIMIT)
    ratios, memory, busy, without = [], 0, [], []
    for turn in range(pairs):
        # Who comes first takes turns too: a machine that slows down must not count for one side.
        found = {}
        for watched in (False, True) if turn % 2 == 0 else (True, False):
            for each in chromium():
                each.resume() if watched else each.suspend()
            pace(run, SETTLE)
            own.since(), theirs.since()
            found[watched] = pace(run, seconds)
            if watched:
                busy.append((own.since(), theirs.since()))
                memory = max(memory, server.resident())
        ratios.append(found[True] / found[False])
        without.append(found[False])
    for each in chromium():
        each.resume()
    return {
        "sessions": sessions,
        "ratio": round(statistics.median(ratios), 3),
        "server_mb": round(memory / 1e6),
        "worst": round(min(ratios), 3),
        "steps_per_second": round(statistics.median(without), 2),
        "server_cpu": round(statistics.median(each for each, _ in busy), 3),
        "browser_cpu": round(statistics.median(each for _, each in busy), 3),
    }


def waiting() -> Run:
    content = (SAMPLES / TABLE).read_bytes()
    project = keep_upload(create_project("Watched").id, content, TABLE, read(content, TABLE))
    return launch(project.id, SETTINGS)


def watch(server: Server, browser: Browser, run: Run, sessions: int) -> None:
    """Opens the run's page in every session, and waits until each has drawn its curves."""
    address = f"{server.url}/train?project={run.project_id}&run={run.id}&lang=fr"
    pages = [browser.new_context(locale="fr-FR").new_page() for _ in range(sessions)]
    for page in pages:
        page.goto(address, wait_until="commit", timeout=LIMIT * 1000)
    for page in pages:
        page.wait_for_selector(f"{CURVES}[data-points]", timeout=LIMIT * 1000, state="attached")


def pace(run: Run, seconds: float) -> float:
    """Steps a second over a window that begins and ends with a step."""
    first = seen(run, 0)
    last = first
    while last[1] - first[1] < seconds:
        last = seen(run, last[0])
        assert state_of(run) not in ENDED, "the run has ended before the last window"
    return (last[0] - first[0]) / (last[1] - first[1])


def seen(run: Run, step: int) -> tuple[int, float]:
    """The next step after `step` that the run reports, and when it did, in seconds."""
    if step == 0:
        step = run.progress().step
    progress = wait_until(lambda: found if (found := run.progress()).step > step else None, limit=LIMIT)
    return progress.step, progress.updated_at


class Busy:
    """Processors that some processes keep busy from one call of `since` to the next."""

    def __init__(self, processes: Callable[[], list[psutil.Process]]) -> None:
        self._processes = processes
        self._seen: dict[int, float] = {}
        self._moment = 0.0

    def since(self) -> float:
        before, moment = self._seen, self._moment
        self._seen, self._moment = {each.pid: sum(each.cpu_times()[:2]) for each in self._processes()}, time.monotonic()
        spent = sum(seconds - before.get(pid, 0.0) for pid, seconds in self._seen.items())
        return spent / (self._moment - moment)


def chromium() -> list[psutil.Process]:
    return [each for each in psutil.Process().children(recursive=True) if "chrom" in each.name().lower()]


if __name__ == "__main__":
    main()
