"""`python -m core.jobs.worker JOB ATTEMPT SLOT`: does the work of one job, and writes how it ended in the job's outcome.json."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from filelock import FileLock, Timeout

from core.errors import UserError
from core.home import DISK_FLOOR, require_room
from core.jobs.ending import beginning, disk_full, is_short_of_memory
from core.jobs.heart import Heart
from core.jobs.kinds import BEHIND
from core.jobs.processes import BEHIND_ALL, IN_VAIN, NICER, lower_priority
from core.jobs.queue import Job, job
from core.jobs.slots import slot_lock
from core.store.augmentation import open_augmentation
from core.store.baselines import Baselines, runs_compared_with
from core.store.comparison import open_comparison
from core.store.job_folder import JobFolder, State
from core.store.judging import Judging
from core.store.labelling import open_labelling
from core.store.run import open_run
from core.store.search import open_search
from core.store.study_baselines import StudyBaselines, final_compared_with

TURN = 30.0
"""Seconds that a predecessor on the same device or of the same job may take to leave."""

Outcome = tuple[State, dict[str, Any] | None]
Work = Callable[[JobFolder, int, Callable[[], None]], State]
"""Does a job: its folder, the attempt, and a check to be called often. Returns how it ended."""


def main(identifier: str, attempt: str, slot: str) -> int:
    lower_priority(sys.platform, NICER)
    mine = job(identifier)
    if mine is None:
        return 1
    try:
        # The device first: two on one would spoil both. A supervisor that died has let go of neither.
        with slot_lock(slot).acquire(timeout=TURN), FileLock(mine.folder.lock).acquire(timeout=TURN):
            mine = job(identifier)
            if mine is None or (mine.state, mine.attempt, mine.slot) != ("running", int(attempt), slot):
                # Somebody thought us dead and queued the job again: whoever comes next does it.
                return 1
            if mine.kind in BEHIND:
                lower_priority(sys.platform, BEHIND_ALL)
            return work(mine)
    except Timeout:
        return IN_VAIN


def work(mine: Job) -> int:
    folder = mine.folder
    try:
        with Heart(folder, mine.attempt) as heart:
            state, reason = attempted(mine, folder, heart)
            folder.conclude(mine.attempt, state, reason)
    except OSError as error:
        # No room even for the first or the last word: the supervisor hears it by the exit code.
        return error.errno or 1
    return 0 if state in ("done", "stopped", "paused") else 1


def attempted(mine: Job, folder: JobFolder, heart: Heart) -> Outcome:
    """How it ended; tracebacks go to the log."""
    try:
        print(beginning(mine.attempt), flush=True)
        require_room(DISK_FLOOR)
        folder.report(folder.progress().model_copy(update={"phase": "reading", "seconds_left": None}))
        return WORK[mine.kind](folder, mine.attempt, heart.check), None
    except UserError as error:
        say_why()
        if error.code == "disk_full":
            return "failed", disk_full(folder)
        plain = (int, float, dict)
        facts = {name: value if isinstance(value, plain) else str(value) for name, value in error.facts.items()}
        return "failed", {"code": error.code, "facts": facts}
    except MemoryError:
        say_why()
        return "failed", {"code": "out_of_memory", "facts": {}}
    except Exception as error:
        say_why()
        return "failed", reason_of(error, folder)


def reason_of(error: Exception, folder: JobFolder) -> dict[str, Any]:
    """What the machine refused, as far as the error says it; else a fault of ours, with its reference."""
    said = "\n".join(str(each) for each in with_causes(error))
    if "No space left on device" in said or getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT):
        return disk_full(folder)
    if is_short_of_memory(said) or "out of memory" in said.lower():
        return {"code": "out_of_memory", "facts": {}}
    return {"code": "worker_failed", "facts": {"reference": folder.id}}


def with_causes(error: BaseException) -> Iterator[BaseException]:
    """The error, what it came from, what that came from, …"""
    cause = error.__cause__ or error.__context__
    yield error
    if cause is not None:
        yield from with_causes(cause)


def train_a_model(folder: JobFolder, attempt: int, check: Callable[[], None]) -> State:
    run = open_run(folder.project_id, folder.id)
    # Imported here: torch takes seconds, and the phase is on screen by now.
    from core.train.progress import Stopped
    from core.train.train import train
    from core.use.bundle import pack

    try:
        state: State = train(run, attempt, check)["state"]
    except Stopped as stopped:
        return "paused" if stopped.request == "pause" else "stopped"
    run.report(run.progress().model_copy(update={"phase": "zipping"}))
    pack(run)
    run.report(run.progress().model_copy(update={"phase": "over", "seconds_left": 0.0}))
    return state


def label_a_table(folder: JobFolder, attempt: int, check: Callable[[], None]) -> State:
    from core.use.table import label

    return label(open_labelling(folder.project_id, folder.id), check)


def paraphrase_rows(folder: JobFolder, attempt: int, check: Callable[[], None]) -> State:
    from core.augment.work import augment

    return augment(open_augmentation(folder.project_id, folder.id), check)


def compare_ways(folder: JobFolder, attempt: int, check: Callable[[], None]) -> State:
    from core.augment.comparison import compare

    return compare(open_comparison(folder.project_id, folder.id), check)


def judge_paraphrases(folder: JobFolder, attempt: int, check: Callable[[], None]) -> State:
    from core.augment.judging import judge_again

    return judge_again(Judging(folder.project_id, folder.id), check)


def search_settings(folder: JobFolder, attempt: int, check: Callable[[], None]) -> State:
    from core.train.search import search

    return search(open_search(folder.project_id, folder.id), attempt, check)


def measure_simple_models(folder: JobFolder, attempt: int, check: Callable[[], None]) -> State:
    from core.train.baselines import work
    from core.use.bundle import renew

    found = Baselines(folder.project_id, folder.id)
    state = work(found, check)
    if state == "done":
        renew(*runs_compared_with(found))
    return state


def measure_simple_models_on_folds(folder: JobFolder, attempt: int, check: Callable[[], None]) -> State:
    from core.train.study_baselines import work_on_folds
    from core.use.bundle import renew

    found = StudyBaselines(folder.project_id, folder.id)
    state, final = work_on_folds(found, check), final_compared_with(found)
    if state == "done" and final is not None:
        renew(final)
    return state


WORK: dict[str, Work] = {
    "train": train_a_model,
    "train_on_all": train_a_model,
    "label": label_a_table,
    "augment": paraphrase_rows,
    "augment_on_device": paraphrase_rows,
    "compare": compare_ways,
    "judge": judge_paraphrases,
    "search": search_settings,
    "baselines": measure_simple_models,
    "study_baselines": measure_simple_models_on_folds,
}
"""What is done for each kind of job."""


def say_why() -> None:
    """The traceback into the log, which may lie on the disk that is full."""
    with suppress(OSError):
        traceback.print_exc()


if __name__ == "__main__":
    code = main(*sys.argv[1:])
    with suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    # At once: to take torch apart takes seconds on a busy machine, in which the job would still be shown as running; and what
    # Python would write into the log of a full disk would change the code.
    os._exit(code)
