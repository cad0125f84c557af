"""`python -m core.jobs.supervisor`: works through the queue, one job a device, and leaves when it is empty.

Detached from whoever starts it: closing the browser or the web server changes nothing here. It holds one lock while it
lives, so that there is never a second one; it alone writes how a job ended. It loads no torch.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

import psutil
from filelock import FileLock, Timeout
from sqlalchemy.exc import OperationalError

from core.errors import UserError
from core.home import home
from core.jobs.ending import Ending, how_it_ended, oom_kills
from core.jobs.housekeeping import keep_house
from core.jobs.processes import IN_VAIN, NICER, ROOT, end_tree, is_held, lower_session, supervisor_lock, worker_process
from core.jobs.queue import Job, claim, finish, jobs, requeue
from core.jobs.slots import environment, slots

LOOK_EVERY = 0.3
"""Seconds between two looks at the children and at the queue."""
GRACE = float(os.environ.get("PARAFINE_GRACE", "120"))
"""Seconds without a sign of life that a worker may take, once asked to end, before its processes are ended."""
RETRY = 2.0
"""Seconds between two tries to write to a database that refuses: its disk is full, or another holds it for long."""
LOG_LIMIT = 5_000_000
"""Bytes of supervisor.log after which it starts anew."""

Found = TypeVar("Found")


class Watched:
    """A job at work: a child of this supervisor, or one that a former supervisor left behind."""

    def __init__(self, job: Job, child: subprocess.Popen[bytes] | None) -> None:
        self.job = job
        self.child = child
        self._kills = oom_kills()
        self._sign = 0.0
        self._quiet_since = time.monotonic()

    def ending(self) -> Ending | None:
        """How it ended; None while it works."""
        if self._is_alive():
            self._press()
            return None
        # A child's memory may have run out; of another's end nobody saw the signal, and an older count means nothing.
        ran_out = oom_kills() > self._kills if self.child is not None else None
        return how_it_ended(self.job, self.child.returncode if self.child is not None else None, ran_out)

    def in_vain(self) -> bool:
        """Whether it ended without having begun, because something old still holds its device: the job waits on."""
        return self.child is not None and self.child.returncode == IN_VAIN and not has_begun(self.job)

    def _is_alive(self) -> bool:
        if self.child is not None:
            return self.child.poll() is None
        return self.job.folder.folder.exists() and is_held(FileLock(self.job.folder.lock))

    def _press(self) -> None:
        """Ends the processes of a worker that was asked to end and has given no sign of life for long."""
        sign = self.job.folder.progress().updated_at
        now = time.monotonic()
        if self.job.folder.asked() is None or sign != self._sign:
            self._sign, self._quiet_since = sign, now
        elif now - self._quiet_since > GRACE:
            with suppress(psutil.NoSuchProcess):
                found = psutil.Process(self.child.pid) if self.child else worker_process(self.job.folder.heartbeat())
                if found is not None:
                    end_tree(found)


def main() -> None:
    lower_session(NICER)
    while True:
        try:
            # A page that looks whether the lock is held takes it for an instant: hence a second of patience.
            with supervisor_lock().acquire(timeout=1):
                shorten_log()
                oversee(adopt())
        except Timeout:
            return
        # A job may have been put in while the lock was being let go.
        if not persistently(partial(jobs, "queued")):
            return


def adopt() -> dict[str, Watched]:
    """Jobs that a former supervisor left running: those that live are watched on, of the others the end is recorded."""
    living: dict[str, Watched] = {}
    for job in persistently(partial(jobs, "running")):
        if not job.folder.folder.exists():
            persistently(partial(finish, job, *how_it_ended(job, None, None)))
            continue
        try:
            # Held while the row is written: a worker that is only just starting waits, and finds its attempt gone.
            with FileLock(job.folder.lock).acquire(timeout=0):
                if has_begun(job):
                    persistently(partial(finish, job, *how_it_ended(job, None, None)))
                else:
                    persistently(partial(requeue, job))
        except Timeout:
            living[job.slot or ""] = Watched(job, None)
    return living


def has_begun(job: Job) -> bool:
    """Whether a worker has taken up this attempt."""
    heartbeat = job.folder.heartbeat()
    return heartbeat is not None and heartbeat.attempt == job.attempt


def oversee(working: dict[str, Watched]) -> None:
    """Gives free devices the next jobs and records how they end, until nothing waits and nothing works."""
    devices = slots()
    try:
        keep_house()
    except Exception:
        # What cannot be tidied must not keep anybody's work waiting; nor must the log, which may lie on a full disk.
        with suppress(OSError):
            traceback.print_exc()
    while True:
        for slot in devices:
            if slot not in working and (job := persistently(partial(claim, slot))) is not None:
                working[slot] = Watched(job, begin(job, slot))
        if not working:
            return
        time.sleep(LOOK_EVERY)
        for slot, watched in list(working.items()):
            ending = watched.ending()
            if ending is not None:
                over = partial(requeue, watched.job) if watched.in_vain() else partial(finish, watched.job, *ending)
                persistently(over)
                del working[slot]


def begin(job: Job, slot: str) -> subprocess.Popen[bytes] | None:
    """Starts the worker of a job; None when the job's folder is gone, or the system refuses: memory, files, the log."""
    if not job.folder.folder.exists():
        return None
    try:
        with job.folder.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "core.jobs.worker", job.id, str(job.attempt), slot],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=os.environ | environment(slot),
            )
    except OSError:
        # Of this job the end is recorded; the others have their turn.
        with suppress(OSError):
            traceback.print_exc()
        return None


def persistently(act: Callable[[], Found]) -> Found:
    """Does it again and again while the database refuses: a supervisor that gave up would leave states that are untrue."""
    while True:
        try:
            return act()
        except (OperationalError, UserError):
            # The log may lie on the disk that is full.
            with suppress(OSError):
                traceback.print_exc()
            time.sleep(RETRY)


def shorten_log() -> None:
    """supervisor.log is written by whoever starts us; what is old in it goes."""
    log = Path(home() / "supervisor.log")
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        os.truncate(log, 0)


if __name__ == "__main__":
    main()
