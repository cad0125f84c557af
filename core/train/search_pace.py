"""How far a search is, and how long it will still take."""

from __future__ import annotations

import time
from collections.abc import Sequence

from core.store.job_folder import Progress
from core.store.search import SearchRecord, TrialLine

FINE = 1000
"""Steps that the progress of a search counts to, whatever its budget."""


class Pace:
    """Of the trial at work, within its search. lines: every trial so far."""

    def __init__(self, record: SearchRecord, lines: Sequence[TrialLine], place: int) -> None:
        self.record = record
        self.place = place
        self.ended = [line.seconds for line in lines if line.place < place]
        self.before = next((line.seconds for line in lines if line.place == place), 0.0)
        self.can_end = any(line.state == "done" for line in lines)
        self._started = time.monotonic()

    def is_over(self, seconds: float) -> bool:
        """Whether the time is gone, in the middle of a trial that took so many seconds; the first good one is let to its end."""
        minutes = self.record.minutes
        return minutes is not None and self.can_end and sum(self.ended) + seconds >= 60 * minutes

    def of(self, training: Progress) -> Progress:
        """The progress of the search: steps of its budget, the trial as `epoch`, of `epochs` where their number is known."""
        is_learning = training.steps and training.phase not in ("pretraining", "gathering")
        share = min(1.0, training.step / training.steps) if is_learning else 0.0
        seconds = self.before + time.monotonic() - self._started
        trials, minutes = self.record.trials, self.record.minutes
        by_trials = (self.place + share) / trials if trials is not None else 0.0
        by_time = (sum(self.ended) + seconds) / (60 * minutes) if minutes is not None else 0.0
        return Progress(
            phase="searching",
            step=min(FINE, round(FINE * max(by_trials, by_time))),
            steps=FINE,
            epoch=self.place + 1,
            epochs=trials or 0,
            seconds_left=self.left(share, seconds),
        )

    def left(self, share: float, seconds: float) -> float | None:
        """Seconds until the budget is gone; None while nothing tells how long a trial takes. share: of this trial that is done."""
        found = []
        if self.record.minutes is not None:
            found.append(max(0.0, 60 * self.record.minutes - sum(self.ended) - seconds))
        whole = sum(self.ended) / len(self.ended) if self.ended else seconds / share if share > 0.05 else None
        if self.record.trials is not None and whole is not None:
            this = max(0.0, whole - seconds)
            found.append(this + whole * (self.record.trials - self.place - 1))
        return min(found) if found else None
