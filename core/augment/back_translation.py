"""The rows of a table through other languages and back: each text once, each outcome kept when it arrives, nothing done twice."""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence

from core.augment.carrying import Carrier
from core.augment.engines.engine import Engine, Failed, Outcome, Translated
from core.augment.plan import Plan, legs, wanted_texts
from core.store.arrivals import Arrival, arrived, counts, keep_arrivals
from core.store.augmentation import Augmentation, Task
from core.store.job_folder import Progress
from core.store.memory import Asked, get_many

ROWS_TOGETHER = 256
"""Rows that go through all legs before the next ones begin; more where the engine takes more at once."""
WRITE_EVERY = 1.0
"""Seconds between two writes of what has arrived into the database."""
REPORT_EVERY = 0.5
"""Seconds between two writes of progress.json."""


def back_translate(
    augmentation: Augmentation,
    plan: Plan,
    engine_of: Callable[[int], Engine],
    carrier: Carrier,
    check: Callable[[], None] = lambda: None,
) -> tuple[int, int]:
    """Makes the paraphrases that the job has not made yet; how many it has made by now, and how many failed.

    engine_of: the engine of a variant, asked for its name, version and limits only. check: called again and again; what it raises
    ends the work; translations that arrived are in the memory by then. Raises core.augment.patience.Interrupted when the engine works no more.
    """
    tasks = augmentation.tasks()
    made = arrived(augmentation)
    left = [task for task in tasks if (task.origin, task.path, task.variant) not in made]
    meter = _Meter(augmentation, len(tasks), len(tasks) - len(left))
    groups: dict[tuple[str, int], list[Task]] = defaultdict(list)
    for task in left:
        groups[task.path, task.variant].append(task)
    for (path, variant), some in groups.items():
        engine = engine_of(variant)
        together = max(ROWS_TOGETHER, 32 * engine.limits.at_once, engine.limits.texts)
        for first in range(0, len(some), together):
            batch = some[first : first + together]
            with _InOrder(augmentation, batch) as order:
                for arrival in _through(batch, plan, path, variant, engine, carrier, check):
                    order.keep(arrival)
                    meter.count()
    return counts(augmentation)


def _through(
    tasks: Sequence[Task],
    plan: Plan,
    path: str,
    variant: int,
    engine: Engine,
    carrier: Carrier,
    check: Callable[[], None],
) -> Iterator[Arrival]:
    """Some rows through all legs of a path; each task once, as soon as all its texts are back or one has failed."""
    waiting: dict[str, list[Task]] = defaultdict(list)
    for task in tasks:
        for text in set(wanted_texts(plan, task.text, task.question)):
            waiting[text].append(task)
    now: dict[str, Outcome] = {text: Translated(text) for text in waiting}
    settled: set[Task] = set()
    ways = legs(path)
    for place, (source, target) in enumerate(ways):
        asked = Asked(engine.name, engine.version, source, target, variant)
        origins: dict[str, list[str]] = defaultdict(list)
        for original, outcome in now.items():
            # What only rows need that failed already would be asked for in vain.
            if isinstance(outcome, Translated) and any(task not in settled for task in waiting[original]):
                origins[outcome.text].append(original)
        back: dict[str, Outcome] = {}
        for text, outcome in _leg(asked, list(origins), carrier, check):
            for original in origins[text]:
                now[original] = back[original] = outcome
                if isinstance(outcome, Translated) and place < len(ways) - 1:
                    continue
                for task in waiting[original]:
                    if task not in settled and (arrival := _settled(task, plan, engine, back, outcome)):
                        settled.add(task)
                        yield arrival


def _leg(asked: Asked, texts: list[str], carrier: Carrier, check: Callable[[], None]) -> Iterator[tuple[str, Outcome]]:
    """Each text and its outcome: first those that the memory knows."""
    known = get_many(asked, texts)
    for text, translation in known.items():
        yield text, Translated(translation)
    missing = [text for text in texts if text not in known]
    for place, outcome in carrier.carry(missing, asked.source, asked.target, asked.variant, check):
        yield missing[place], outcome


def _settled(task: Task, plan: Plan, engine: Engine, back: dict[str, Outcome], last: Outcome) -> Arrival | None:
    """How a task ended; None while another of its texts is still under way. back: what the last leg has brought so far."""
    if isinstance(last, Failed):
        return Arrival(task, engine.name, None, None, {"code": last.code, "facts": last.facts})
    wanted = wanted_texts(plan, task.text, task.question)
    found = {}
    for text in wanted:
        outcome = back.get(text)
        if not isinstance(outcome, Translated):
            return None
        found[text] = outcome.text
    text = found.get(task.text, task.text) if plan.parts != "question" else task.text
    question = found.get(task.question, task.question) if plan.parts != "text" else task.question
    return Arrival(task, engine.name, text, question)


class _InOrder:
    """Writes arrivals in the order of their tasks, whatever comes first: the table is the same however often the work is interrupted.

    A context: at its end, all up to the first task that is still under way are written.
    """

    def __init__(self, augmentation: Augmentation, tasks: Sequence[Task]) -> None:
        self._augmentation = augmentation
        self._left = deque(tasks)
        self._arrived: dict[Task, Arrival] = {}
        self._written = time.monotonic()

    def __enter__(self) -> _InOrder:
        return self

    def __exit__(self, *_: object) -> None:
        self._write()

    def keep(self, arrival: Arrival) -> None:
        self._arrived[arrival.task] = arrival
        if time.monotonic() - self._written >= WRITE_EVERY:
            self._write()

    def _write(self) -> None:
        ready = []
        while self._left and self._left[0] in self._arrived:
            ready.append(self._arrived.pop(self._left.popleft()))
        keep_arrivals(self._augmentation, ready)
        self._written = time.monotonic()


class _Meter:
    """The progress of the job, as it is seen while the rows of a batch come back."""

    def __init__(self, augmentation: Augmentation, rows: int, done: int) -> None:
        self._augmentation = augmentation
        self._rows = rows
        self._done = self._first = done
        self._began, self._said = time.monotonic(), 0.0

    def count(self) -> None:
        self._done += 1
        now = time.monotonic()
        if now - self._said < REPORT_EVERY and self._done < self._rows:
            return
        self._said = now
        pace = (now - self._began) / (self._done - self._first)
        left = pace * (self._rows - self._done)
        self._augmentation.report(Progress(phase="translating", step=self._done, steps=self._rows, seconds_left=left))
