"""What a run says while it works: points on disk, phases, time left; and how it hears "stop"."""

from __future__ import annotations

import json
import math
import time
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from core.errors import UserError
from core.store.run import Phase, Progress, Run

REPORT_EVERY = 0.5
"""Seconds between two writes of progress.json."""


class Stopped(Exception):
    """A stop was asked for while the texts were being looked at, or before there was anything to keep."""


class Reporter:
    """Writes metrics.jsonl and progress.json of one run."""

    def __init__(self, run: Run, epochs: int) -> None:
        self.run = run
        self.epochs = epochs
        self._progress = Progress(epochs=epochs)
        self._written = 0.0
        self._pace: tuple[int, float] | None = None

    def phase(self, phase: Phase) -> None:
        self._progress = self._progress.model_copy(update={"phase": phase, "seconds_left": None})
        self.run.report(self._progress)

    def step(self, step: int, steps: int, epoch: float) -> None:
        """Progress of the training; time left from the mean pace since the first step seen."""
        now = time.monotonic()
        if self._pace is None:
            self._pace = (step, now)
        first, since = self._pace
        left = (now - since) / (step - first) * (steps - step) if step > first else None
        self._progress = self._progress.model_copy(
            update={"phase": "training", "step": step, "steps": steps, "epoch": epoch, "seconds_left": left}
        )
        self._report(at_once=step == steps)

    def point(self, split: str, name: str, value: float, *, step: int, epoch: float) -> None:
        """One line of metrics.jsonl, written at once."""
        line = {
            "step": step,
            "epoch": round(epoch, 4),
            "split": split,
            "name": name,
            "value": value,
            "time": time.time(),
        }
        with (self.run.folder / "metrics.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def looking(self, done: int) -> None:
        """Between two batches of an evaluation: says that the run lives, raises Stopped when it is to end."""
        if self.stop_requested():
            raise Stopped
        self._report(at_once=False)

    def _report(self, *, at_once: bool) -> None:
        now = time.monotonic()
        if at_once or now - self._written >= REPORT_EVERY:
            self._written = now
            self.run.report(self._progress)

    def stop_requested(self) -> bool:
        return self.run.stop_request.exists()


class Watcher(TrainerCallback):
    """Tells the Reporter what the Trainer does, and the Trainer when to evaluate and when to end."""

    def __init__(self, reporter: Reporter, evaluate_at: set[int], learning_rate: float) -> None:
        self.reporter = reporter
        self.evaluate_at = evaluate_at
        self.learning_rate = learning_rate

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        self.reporter.step(state.global_step, state.max_steps, state.epoch or 0.0)
        control.should_evaluate = state.global_step in self.evaluate_at
        if self.reporter.stop_requested():
            control.should_training_stop = True
            control.should_evaluate = False

    def on_epoch_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        # The last step of the epoch has been evaluated; the Trainer would do it again.
        control.should_evaluate = False

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, float] | None = None,
        **_: Any,
    ) -> None:
        """Raises UserError("loss_not_finite")."""
        logs = logs or {}
        if "loss" in logs:
            loss = float(logs["loss"])
            if not math.isfinite(loss):
                raise UserError("loss_not_finite", step=state.global_step, learning_rate=self.learning_rate)
            self._points("train", {"loss": loss, "learning_rate": float(logs["learning_rate"])}, state)

    def validated(self, figures: dict[str, float], state: TrainerState) -> None:
        self._points("validation", figures, state)

    def _points(self, split: str, figures: dict[str, float], state: TrainerState) -> None:
        for name, value in figures.items():
            self.reporter.point(split, name, value, step=state.global_step, epoch=state.epoch or 0.0)
