"""Jobs that end in a second without torch, how a test waits for their end, and processes that begin at the same moment."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psutil

from core.jobs.control import state_of
from core.jobs.queue import Job, claim, job_of
from core.store.job_folder import ENDED, Heartbeat
from core.store.project import Project
from core.store.run import Run
from tests.conftest import ROOT, processes_of
from tests.tables import lay_down
from tests.waiting import wait_until

SUPERVISOR, WORKER = "core.jobs.supervisor", "core.jobs.worker"
TOGETHER = """
import pathlib, sys, time
from core.store.database import engine
engine()
go, ready, *arguments = sys.argv[1:]
pathlib.Path(ready).touch()
while not pathlib.Path(go).exists(): time.sleep(0.001)
"""


def broken_run(project: Project) -> Run:
    """A run whose folder lost its record."""
    run = lay_down(project)
    (run.folder / "run.json").unlink()
    return run


def steps_learned(run: Run) -> int:
    """Steps of the training as the run tells them; 0 before the first, while it gets ready in steps of another kind."""
    progress = run.progress()
    return progress.step if progress.phase in ("training", "checkpoint") else 0


def begun(run: Run, attempt: int = 1) -> None:
    """As if a worker had taken up the attempt and been cut off."""
    run.beat(Heartbeat(attempt=attempt, pid=2**22 + 1, command=["gone"]))


def taken(slot: str = "cpu") -> Job:
    """The next job, taken as a supervisor takes it."""
    job = claim(slot)
    assert job is not None
    return job


def now_of(run: Run) -> Job:
    """The job of the run as it is now."""
    job = job_of(run)
    assert job is not None
    return job


def ended(run: Run) -> Job:
    """The job of the run, once it has ended."""
    wait_until(lambda: state_of(run) in ENDED, every=0.5)  # as often as a page looks
    job = now_of(run)
    assert job.ended_at is not None
    return job


def the_only(home: Path, module: str) -> psutil.Process:
    (process,) = wait_until(lambda: processes_of(home, module))
    return process


def at_once(code: str, arguments: list[list[str]], folder: Path) -> list[str]:
    """What processes print that run this code together: one for each list, which the code finds in `arguments`."""
    go = folder / "go"
    ready = [folder / f"ready-{place}" for place in range(len(arguments))]
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", TOGETHER + code, str(go), str(path), *own],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for path, own in zip(ready, arguments, strict=True)
    ]
    wait_until(lambda: all(path.exists() for path in ready))
    go.touch()
    found = []
    for process in processes:
        output, errors = process.communicate(timeout=300)
        assert process.returncode == 0, errors
        found.append(output)
    for path in (go, *ready):
        path.unlink()
    return found
