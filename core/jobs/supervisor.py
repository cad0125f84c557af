"""`python -m core.jobs.supervisor`: works through the queue, one job at a time, and leaves when it is empty.

Detached from whoever starts it: closing the browser or the web server changes nothing here. It holds the slot's lock while
it lives, so that there is never a second one; it alone writes how a job ended. It loads no torch.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import psutil
from filelock import FileLock, Timeout

from core.home import locks_folder
from core.jobs.queue import Job, claim, finish, jobs
from core.store.database import now
from core.store.run import Run, State

LOOK_EVERY = 0.3
"""Seconds between two looks at a child or at the queue."""
STARTING = 30.0
"""Seconds that a new worker may take until it holds its lock."""
GRACE = 120.0
"""Seconds without a sign of life that a child may take, once asked to stop, before its processes are ended."""
ROOT = Path(__file__).resolve().parents[2]

CALM = {
    # glibc gives large blocks back to the system after every step and faults them in again: up to a fifth of the time.
    "MALLOC_MMAP_THRESHOLD_": "8000000000",
    "MALLOC_TRIM_THRESHOLD_": "8000000000",
    "MALLOC_TOP_PAD_": "268435456",
    # Threads that wait for each other spin only shortly before they sleep: alone on the machine a step takes 8 % longer, but with a
    # browser or anything else at work beside, spinning as long as the library would takes 60 % longer.
    "GOMP_SPINCOUNT": "1000",
}
"""The environment of a worker, beside what it inherits."""


def slot() -> FileLock:
    return FileLock(locks_folder() / "slot-0.lock")


def ensure_supervisor() -> None:
    """Starts a supervisor, detached, unless one holds the slot."""
    if is_held(slot()):
        return
    with (locks_folder().parent / "supervisor.log").open("ab") as log:
        supervisor = subprocess.Popen(
            [sys.executable, "-m", "core.jobs.supervisor"],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            **detached(),
        )
    # Waited for, or it would stay behind as a zombie of this process when it leaves first.
    threading.Thread(target=supervisor.wait, daemon=True).start()


def detached() -> dict[str, Any]:
    """How a process is started so that the end of this one does not end it."""
    if sys.platform == "win32":
        # A console without a window, which the children share: a window of their own could be closed by hand.
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    return {"start_new_session": True}


def is_held(lock: FileLock) -> bool:
    """Whether a living process holds the lock."""
    try:
        with lock.acquire(timeout=0):
            return False
    except Timeout:
        return True


def main() -> None:
    while True:
        try:
            # A page that looks whether the slot is held takes it for an instant: hence a second of patience.
            with slot().acquire(timeout=1):
                reconcile()
                while (job := claim()) is not None:
                    work(job)
        except Timeout:
            return
        # A job may have been put in while the lock was being let go.
        if not jobs("queued"):
            return


def reconcile() -> None:
    """Jobs that a former supervisor left running: waits for those that live, says how the others ended."""
    for job in jobs("running"):
        while is_starting(job) or (job.run.folder.exists() and is_held(FileLock(job.run.lock))):
            time.sleep(LOOK_EVERY)
        finish(job.id, *how_it_ended(job.run, None, None))


def is_starting(job: Job) -> bool:
    """Whether the job was taken so short a time ago that its worker may not hold its lock yet."""
    age = (now() - job.started_at).total_seconds() if job.started_at else STARTING
    return 0 <= age < STARTING and job.run.folder.exists() and job.run.outcome() is None


def work(job: Job) -> None:
    """Runs one job in a child and records how it ended."""
    run = job.run
    if not run.folder.exists():
        finish(job.id, "failed", {"code": "run_not_found", "facts": {}})
        return
    kills = oom_kills()
    with run.log.open("ab") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", "core.jobs.worker", run.project_id, run.id],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=os.environ | CALM,
        )
    asked: float | None = None
    while child.poll() is None:
        if asked is None and run.stop_request.exists():
            asked = time.time()
        if asked is not None and time.time() - max(asked, run.progress().updated_at) > GRACE:
            end_tree(child.pid)
        time.sleep(LOOK_EVERY)
    memory_ran_out = oom_kills() > kills
    finish(job.id, *how_it_ended(run, child.returncode, memory_ran_out))


def how_it_ended(run: Run, code: int | None, memory_ran_out: bool | None) -> tuple[State, dict[str, Any] | None]:
    """State and reason from what the worker wrote; a worker that wrote nothing was cut off."""
    outcome = run.outcome()
    if outcome is not None:
        return outcome["state"], outcome["reason"]
    result = run.result()
    if result is not None:
        return result["state"], None
    if memory_ran_out:
        return "failed", {"code": "out_of_memory", "facts": {}}
    if run.stop_request.exists():
        return "stopped", None
    if code is not None and code > 0:
        return "failed", {"code": "worker_failed", "facts": {"reference": run.id}}
    return "interrupted", None


def end_tree(pid: int) -> None:
    try:
        parent = psutil.Process(pid)
        for process in [*parent.children(recursive=True), parent]:
            process.kill()
    except psutil.NoSuchProcess:
        pass


def oom_kills() -> int:
    """How often Linux has ended a process for want of memory since it started; 0 elsewhere."""
    try:
        lines = Path("/proc/vmstat").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("oom_kill ")), 0)


if __name__ == "__main__":
    main()
