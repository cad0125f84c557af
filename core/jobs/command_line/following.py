"""watch: jobs until they end, with bars on a terminal and with plain lines elsewhere; the exit code says how they ended."""

from __future__ import annotations

import time
from argparse import Namespace
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

from rich.progress import BarColumn, Progress, TaskID, TextColumn

from core.errors import UserError
from core.jobs.command_line.finding import find_jobs, settle
from core.jobs.command_line.listing import how_far, places, reference
from core.jobs.command_line.voice import Voice, printable
from core.jobs.control import wake
from core.jobs.job_words import PHASES, STATES, ended_of, left_of, phase_of, share_of, step_of
from core.jobs.overview import Look, look, project_names
from core.jobs.queue import job, jobs
from core.store.job_folder import ENDED, State
from core.words import Words

LOOK_EVERY = 0.5
"""Seconds between two looks."""
LINE_EVERY = 10.0
"""Seconds between two lines about a job whose phase stays the same, where there is no terminal."""


def watch(args: Namespace, voice: Voice) -> int:
    settle()
    if args.jobs:
        return follow([each.id for text in args.jobs for each in find_jobs(text)], voice)
    busy = [each.id for each in [*jobs("running"), *jobs("queued")]]
    if not busy:
        voice.say(voice.words.gettext("Nothing runs, nothing waits."))
    return follow(busy, voice)


def follow(identifiers: Sequence[str], voice: Voice) -> int:
    """Until each has ended: 0 when all are done, 1 when one failed, 3 when one was stopped, paused or interrupted.

    Raises UserError("run_not_found") when one is removed meanwhile.
    """
    names = project_names()
    seen: dict[str, Look] = {}
    screen = _Bars(voice) if voice.out.is_terminal else _Lines(voice)
    with screen.open():
        while True:
            for identifier in identifiers:
                row = job(identifier)
                if row is None:
                    raise UserError("run_not_found")
                seen[identifier] = look(row, names)
            screen.update(list(seen.values()))
            wake(*(each.job for each in seen.values()))
            if all(each.job.state in ENDED for each in seen.values()):
                break
            time.sleep(LOOK_EVERY)
    for each in seen.values():
        voice.say(f"{reference(each)}{voice.words.colon} {ended_of(each, voice.words)}")
    return code_of(list(seen.values()))


def code_of(looks: Sequence[Look]) -> int:
    states = {each.job.state for each in looks}
    return 1 if "failed" in states else 3 if states - {"done"} else 0


class _Bars:
    """One line a job, which grows in place."""

    def __init__(self, voice: Voice) -> None:
        self._words = voice.words
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(20),
            TextColumn("{task.fields[said]}", markup=False),
        )
        self._progress = Progress(*columns, console=voice.out, transient=True, refresh_per_second=4)
        self._tasks: dict[str, TaskID] = {}

    def open(self) -> AbstractContextManager[object]:
        return self._progress

    def update(self, looks: list[Look]) -> None:
        for each in looks:
            if each.job.id not in self._tasks:
                name = printable(reference(each))
                self._tasks[each.job.id] = self._progress.add_task(name, total=1.0, said="")
            share = share_of(each.progress) if each.job.state != "queued" else 0.0
            self._progress.update(self._tasks[each.job.id], completed=share, said=said_of(each, self._words))


class _Lines:
    """A line when something has changed."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice
        self._last: dict[str, tuple[State, str]] = {}
        self._said: dict[str, str] = {}
        self._when: dict[str, float] = {}

    def open(self) -> AbstractContextManager[object]:
        return nullcontext()

    def update(self, looks: list[Look]) -> None:
        words, now = self._voice.words, time.monotonic()
        for each in looks:
            name, said, progress = each.job.id, said_of(each, words), each.progress
            # A checkpoint belongs to the training, and is mostly too short to be worth two lines.
            mark = each.job.state, PHASES["training" if progress.phase == "checkpoint" else progress.phase]
            is_due = self._last.get(name) != mark or now - self._when[name] >= LINE_EVERY
            if each.job.state not in ENDED and is_due and self._said.get(name) != said:
                self._last[name], self._said[name], self._when[name] = mark, said, now
                self._voice.say(f"{reference(each)}{words.colon} {said}")


def said_of(look: Look, words: Words) -> str:
    """Phase, step and time left; the place of what waits, the state of what has ended."""
    if look.job.state == "queued":
        return f"{words.gettext(STATES['queued'])}, {how_far(look, places(), words)}"
    if look.job.state in ENDED:
        return words.gettext(STATES[look.job.state])
    progress = look.progress
    parts = [phase_of("running", progress, words), step_of(progress, words), left_of(progress, words)]
    return " · ".join(part for part in parts if part)
