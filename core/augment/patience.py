"""Many texts through one engine: several at once, tried again with patience, and given up when the service refuses."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from core.augment.engines.engine import PASSING, Engine, Failed, Outcome, Translated
from core.augment.engines.pace import GivenUp, rest, until

BEAT = 0.1
"""Seconds between two looks at whether the work is still wanted."""

GRACE = 5.0
"""Seconds that requests under way are waited for once the work is given up; what they bring counts."""

HOPELESS = frozenset({"key_refused", "key_missing", "quota", "program_missing", "model_missing", "model_unusable"})
"""Failures that every further text would meet as well."""


REFUSALS = PASSING | {"bad_request"}
"""Failures that are not the text's own when many texts in a row meet them."""


@dataclass(frozen=True)
class Patience:
    """How long to insist. Waits are in seconds."""

    attempts: int = 5
    """Requests for one text, the first included."""
    first_wait: float = 0.5
    """About the wait before the second attempt; it doubles, and is drawn at random below that."""
    longest_wait: float = 20.0
    longest_pause: float = 60.0
    """Of what a service may ask for; one that wants to be left alone for longer ends the work."""
    break_after: int = 12
    """Refusals in a row, whatever the text, after which asking on would only burn requests."""


class Interrupted(Exception):
    """The engine does not work any more; the texts without an outcome can be asked for later."""

    def __init__(self, reason: Failed) -> None:
        super().__init__(reason.code)
        self.reason = reason


def translate_all(
    engine: Engine,
    texts: Sequence[str],
    source: str,
    target: str,
    *,
    check: Callable[[], None] = lambda: None,
    patience: Patience | None = None,
) -> Iterator[tuple[int, Outcome]]:
    """The place of each text and its outcome, once each, as they arrive.

    check: called ten times a second in the thread that iterates; what it raises ends the work, after what was under way
    has been yielded. Raises Interrupted when the engine refuses, once all that arrived has been yielded.
    """
    work = _Work(engine, texts, source, target, patience or Patience())
    try:
        work.start()
        yield from work.arrivals(check)
    finally:
        work.end()


class _Work:
    def __init__(self, engine: Engine, texts: Sequence[str], source: str, target: str, patience: Patience) -> None:
        self._engine = engine
        self._texts = texts
        self._languages = source, target
        self._patience = patience
        size = max(engine.limits.texts, 1)
        self._batches = queue.SimpleQueue[list[int]]()
        for start in range(0, len(texts), size):
            self._batches.put(list(range(start, min(start + size, len(texts)))))
        self._arrived = queue.SimpleQueue[tuple[int, Outcome] | BaseException]()
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._refusals = 0
        self._alone_until = 0.0
        self._reason: Failed | None = None
        self._for_all: Failed | None = None
        at_once = min(max(engine.limits.at_once, 1), self._batches.qsize())
        self._threads = [threading.Thread(target=self._run, daemon=True, name="translation") for _ in range(at_once)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def arrivals(self, check: Callable[[], None]) -> Iterator[tuple[int, Outcome]]:
        missing = len(self._texts)
        while missing and self._reason is None:
            try:
                check()
            except BaseException:
                self._stopping.set()
                yield from self._last_arrivals(lambda: None)
                raise
            for arrival in self._arrivals_now(BEAT):
                missing -= 1
                yield arrival
        if self._reason is not None:
            for arrival in self._last_arrivals(check):
                missing -= 1
                yield arrival
            if missing:
                raise Interrupted(self._reason)

    def end(self) -> None:
        """Threads whose request is still under way end with it, and start nothing more."""
        self._stopping.set()
        deadline = time.monotonic() + GRACE
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(max(deadline - time.monotonic(), 0))

    def _last_arrivals(self, check: Callable[[], None]) -> Iterator[tuple[int, Outcome]]:
        deadline = time.monotonic() + GRACE
        while time.monotonic() < deadline and any(thread.is_alive() for thread in self._threads):
            check()
            yield from self._arrivals_now(BEAT / 2)
        yield from self._arrivals_now(0)

    def _arrivals_now(self, wait: float) -> Iterator[tuple[int, Outcome]]:
        """What is there, waiting for the first. Raises what a thread met that was no outcome."""
        try:
            arrival = self._arrived.get(timeout=wait) if wait else self._arrived.get_nowait()
            while True:
                if isinstance(arrival, BaseException):
                    raise arrival
                yield arrival
                arrival = self._arrived.get_nowait()
        except queue.Empty:
            return

    def _run(self) -> None:
        """One thread: batch after batch."""
        try:
            with until(self._stopping):
                while not self._stopping.is_set():
                    self._settle(self._batches.get_nowait())
        except (queue.Empty, GivenUp):
            return
        except BaseException as error:  # a fault of ours is raised where the outcomes are awaited
            self._arrived.put(error)

    def _settle(self, batch: list[int]) -> None:
        """Asks until each text of the batch is translated, has failed for good, or was tried often enough."""
        from tenacity import RetryCallState, Retrying, retry_if_result, stop_after_attempt, wait_random_exponential

        open_failures: dict[int, Failed] = dict.fromkeys(batch, Failed("refused"))
        jitter = wait_random_exponential(multiplier=self._patience.first_wait, max=self._patience.longest_wait)

        def attempt() -> bool:
            self._attempt(open_failures)
            return bool(open_failures)

        def wait(state: RetryCallState) -> float:
            return max(jitter(state), *(failed.retry_after or 0.0 for failed in open_failures.values()))

        Retrying(
            stop=stop_after_attempt(self._patience.attempts),
            wait=wait,
            sleep=rest,
            retry=retry_if_result(bool),
            retry_error_callback=lambda state: None,
        )(attempt)
        for place, failed in open_failures.items():
            self._arrived.put((place, failed))

    def _attempt(self, open_failures: dict[int, Failed]) -> None:
        while (pause := self._alone_until - time.monotonic()) > 0:
            rest(pause)
        places = list(open_failures)
        outcomes: list[Outcome] = [self._for_all] * len(places) if self._for_all else []
        if not outcomes:
            outcomes = self._engine.translate([self._texts[place] for place in places], *self._languages)
        self._learn(outcomes)
        for place, outcome in zip(places, outcomes, strict=True):
            if isinstance(outcome, Failed) and outcome.may_pass:
                open_failures[place] = outcome
            elif isinstance(outcome, Translated) or outcome.code not in HOPELESS:
                del open_failures[place]
                self._arrived.put((place, outcome))
        if self._stopping.is_set():
            raise GivenUp

    def _learn(self, outcomes: Sequence[Outcome]) -> None:
        """What these outcomes mean for the texts still to come."""
        failures = [outcome for outcome in outcomes if isinstance(outcome, Failed)]
        with self._lock:
            if len(failures) < len(outcomes):
                self._refusals = 0
            elif any(failed.code in REFUSALS for failed in failures):
                self._refusals += 1
            for failed in failures:
                if failed.code == "language":
                    self._for_all = failed
                asked = failed.retry_after or 0.0
                if failed.code in HOPELESS or (failed.code in REFUSALS and self._is_enough(asked)):
                    self._reason = self._reason or failed
                    self._stopping.set()
                elif failed.code == "refused" and asked:
                    self._alone_until = max(self._alone_until, time.monotonic() + asked)

    def _is_enough(self, asked: float) -> bool:
        return self._refusals >= self._patience.break_after or asked > self._patience.longest_pause
