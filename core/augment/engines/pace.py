"""The pace of an engine: its requests are spread over time, whoever sends them, first tries and retries alike."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from math import ceil

SLACK = 1.05
"""Share by which requests are further apart than the rate demands: on its way one may catch up with another."""

_giving_up: ContextVar[threading.Event | None] = ContextVar("giving_up", default=None)


class GivenUp(Exception):
    """The work that waited for its turn is no longer wanted."""


@contextmanager
def until(event: threading.Event) -> Iterator[None]:
    """Within, whoever waits in this thread for a turn or for a rest raises GivenUp once `event` is set."""
    token = _giving_up.set(event)
    try:
        yield
    finally:
        _giving_up.reset(token)


def rest(seconds: float) -> None:
    """Sleeps. Raises GivenUp."""
    event = _giving_up.get()
    if event is None:
        time.sleep(seconds)
    elif event.wait(seconds):
        raise GivenUp


def unwanted() -> bool:
    """Whether the work of this thread is no longer wanted."""
    event = _giving_up.get()
    return event is not None and event.is_set()


class Pace:
    """Turns for requests, one after the other and evenly spaced; shared by the threads of an engine."""

    def __init__(self, per_second: float | None) -> None:
        self._turn = threading.Lock()
        self._bucket = None
        if per_second is not None:
            from pyrate_limiter import InMemoryBucket, Rate

            # One request in each interval: a burst of a whole second's worth would look like an attack.
            self._bucket = InMemoryBucket([Rate(1, ceil(1000 * SLACK / per_second))])

    def wait(self) -> None:
        """Returns when a request may be sent. Raises GivenUp."""
        if unwanted():
            raise GivenUp
        if self._bucket is None:
            return
        from pyrate_limiter import RateItem

        while not self._turn.acquire(timeout=0.1):
            rest(0)
        try:
            while True:
                now = time.monotonic_ns() // 1_000_000
                self._bucket.leak(now)
                item = RateItem("request", now)
                if self._bucket.put(item):
                    return
                rest(max(int(self._bucket.waiting(item)), 1) / 1000)  # type: ignore[arg-type]  # awaitable in others
        finally:
            self._turn.release()
