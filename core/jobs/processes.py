"""Processes as the jobs need them: started so that they outlive who starts them, found again, ended with all below them."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import psutil
from filelock import FileLock, Timeout

from core.home import home, locks_folder
from core.store.job_folder import Heartbeat

ROOT = Path(__file__).resolve().parents[2]

NICER = 5
"""Steps below the web server in the system's priorities, so that pages stay quick."""
BEHIND_ALL = 12
"""Steps more, for work that is not to slow a training down."""
IN_VAIN = 75
"""Exit code of a worker whose device, or whose job, another has not let go of: EX_TEMPFAIL of sysexits.h."""
STARTING = 2.0
"""Seconds that a supervisor may take until it holds its lock; if it takes longer there are two, and one leaves."""
_started: dict[Path, float] = {}
"""When this process last started a supervisor, by home."""
_starting = threading.Lock()


def supervisor_lock() -> FileLock:
    """Held by the one supervisor of a home while it lives."""
    return FileLock(locks_folder() / "supervisor.lock")


def ensure_supervisor() -> None:
    """Starts a supervisor, detached, unless one lives."""
    place = home()
    with _starting:
        # One that starts holds no lock yet: twenty pages that look at once must not start twenty.
        is_starting = time.monotonic() - _started.get(place, -STARTING) < STARTING
        if is_starting or is_held(supervisor_lock()):
            return
        _started[place] = time.monotonic()
    with (home() / "supervisor.log").open("ab") as log:
        supervisor = subprocess.Popen(
            [sys.executable, "-m", "core.jobs.supervisor"],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            **detached(sys.platform),
        )
    # Waited for, or it would stay behind as a zombie of this process when it leaves first.
    threading.Thread(target=_outlive, args=(supervisor, place), daemon=True).start()


def _outlive(supervisor: subprocess.Popen[bytes], place: Path) -> None:
    supervisor.wait()
    with _starting:
        _started.pop(place, None)


def detached(platform: str) -> dict[str, Any]:
    """How a process is started on a platform (a value of sys.platform) so that the end of this one does not end it."""
    if platform == "win32":
        # CREATE_NEW_PROCESS_GROUP: a Ctrl-C in the server's window is not its own. CREATE_NO_WINDOW: a console without a
        # window, which the children share: a window of their own could be closed by hand.
        return {"creationflags": 0x00000200 | 0x08000000}
    return {"start_new_session": True}


def is_held(lock: FileLock) -> bool:
    """Whether a living process holds the lock; the file alone says nothing."""
    try:
        with lock.acquire(timeout=0):
            return False
    except Timeout:
        return True


def worker_process(heartbeat: Heartbeat | None) -> psutil.Process | None:
    """The living process of a heartbeat; None when it is gone or its number belongs to another process by now."""
    if heartbeat is None:
        return None
    try:
        process = psutil.Process(heartbeat.pid)
        return process if process.cmdline() == heartbeat.command else None
    except psutil.Error:
        return None


def end_tree(process: psutil.Process) -> None:
    """Kills a process and all below it; nothing happens when it is gone."""
    try:
        for each in [*process.children(recursive=True), process]:
            each.kill()
    except psutil.NoSuchProcess:
        pass


def lower_priority(platform: str, steps: int) -> None:
    """Puts this process behind the web server: `steps` of niceness, on Windows the class below normal."""
    if platform == "win32":
        psutil.Process().nice(16384)  # BELOW_NORMAL_PRIORITY_CLASS
    else:
        os.nice(steps)


def lower_session(steps: int) -> None:
    """Puts the session that this process leads, with all it starts, behind others; nothing where a kernel knows no such thing.

    Desktop Linux shares the processors between sessions first (autogroup, see sched(7)): within it the niceness of a process
    counts only against others of its own session, and a worker would take as much as the web server. A process that leads no
    session leaves it as it is: it is that of somebody's terminal.
    """
    if hasattr(os, "getsid") and os.getsid(0) == os.getpid():
        with contextlib.suppress(OSError):
            Path("/proc/self/autogroup").write_text(str(steps))
