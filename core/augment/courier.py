"""`python -m core.augment.courier LOCK`: speaks with the engine of one back-translation, and outlives its worker for a moment.

A worker may be killed between a request and its answer, and the text would be asked for twice. So the requests are sent from
here: when the worker is gone, what is under way is still heard and kept in the memory, nothing new is begun, and the process
ends. It holds the lock LOCK meanwhile, for which the worker's successor waits before it looks into the memory.

Lines of JSON on its streams. In: the engine, then one order a leg. Out: "ready", an outcome for each text as it arrives, the end.
"""

from __future__ import annotations

import json
import queue
import sys
import threading
from contextlib import suppress
from typing import Any

from filelock import FileLock

from core.augment.chosen import engine_of
from core.augment.engines.engine import Failed, Outcome
from core.augment.patience import Interrupted, translate_all
from core.augment.plan import EngineChoice
from core.augment.remembering import Remembering

LAST_ANSWERS = 60.0
"""Seconds that requests under way are waited for once the worker is gone."""


class Gone(Exception):
    """The worker has closed the line: it wants no more, or was killed."""


class Line:
    """What comes in, read by a thread so that its end is noticed at once."""

    def __init__(self) -> None:
        self._lines: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._closed = threading.Event()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        with suppress(OSError, ValueError):
            for line in sys.stdin.buffer:
                self._lines.put(json.loads(line))
        self._closed.set()
        self._lines.put(None)

    def next(self) -> dict[str, Any] | None:
        """The next order; None once the line is closed."""
        return self._lines.get()

    def check(self) -> None:
        if self._closed.is_set():
            raise Gone


def main(lock: str) -> None:
    line = Line()
    first = line.next()
    if first is None:
        return
    choice = EngineChoice.model_validate(first)
    try:
        with FileLock(lock):
            try:
                say({"ready": True})
                # One at a time: another variant loads its models anew.
                variant, engine = 1, engine_of(choice)
                while (order := line.next()) is not None:
                    if order["variant"] != variant:
                        variant, engine = order["variant"], engine_of(choice, order["variant"])
                    carry(Remembering(engine, variant), order, line)
            finally:
                await_answers()
    except (Gone, BrokenPipeError):
        return


def carry(engine: Remembering, order: dict[str, Any], line: Line) -> None:
    """One leg: every text of the order gets its outcome, or the reason why the engine works no more is told."""
    try:
        for place, outcome in translate_all(engine, order["texts"], order["source"], order["target"], check=line.check):
            say({"at": place, **told(outcome)})
    except Interrupted as interrupted:
        say({"interrupted": told(interrupted.reason)["failed"]})
        return
    say({"end": True})


def told(outcome: Outcome) -> dict[str, Any]:
    if isinstance(outcome, Failed):
        return {"failed": {"code": outcome.code, "facts": outcome.facts}}
    return {"text": outcome.text}


def say(what: dict[str, Any]) -> None:
    print(json.dumps(what), flush=True)


def await_answers() -> None:
    """Until the threads that wait for an answer have it and have kept it."""
    for thread in threading.enumerate():
        if thread.name == "translation":
            thread.join(LAST_ANSWERS)


if __name__ == "__main__":
    main(sys.argv[1])
