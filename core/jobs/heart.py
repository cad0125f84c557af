"""The thread beside the work: gives signs of life, and watches that memory and disk do not run out."""

from __future__ import annotations

import shutil
import threading
import time

import psutil

from core.errors import UserError
from core.home import DISK_FLOOR
from core.jobs.resources import memory
from core.store.job_folder import Heartbeat, JobFolder

EVERY = 2.0
"""Seconds between two beats."""
MEMORY_FLOOR = 100_000_000
"""Bytes that must stay free: below, the system ends processes as it likes, maybe not ours."""
TIMES = 3
"""Looks in a row that must find too little memory: a peak may pass."""


class Heart:
    """Beats while its `with` block runs; `check` raises in the working thread what the heart has seen."""

    def __init__(self, folder: JobFolder, attempt: int) -> None:
        self._folder = folder
        self._process = psutil.Process()
        self._beat = Heartbeat(attempt=attempt, pid=self._process.pid, command=self._process.cmdline())
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._scarce = 0
        self._problem: UserError | None = None

    def __enter__(self) -> Heart:
        """The first beat says that this attempt has begun, before anything else of it is written."""
        self._folder.beat(self._beat)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def check(self) -> None:
        """Raises UserError: disk_full, memory_short."""
        if self._problem is not None:
            raise self._problem

    def _run(self) -> None:
        self._process.cpu_percent()
        while not self._over.wait(EVERY):
            try:
                self._look()
            except OSError:
                # A disk so full that not even a beat can be written is found by the next look.
                time.sleep(0)

    def _look(self) -> None:
        free = shutil.disk_usage(self._folder.folder).free
        if free < DISK_FLOOR:
            self._problem = UserError("disk_full", free=free, needed=DISK_FLOOR, missing=DISK_FLOOR - free)
        left = memory()
        self._scarce = self._scarce + 1 if left.left < MEMORY_FLOOR else 0
        if self._scarce >= TIMES:
            self._problem = UserError("memory_short", left=left.left, total=left.total)
        self._beat = self._beat.model_copy(
            update={
                "beats": self._beat.beats + 1,
                "memory": self._process.memory_info().rss,
                "cpu": self._process.cpu_percent() / 100,
            }
        )
        self._folder.beat(self._beat)
