"""A training into a checkpoint, and a checkpoint into a training that goes on as if nothing had happened."""

from __future__ import annotations

import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

import torch
from torch import nn
from transformers import PreTrainedModel, TrainerState

from core.store.run import SAMPLES
from core.train.checkpoints import Checkpoints
from core.train.fit import Fit
from core.train.inference import FloatArray
from core.train.snapshot import (
    WEIGHTS,
    checkpoint_size,
    load_optimizer,
    load_state,
    load_weights,
    restore_random,
    save_optimizer,
    save_state,
    save_weights,
)

TRAINER, METRICS = "trainer_state.json", "metrics.jsonl"
PRETRAINING = "pretraining"
"""The folder in a run's with what was kept of core.train.pretraining."""


class ResumableFit(Fit):
    """A Fit that keeps checkpoints when its watcher says so, and that the Trainer can take up from one of them."""

    def _save_checkpoint(self, model: nn.Module, trial: Any) -> None:
        self.watcher.reporter.phase("checkpoint")
        keep(self)

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: nn.Module | None = None) -> None:
        """Nothing: `restore` has put the weights back already."""

    def _load_optimizer_and_scheduler(self, checkpoint: str | None) -> None:
        if checkpoint is not None:
            restore_optimizer(self, Path(checkpoint))

    def _load_rng_state(self, checkpoint: str | None) -> None:
        if checkpoint is not None:
            restore_random(Path(checkpoint))


def keep(fit: Fit) -> None:
    """Writes a checkpoint of the present step. Raises UserError("disk_full")."""
    model = cast(PreTrainedModel, fit.model)
    fit.checkpoints.write(
        fit.state.global_step, lambda folder: fill(fit, folder), [fit.best_weights()], checkpoint_size(model)
    )


def fill(fit: Fit, folder: Path) -> None:
    save_weights(cast(PreTrainedModel, fit.model), folder / WEIGHTS)
    best = asdict(fit.best)
    tensors = {f"average.{name}": tensor for name, tensor in fit.average.mean.items()}
    tensors["best"] = torch.from_numpy(cast(FloatArray, best.pop("outputs")))
    tensors["losses"] = fit.watcher.losses.total
    values = {
        "optimizer": save_optimizer(cast(torch.optim.Optimizer, fit.optimizer), folder),
        "schedule": cast(Any, fit.lr_scheduler).state_dict(),
        "best": best,
        "bad_evaluations": fit.bad_evaluations,
        "evaluated_step": fit.evaluated_step,
        "average_is_current": fit.average.is_current,
        "loss_steps": fit.watcher.losses.steps,
        "seconds": fit.seconds(),
    }
    save_state(folder, values, tensors)
    fit.state.save_to_json(str(folder / TRAINER))
    # The curve as it is now: what comes after this step will be written again.
    shutil.copyfile(fit.run.folder / METRICS, folder / METRICS)


def restore(fit: Fit, checkpoint: Path) -> None:
    """Puts everything back but the optimizer, the schedule and the random states, which the Trainer asks for in its turn."""
    model = cast(PreTrainedModel, fit.model)
    load_weights(model, checkpoint / WEIGHTS)
    values, tensors = load_state(checkpoint)
    fit.best = type(fit.best)(**values["best"], outputs=tensors["best"].numpy())
    fit.average.mean = {
        name.removeprefix("average."): tensor.to(model.device)
        for name, tensor in tensors.items()
        if name.startswith("average.")
    }
    fit.average.is_current = values["average_is_current"]
    fit.bad_evaluations = values["bad_evaluations"]
    fit.evaluated_step = values["evaluated_step"]
    fit.watcher.losses.total, fit.watcher.losses.steps = tensors["losses"], values["loss_steps"]
    fit.seconds_before = values["seconds"]
    fit.state = TrainerState.load_from_json(str(checkpoint / TRAINER))
    shutil.copyfile(checkpoint / METRICS, fit.run.folder / METRICS)


def restore_optimizer(fit: Fit, checkpoint: Path) -> None:
    values, _ = load_state(checkpoint)
    load_optimizer(cast(torch.optim.Optimizer, fit.optimizer), checkpoint, values["optimizer"])
    cast(Any, fit.lr_scheduler).load_state_dict(values["schedule"])


def begin_anew(fit: Fit) -> None:
    """No checkpoint: what an earlier attempt wrote is not part of this one."""
    shutil.rmtree(fit.checkpoints.folder, ignore_errors=True)
    for name in (METRICS, SAMPLES):
        (fit.run.folder / name).unlink(missing_ok=True)
    if (former := Checkpoints(fit.run.folder / PRETRAINING).newest()) is not None:
        shutil.copyfile(former / METRICS, fit.run.folder / METRICS)
