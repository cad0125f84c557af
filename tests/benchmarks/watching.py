"""What it costs a training to be watched: its speed with and without people in front of its page, and the server's memory.

    .venv/bin/python -m tests.benchmarks.watching --sessions 20

One JSON line: `ratio`, steps a second with so many sessions to those without any, the median over rounds of windows that take
turns within one run; `server_mb`, the largest resident memory of the server, in MB, with all of them watching; the worst round;
and the processors that server and browsers kept busy.

Each session is a real page of Chromium on the Train page of a run at work, half in French, half in English. In life browsers run
on other machines. So there are windows of three kinds: `alone`, with all browsers halted; `asked`, with the browsers halted
while the server is asked for all that their pages had been seen to ask for, in the rhythm in which they did; and `here`, with the
browsers at work on this machine too, for what server and worker leave of it. `ratio` is that of `asked`, `ratio_here` that of
`here`, where the drawing of so many pages takes its part. The run fine-tunes the embedded model, with as many threads as the
app gives it.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil
from playwright.sync_api import Browser, Page, sync_playwright

from core.data.reading import read
from core.home import home
from core.jobs.control import state_of
from core.jobs.launch import launch
from core.store.job_folder import ENDED, Progress
from core.store.project import create_project, keep_upload
from core.store.run import Run
from core.train.settings import Settings
from tests.benchmarks.askers import Askers, rhythm_of
from tests.browser.conftest import ARGUMENTS, NAMES, Server, free_port
from tests.browser.test_journey import CURVES
from tests.conftest import SAMPLES, end_processes_of, processes_of
from tests.waiting import wait_until

TABLE = "courriers_mairie.csv"
SETTINGS = Settings(epochs=100, batch_size=16, max_tokens=96, patience=0)
"""Long enough for every window, on a table whose steps take a few tenths of a second."""
LOWEST = 19
"""Niceness of the browsers."""
SETTLE = 5.0
"""Seconds after browsers were halted or let go before a window begins."""
SEEN = 30.0
"""Seconds over which it is noted what the pages ask for."""
KINDS = ["alone", "asked", "here"]
LIMIT = 600.0
"""Seconds that pages may take to be drawn, all at once on a busy machine."""


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sessions", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3, help="windows of each kind, in turn")
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
                print(json.dumps(measure(server, browser, options.sessions, options.rounds, options.seconds)))
                browser.close()
        finally:
            server.kill()
            end_processes_of(Path(folder))


def measure(server: Server, browser: Browser, sessions: int, rounds: int, seconds: float) -> dict[str, float]:
    assert server.process is not None
    process = psutil.Process(server.process.pid)
    own, theirs = Busy(lambda: [process]), Busy(chromium)
    run = at_work()
    two = watch(server, browser, run, min(sessions, 2))
    wait_until(lambda: run.progress().step > 20, limit=LIMIT)
    rhythms = list(itertools.islice(itertools.cycle(rhythm_of(two, SEEN)), sessions))
    # The work rests meanwhile: it would leave little to load so many pages with.
    workers = processes_of(home(), "core.jobs.worker")
    for each in workers:
        each.suspend()
    watch(server, browser, run, sessions - len(two))
    for each in chromium():
        behind(each)
    for each in workers:
        each.resume()
    paces: dict[str, list[float]] = {kind: [] for kind in KINDS}
    memory, busy = 0, []
    for turn in range(rounds):
        # Who comes first takes turns too: a machine that slows down must not count for one side.
        for kind in KINDS[turn % 3 :] + KINDS[: turn % 3]:
            for each in chromium():
                each.resume() if kind == "here" else each.suspend()
            with Askers(server.port, rhythms if kind == "asked" else []) as askers:
                pace(run, SETTLE)
                own.since(), theirs.since()
                paces[kind].append(pace(run, seconds))
            assert not askers.failed
            busy.append((kind, own.since(), theirs.since()))
            memory = max(memory, server.resident())
    for each in chromium():
        each.resume()
    ratios = {kind: [one / alone for one, alone in zip(paces[kind], paces["alone"], strict=True)] for kind in KINDS}
    return {
        "sessions": sessions,
        "ratio": round(statistics.median(ratios["asked"]), 3),
        "server_mb": round(memory / 1e6),
        "worst": round(min(ratios["asked"]), 3),
        "ratio_here": round(statistics.median(ratios["here"]), 3),
        "steps_per_second": round(statistics.median(paces["alone"]), 2),
        "asked_per_second": round(sum(1 / every for rhythm in rhythms for every in rhythm.values()), 1),
        "server_cpu": round(statistics.median(server for kind, server, _ in busy if kind == "asked"), 3),
        "browser_cpu": round(statistics.median(browsers for kind, _, browsers in busy if kind == "here"), 3),
    }


def at_work() -> Run:
    content = (SAMPLES / TABLE).read_bytes()
    project = keep_upload(create_project("Watched").id, content, TABLE, read(content, TABLE))
    return launch(project.id, SETTINGS)


def watch(server: Server, browser: Browser, run: Run, sessions: int) -> list[Page]:
    """Opens the run's page in every session, and waits until each has drawn its curves."""
    address = f"{server.url}/train?project={run.project_id}&run={run.id}&lang="
    pages = [browser.new_context(locale="fr-FR").new_page() for _ in range(sessions)]
    for page, language in zip(pages, itertools.cycle(("fr", "en"))):
        page.goto(address + language, wait_until="commit", timeout=LIMIT * 1000)
    for page in pages:
        page.wait_for_selector(f"{CURVES}[data-points]", timeout=LIMIT * 1000, state="attached")
    return pages


def behind(process: psutil.Process) -> None:
    """Leaves a process only what nobody else wants; Linux counts that by thread, and first by session (sched(7))."""
    if sys.platform != "linux":
        process.nice(psutil.IDLE_PRIORITY_CLASS if sys.platform == "win32" else LOWEST)
        return
    for thread in process.threads():
        with contextlib.suppress(ProcessLookupError):
            os.sched_setscheduler(thread.id, os.SCHED_IDLE, os.sched_param(0))
    with contextlib.suppress(OSError):
        # Who is not root may write one a tenth of a second, and one is enough for a session.
        Path(f"/proc/{process.pid}/autogroup").write_text(str(LOWEST))


def pace(run: Run, seconds: float) -> float:
    """Steps a second over a window that begins and ends with a step."""
    first = seen(run, 0)
    last = first
    while last[1] - first[1] < seconds:
        last = seen(run, last[0])
    return (last[0] - first[0]) / (last[1] - first[1])


def seen(run: Run, step: int) -> tuple[int, float]:
    """The next step after `step` that the run reports, and when it did, in seconds."""
    if step == 0:
        step = run.progress().step

    def further() -> Progress | None:
        assert state_of(run) not in ENDED, f"the run has ended before the last window:\n{run.last_lines()}"
        found = run.progress()
        return found if found.step > step else None

    progress = wait_until(further, limit=LIMIT)
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
