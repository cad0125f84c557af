"""Waiting for a condition, with a limit generous enough for a busy machine."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")

LIMIT = 180.0
"""Seconds after which a condition counts as never met."""


def wait_until(condition: Callable[[], Found], limit: float = LIMIT, every: float = 0.05) -> Found:
    """The first true answer of `condition`; AssertionError when `limit` seconds brought none."""
    started = time.monotonic()
    while not (found := condition()):
        assert time.monotonic() - started < limit, f"not met after {limit:.0f} s, the last answer was {found!r}"
        time.sleep(every)
    return found
