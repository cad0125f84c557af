"""Fine-tuning with the Trainer of transformers: one call from encoded parts to the best model by the task's figure on validation."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn
from transformers import PreTrainedModel, Trainer, TrainerCallback, TrainingArguments

from core.errors import UserError
from core.home import write_whole
from core.store.run import Run
from core.train.average import Average
from core.train.batches import Encoded
from core.train.checkpoints import Checkpoints
from core.train.inference import FloatArray
from core.train.lesson import Lesson
from core.train.order import LengthOrder
from core.train.progress import Plan, Reporter, Stopped, Watcher
from core.train.restraint import freeze_below, groups_by_height
from core.train.settings import Settings
from core.train.snapshot import checkpoint_size, save_weights

CURVE_POINTS = 200
"""Training-loss points of a whole run, at most about."""
TOKENS_AT_ONCE = 2048
"""Word pieces computed together on a processor; twice as many at 384 a text take twice the time and memory each."""
WRITTEN_A_SECOND = 300_000_000
"""Bytes of a checkpoint that a slow disk takes a second; what the first one costs is not known before."""
EVALUATIONS = 8
"""Evaluations of a whole run, at least about; never fewer than one an epoch."""


@dataclass(frozen=True)
class Parts:
    """Encoded examples; "labels" in every entry."""

    train: list[Encoded]
    validation: list[Encoded]


@dataclass
class Best:
    """The best evaluation so far, or the last one where that is kept: its weights are on disk in the run's checkpoints/best."""

    score: float = -math.inf
    """As the lesson scores it."""
    figures: dict[str, float] = field(default_factory=dict)
    step: int = 0
    epoch: float = 0.0
    outputs: FloatArray | None = None


def has_fast_bf16() -> bool:
    """Whether this processor multiplies bfloat16 quicker than float32 (AVX512-BF16, AMX), or a GPU is there that does."""
    if torch.cuda.is_available():
        return bool(torch.cuda.is_bf16_supported())
    return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


def arguments(run: Run, settings: Settings, steps: int) -> TrainingArguments:
    return TrainingArguments(
        output_dir=str(run.folder / "checkpoints"),
        num_train_epochs=settings.epochs,
        per_device_train_batch_size=settings.batch_size,
        learning_rate=settings.learning_rate,
        lr_scheduler_type="linear",
        warmup_steps=math.ceil(settings.warmup_share * steps),
        weight_decay=settings.weight_decay,
        optim="adamw_torch_fused",
        bf16=has_fast_bf16(),
        use_cpu=not torch.cuda.is_available(),
        logging_strategy="no",
        logging_nan_inf_filter=False,
        eval_strategy="no",
        save_strategy="no",
        seed=settings.seed,
        data_seed=settings.seed,
        dataloader_pin_memory=False,
        # What an entry holds is between the lesson's encode and its collate.
        remove_unused_columns=False,
        report_to=[],
        disable_tqdm=True,
    )


