"""The worker's end of the line to the courier: orders out, outcomes in."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

from core.augment.engines.engine import Failed, Outcome, Translated
from core.augment.patience import Interrupted
from core.augment.plan import EngineChoice

ROOT = Path(__file__).resolve().parents[2]
LOOK_EVERY = 0.2
"""Seconds between two looks at what the worker is asked while no outcome comes."""


class Carrier(Protocol):
    """Brings texts to an engine and the outcomes back."""

    def carry(
        self, texts: Sequence[str], source: str, target: str, variant: int, check: Callable[[], None]
    ) -> Iterator[tuple[int, Outcome]]:
        """The place of each text and its outcome, as they arrive; translations are in the memory by then.

        check: called again and again; what it raises ends the work. Raises Interrupted when the engine works no more.
        """


class Courier:
    """A process that speaks with the engine, see core.augment.courier. To be used as a context."""

    def __init__(self, choice: EngineChoice, lock: Path, check: Callable[[], None]) -> None:
        """Starts it, and waits until a former one of the same job has heard its last answers."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "core.augment.courier", str(lock)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._said: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        threading.Thread(target=self._listen, daemon=True).start()
        try:
            self._order(choice.model_dump(mode="json"))
            self._next(check)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Courier:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Nothing new is begun; returns when the last answers under way are kept."""
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.wait()

    def carry(
        self, texts: Sequence[str], source: str, target: str, variant: int, check: Callable[[], None]
    ) -> Iterator[tuple[int, Outcome]]:
        if not texts:
            return
        self._order({"texts": list(texts), "source": source, "target": target, "variant": variant})
        while "end" not in (said := self._next(check)):
            if "interrupted" in said:
                raise Interrupted(Failed(**said["interrupted"]))
            failed = said.get("failed")
            yield said["at"], Translated(said["text"]) if failed is None else Failed(**failed)

    def _order(self, what: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(what).encode() + b"\n")
        self._process.stdin.flush()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                self._said.put(json.loads(line))
        self._said.put(None)

    def _next(self, check: Callable[[], None]) -> dict[str, Any]:
        while True:
            check()
            try:
                said = self._said.get(timeout=LOOK_EVERY)
            except queue.Empty:
                continue
            if said is None:
                # Its traceback stands in the log, which it shares with the worker.
                raise RuntimeError(f"the courier ended with code {self._process.wait()}")
            return said
