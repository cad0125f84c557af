"""What a run says while it works: points on disk, phases, time left; and how it hears "stop"."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from core.errors import UserError
from core.store.job_folder import Phase, Progress, Request
from core.store.run import Run
from core.train.checkpoints import Checkpoints

BEFORE: tuple[Phase, ...] = ("loading", "tokenising", "counting", "pretraining", "gathering", "probing")
"""Phases before the steps of the training: what one of them counted is no share of the next."""
REPORT_EVERY = 0.5
"""Seconds between two writes of progress.json."""


class Stopped(Exception):
    """A stop or a pause was asked for while the texts were being looked at, or before there was anything to keep."""

    def __init__(self, request: Request = "stop") -> None:
        self.request: Request = request
        super().__init__(request)


class Reporter:
    """Writes metrics.jsonl and progress.json of one run.

    check: called again and again while the run works; raises UserError when the machine no longer allows it to go on.
    measured: called once the figures of a look at the validation part are written; may raise to end the run.
    """

    def __init__(
        self,
        run: Run,
        epochs: int,
        check: Callable[[], None] = lambda: None,
        measured: Callable[[], None] = lambda: None,
    ) -> None:
        self.run = run
        self.epochs = epochs
        self.check = check
        self.measured = measured
        self._progress = Progress(epochs=epochs)
        self._written = 0.0
        self._pace: tuple[Phase, int, float] | None = None

    def phase(self, phase: Phase) -> None:
        nought = {"step": 0, "steps": 0} if phase in BEFORE else {}
        self._progress = self._progress.model_copy(update={"phase": phase, "seconds_left": None, **nought})
        self.run.report(self._progress)

    def step(self, step: int, steps: int, epoch: float, phase: Phase = "training", epochs: int | None = None) -> None:
        """Progress of a phase; time left in it from the mean pace since its first step seen. epochs: those of the phase."""
        now = time.monotonic()
        if self._pace is None or self._pace[0] != phase:
            self._pace = (phase, step, now)
        _, first, since = self._pace
        left = (now - since) / (step - first) * (steps - step) if step > first else None
        self._progress = self._progress.model_copy(
            update={
                "phase": phase,
                "step": step,
                "steps": steps,
                "epoch": epoch,
                "epochs": epochs or self.epochs,
                "seconds_left": left,
            }
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
        request = self.asked()
        if request is not None:
            raise Stopped(request)
        self.check()
        self._report(at_once=False)

    def gathering(self, step: int, steps: int) -> None:
        """The same between two steps of core.train.alignment."""
        self.step(step, steps, 0.0, "gathering")
        self.looking(step)

    def finishing(self, done: int) -> None:
        """The same at the end of a run: a pause comes too late, for there is nothing left to go on with."""
        if self.asked() == "stop":
            raise Stopped("stop")
        self.check()
        self._report(at_once=False)

    def _report(self, *, at_once: bool) -> None:
        now = time.monotonic()
        if at_once or now - self._written >= REPORT_EVERY:
            self._written = now
            self.run.report(self._progress)

    def asked(self) -> Request | None:
        return self.run.asked()


class Losses:
    """Mean training loss since the last point of its curve."""

    def __init__(self) -> None:
        self.total = torch.zeros((), dtype=torch.float64)
        self.steps = 0

    def add(self, loss: Tensor) -> None:
        self.total = self.total.to(loss.device) + loss.double()
        self.steps += 1

    def take(self) -> float:
        """The mean, and a new beginning."""
        found = float(self.total / max(1, self.steps))
        self.total, self.steps = torch.zeros((), dtype=torch.float64), 0
        return found


@dataclass(frozen=True)
class Plan:
    """At which steps something is due."""

    per_epoch: int
    """Steps of an epoch."""
    evaluate_at: set[int]
    point_every: int
    """Steps between two points of the training loss."""


class Watcher(TrainerCallback):
    """Tells the Reporter what the Trainer does, and the Trainer when to evaluate, to keep a checkpoint, and to end."""

    def __init__(
        self, reporter: Reporter, plan: Plan, begin_epoch: Callable[[int], None], checkpoints: Checkpoints
    ) -> None:
        self.reporter = reporter
        self.plan = plan
        self.losses = Losses()
        self.learning_rate = 0.0
        self._begin_epoch = begin_epoch
        self._checkpoints = checkpoints

    def on_epoch_begin(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        self._begin_epoch(state.global_step // self.plan.per_epoch)

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Raises UserError("loss_not_finite"), and those of the reporter's check."""
        step = state.global_step
        self.reporter.step(step, state.max_steps, state.epoch or 0.0)
        if step == 1 or step % self.plan.point_every == 0:
            loss = self.losses.take()
            if not math.isfinite(loss):
                raise UserError("loss_not_finite", step=step, learning_rate=args.learning_rate)
            self._points("train", {"loss": loss, "learning_rate": self.learning_rate}, state)
        self.reporter.check()
        control.should_evaluate = step in self.plan.evaluate_at
        control.should_save = self._checkpoints.due(at_epoch_end=step % self.plan.per_epoch == 0)
        if self.reporter.asked() is not None:
            control.should_training_stop = True
            control.should_evaluate = False
            control.should_save = True

    def on_epoch_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        # The last step of the epoch has been evaluated; the Trainer would do it again.
        control.should_evaluate = False
        control.should_save = False

    def validated(self, figures: dict[str, float], state: TrainerState) -> None:
        self._points("validation", figures, state)
        self.reporter.measured()

    def _points(self, split: str, figures: dict[str, float], state: TrainerState) -> None:
        for name, value in figures.items():
            self.reporter.point(split, name, value, step=state.global_step, epoch=state.epoch or 0.0)