class Fit(Trainer):
    """The Trainer with our own evaluation (batched by length), our own keeping of the best weights and our own checkpoints."""

    def __init__(self, reporter: Reporter, lesson: Lesson, parts: Parts) -> None:
        settings = lesson.settings
        per_epoch = math.ceil(len(parts.train) / settings.batch_size)
        steps = per_epoch * settings.epochs
        self.run = reporter.run
        self.lesson = lesson
        self.settings = settings
        self.parts = parts
        self.best = Best()
        self.average = Average()
        lesson.learn_from(parts.train, reporter.looking)
        freeze_below(lesson.model, settings.frozen_layers)
        self.bad_evaluations = 0
        self.evaluated_step = -1
        self.seconds_before = 0.0
        self.started = time.monotonic()
        self.checkpoints = Checkpoints(self.run.folder / "checkpoints")
        self.checkpoints.expect(checkpoint_size(lesson.model) / WRITTEN_A_SECOND)
        self.order = LengthOrder(list(map(lesson.length, parts.train)), settings.batch_size, settings.seed)
        wanted = max(1, math.ceil(EVALUATIONS / settings.epochs)) if parts.validation else 1
        self.per_epoch_evaluations = min(per_epoch, wanted)
        evaluate_at = evaluation_steps(per_epoch, settings.epochs, self.per_epoch_evaluations)
        plan = Plan(per_epoch, evaluate_at, max(1, steps // CURVE_POINTS))
        self.watcher = Watcher(reporter, plan, self._begin_epoch, self.checkpoints)
        super().__init__(
            model=lesson.model,
            args=arguments(self.run, settings, steps),
            train_dataset=cast(Any, parts.train),
            eval_dataset=cast(Any, parts.validation),
            data_collator=lesson.collate,
            processing_class=lesson.tokenizer,
            callbacks=[cast(TrainerCallback, self.watcher)],
        )

    def create_optimizer(self, model: Any = None) -> torch.optim.Optimizer:
        """Where layers learn at different rates: a group for each of them."""
        settings = self.settings
        if settings.layer_decay == 1:
            return super().create_optimizer(model) if model is not None else super().create_optimizer()
        network = cast(nn.Module, self.model)
        decayed = set(self.get_decay_parameter_names(network))
        groups = groups_by_height(network, settings.learning_rate, settings.layer_decay, settings.weight_decay, decayed)
        kind, options = self.get_optimizer_cls_and_kwargs(self.args, cast(PreTrainedModel, self.model))
        self.optimizer = kind(groups, **options)
        return self.optimizer

    def _get_train_sampler(self, train_dataset: Any = None) -> LengthOrder:
        return self.order

    def _begin_epoch(self, epoch: int) -> None:
        self.order.epoch = self.lesson.epoch = epoch

    def training_step(self, model: nn.Module, inputs: dict[str, Any], num_items_in_batch: Any = None) -> Tensor:
        """One batch in parts small enough for the processor's caches; the gradient is that of the whole batch."""
        model.train()
        batch = cast(dict[str, Tensor], self._prepare_inputs(inputs))
        total = torch.zeros((), device=batch["labels"].device)
        self.watcher.learning_rate = self._get_learning_rate()
        tokens = TOKENS_AT_ONCE if batch["labels"].device.type == "cpu" else batch["input_ids"].numel()
        for part in self.lesson.parts(batch, tokens):
            with self.compute_loss_context_manager():
                loss = self.lesson.loss(model, part) * (len(part["labels"]) / len(batch["labels"]))
            self.accelerator.backward(loss)
            total += loss.detach()
        self.watcher.losses.add(total)
        return total

    def evaluate(self, *_: Any, **__: Any) -> dict[str, float]:
        """Validation figures; keeps the weights when they are the best so far, ends the run when patience is over. Without a
        validation part the latest weights are the best.

        Raises UserError("loss_not_finite"), as training itself does: between two points of its curve this comes first.
        """
        model = cast(PreTrainedModel, self.model)
        self.average.swap(model)
        try:
            found = self._looked_at(model)
        except Stopped:
            self.control.should_training_stop = self.control.should_save = True
            self.average.swap_back(model)
            return {}
        if not np.isfinite(found).all():
            rate = self.settings.learning_rate
            raise UserError("loss_not_finite", step=self.state.global_step, learning_rate=rate)
        figures, score = {}, float(self.state.global_step)
        if self.parts.validation:
            figures = self.lesson.figures(self.parts.validation, found)
            score = self.lesson.score(figures)
            self.lesson.keep(self.run, self.parts.validation, self.state.global_step, self.state.epoch or 0.0)
        self.watcher.validated(figures, self.state)
        # On a small validation part many epochs score the same: then the surer one is better.
        is_best = (score, -figures.get("loss", math.inf)) > (self.best.score, -self.best.figures.get("loss", math.inf))
        if is_best or self.settings.keeps_last:
            self.best = Best(score, figures, self.state.global_step, self.state.epoch or 0.0, found)
            self.bad_evaluations = 0
            self.checkpoints.folder.mkdir(parents=True, exist_ok=True)
            write_whole(self.best_weights(), lambda aside: save_weights(model, aside))
            self.checkpoints.drop_unneeded([self.best_weights()])
        else:
            self.bad_evaluations += 1
        if self.is_out_of_patience():
            self.control.should_training_stop = True
        self.average.is_current = False
        self.evaluated_step = self.state.global_step
        self.average.swap_back(model)
        model.train()
        return {f"eval_{name}": value for name, value in figures.items()}

    def _looked_at(self, model: PreTrainedModel) -> FloatArray:
        """What the model answers to the validation part; without one, a figure that is finite as long as all weights are."""
        looking = self.watcher.reporter.looking
        if self.parts.validation:
            return self.lesson.outputs(self.parts.validation, looking, bf16=self.args.bf16)
        looking(0)
        return np.array([sum(float(weight.detach().sum()) for weight in model.parameters())], dtype=np.float32)

    def is_out_of_patience(self) -> bool:
        return 0 < self.settings.patience * self.per_epoch_evaluations <= self.bad_evaluations

    def is_over(self) -> bool:
        """Whether there is no step left to take."""
        return self.is_out_of_patience() or 0 < self.state.max_steps <= self.state.global_step

    def is_complete(self) -> bool:
        """Whether nothing is left to learn or to look at: a pause comes too late."""
        return self.is_over() and self.evaluated_step == self.state.global_step

    def best_weights(self) -> Path:
        return self.checkpoints.folder / f"best-{self.best.step:08d}.safetensors"

    def seconds(self) -> float:
        """Since the training began, earlier attempts included, the time between them not."""
        return self.seconds_before + time.monotonic() - self.started


def evaluation_steps(per_epoch: int, epochs: int, per_epoch_evaluations: int) -> set[int]:
    """The steps after which validation is looked at: evenly within each epoch, its end included."""
    parts = min(per_epoch_evaluations, per_epoch)
    return {
        epoch * per_epoch + round(per_epoch * part / parts) for epoch in range(epochs) for part in range(1, parts + 1)
    }
