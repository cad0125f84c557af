"""How an attempt ended, read from what its worker wrote and what became of its process."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path
from typing import Any

from core.errors import UserError
from core.home import DISK_FLOOR
from core.jobs.queue import Job
from core.store.job_folder import JobFolder, State
from core.store.run import Run, open_run
from core.store.search import Search
from core.train.footprint import weights_for
from core.train.settings import Settings

Ending = tuple[State, dict[str, Any] | None]
"""A state and its reason."""
SHORT_OF_MEMORY = (
    "can't allocate memory",
    "cannot allocate memory",
    "memory allocation still failed",
    "memoryerror",
    "std::bad_alloc",
    "failed to map segment",
    "can't start new thread",
    "thread creation failed",
    "pthread_create failed",
    "failed to launch worker thread",
)
"""How libraries say that they get no memory, or none for a thread; some of them end the process at once."""
ENDED_BY_OTHERS = {-9, -15}
"""Exit codes of a process that was ended from outside: its last lines do not say why."""


def how_it_ended(job: Job, code: int | None, memory_ran_out: bool | None) -> Ending:
    """State and reason of an attempt that is over.

    code: the exit code of the worker, negative for a signal, None when nobody saw it end. What an earlier attempt wrote does
    not count; a worker that wrote nothing was cut off.
    """
    folder = job.folder
    if not folder.folder.exists():
        return "failed", {"code": "run_not_found", "facts": {}}
    outcome = folder.outcome()
    if outcome is not None and outcome.get("attempt") == job.attempt:
        return outcome["state"], outcome["reason"]
    if isinstance(folder, Run):
        result = folder.result()
        if result is not None and result.get("attempt") == job.attempt:
            return result["state"], None
    lacked = code not in {None, 0, *ENDED_BY_OTHERS} and is_short_of_memory(_last_words(job))
    if memory_ran_out or lacked:
        return "failed", {"code": "out_of_memory", "facts": {}}
    if code is not None and code > 0:
        return "failed", _fault(folder, code)
    if folder.asked() == "stop":
        return "stopped", None
    if folder.asked() == "pause":
        return "paused", None
    return "interrupted", None


def _fault(folder: JobFolder, code: int) -> dict[str, Any]:
    """The reason of a worker that gave up without a word: the disk that refused the word, or a fault of ours."""
    if code in (errno.ENOSPC, errno.EDQUOT) or shutil.disk_usage(folder.folder).free < DISK_FLOOR:
        return disk_full(folder)
    return {"code": "worker_failed", "facts": {"reference": folder.id}}


def disk_full(folder: JobFolder) -> dict[str, Any]:
    """The reason of a job that found no room to write: what it would need to be resumed."""
    free = shutil.disk_usage(folder.folder).free
    try:
        needed = max(DISK_FLOOR, room_to_resume(folder))
    except (UserError, OSError, ValueError):
        # What cannot be read now must not keep the supervisor from its word.
        needed = DISK_FLOOR
    return {"code": "disk_full", "facts": {"free": free, "needed": needed, "missing": max(0, needed - free)}}


def room_to_resume(folder: JobFolder) -> int:
    """Bytes that the disk must have for a job to be resumed; what its checkpoints take, they take already.

    Raises UserError("run_not_found").
    """
    if isinstance(folder, Search):
        record = folder.record().run
        return weights_for(Settings.model_validate(record.settings), folder.project_id, record.roles.task).on_disk
    if not isinstance(folder, Run):
        return DISK_FLOOR
    known = open_run(folder.project_id, folder.id).record()
    whole = weights_for(Settings.model_validate(known.settings), folder.project_id, known.roles.task).on_disk
    return max(0, whole - folder.size())


def is_short_of_memory(said: str) -> bool:
    return any(words in said.lower() for words in SHORT_OF_MEMORY)


def beginning(attempt: int) -> str:
    """The first line that an attempt writes into the log."""
    return f"attempt {attempt}"


def _last_words(job: Job) -> str:
    """The end of what this attempt wrote into the log."""
    lines = job.folder.last_lines(200).split("\n")
    starts = [place for place, line in enumerate(lines) if line == beginning(job.attempt)]
    return "\n".join(lines[starts[-1] if starts else 0 :])


def oom_kills() -> int:
    """How often Linux has ended a process for want of memory since it started, in any control group; 0 elsewhere."""
    try:
        lines = Path("/proc/vmstat").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("oom_kill ")), 0)
