"""Fine-tuning with the Trainer of transformers: one call from encoded parts to the best model by validation macro-F1."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from transformers import PreTrainedModel, PreTrainedTokenizerBase, Trainer, TrainerCallback, TrainingArguments

from core.errors import UserError
from core.store.run import Run
from core.train.batches import Encoded, collate, micro_batches
from core.train.inference import FloatArray, probabilities
from core.train.metrics import headline
from core.train.progress import Reporter, Stopped, Watcher
from core.train.settings import Settings

CURVE_POINTS = 200
"""Training-loss points of a whole run, at most about."""
TOKENS_AT_ONCE = 2048
"""Word pieces computed together on a processor; twice as many at 384 a text take twice the time and memory each."""
EVALUATIONS = 8
"""Evaluations of a whole run, at least about; never fewer than one an epoch."""


@dataclass(frozen=True)
class Parts:
    """Encoded examples; "labels" in every entry."""

    train: list[Encoded]
    validation: list[Encoded]


@dataclass
class Best:
    """The best evaluation so far: its weights are on disk in the run's checkpoints/best."""

    macro_f1: float = -1.0
    loss: float = math.inf
    step: int = 0
    epoch: float = 0.0
    probabilities: FloatArray | None = None


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
        train_sampling_strategy="group_by_length",
        logging_steps=max(1, steps // CURVE_POINTS),
        logging_nan_inf_filter=False,
        logging_first_step=True,
        eval_strategy="no",
        save_strategy="no",
        seed=settings.seed,
        data_seed=settings.seed,
        dataloader_pin_memory=False,
        report_to=[],
        disable_tqdm=True,
    )


class Average:
    """A running mean of the weights over the evaluations, which is what is measured and kept.

    The last steps of a small table pull the weights to and fro; their mean is steadier and scores better (Izmailov et al.
    2018). One copy of the weights more in memory.
    """

    keep = 0.6
    """Share of the former mean; what is new weighs the rest."""

    def __init__(self) -> None:
        self._mean: dict[str, Tensor] = {}
        self._live: dict[str, Tensor] = {}

    def swap(self, model: PreTrainedModel) -> None:
        """Takes the present weights into the mean, and puts the mean in their place until swap_back."""
        weights = {name: tensor for name, tensor in model.state_dict().items() if tensor.is_floating_point()}
        self._live = {name: tensor.clone() for name, tensor in weights.items()}
        for name, tensor in weights.items():
            if name in self._mean:
                self._mean[name].lerp_(tensor, 1 - self.keep)
            else:
                self._mean[name] = tensor.clone()
            tensor.copy_(self._mean[name])

    def swap_back(self, model: PreTrainedModel) -> None:
        """The training goes on from where it was, not from the mean."""
        for name, tensor in model.state_dict().items():
            if name in self._live:
                tensor.copy_(self._live[name])
        self._live = {}


class Fit(Trainer):
    """The Trainer with our own evaluation (batched by length) and our own keeping of the best weights."""

    def __init__(
        self,
        reporter: Reporter,
        settings: Settings,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        parts: Parts,
    ) -> None:
        per_epoch = math.ceil(len(parts.train) / settings.batch_size)
        steps = per_epoch * settings.epochs
        self.run = reporter.run
        self.settings = settings
        self.parts = parts
        self.best = Best()
        self.average = Average()
        self.bad_evaluations = 0
        self.per_epoch_evaluations = min(per_epoch, max(1, math.ceil(EVALUATIONS / settings.epochs)))
        self.watcher = Watcher(
            reporter, evaluation_steps(per_epoch, settings.epochs, self.per_epoch_evaluations), settings.learning_rate
        )
        self._tokenizer = tokenizer
        super().__init__(
            model=model,
            args=arguments(self.run, settings, steps),
            train_dataset=cast(Any, parts.train),
            eval_dataset=cast(Any, parts.validation),
            data_collator=self._collate,
            processing_class=tokenizer,
            callbacks=[cast(TrainerCallback, self.watcher)],
        )

    def _collate(self, encoded: list[Encoded]) -> dict[str, Tensor]:
        return collate(self._tokenizer, sorted(encoded, key=lambda entry: len(entry["input_ids"])))

    def training_step(self, model: nn.Module, inputs: dict[str, Any], num_items_in_batch: Any = None) -> Tensor:
        """One batch in parts small enough for the processor's caches; the gradient is that of the whole batch."""
        model.train()
        batch = cast(dict[str, Tensor], self._prepare_inputs(inputs))
        total = torch.zeros((), device=batch["labels"].device)
        tokens = TOKENS_AT_ONCE if batch["labels"].device.type == "cpu" else batch["input_ids"].numel()
        for part in micro_batches(batch, tokens):
            with self.compute_loss_context_manager():
                loss = cast(Tensor, self.compute_loss(model, part)) * (len(part["labels"]) / len(batch["labels"]))
            self.accelerator.backward(loss)
            total += loss.detach()
        return total

    def evaluate(self, *_: Any, **__: Any) -> dict[str, float]:
        """Validation figures; keeps the weights when macro-F1 is the best so far, ends the run when patience is over.

        Raises UserError("loss_not_finite"), as training itself does: between two points of its curve this comes first.
        """
        model = cast(PreTrainedModel, self.model)
        self.average.swap(model)
        try:
            found = probabilities(
                model, self._tokenizer, self.parts.validation, self.watcher.reporter.looking, bf16=self.args.bf16
            )
        except Stopped:
            self.control.should_training_stop = True
            self.average.swap_back(model)
            return {}
        if not np.isfinite(found).all():
            rate = self.settings.learning_rate
            raise UserError("loss_not_finite", step=self.state.global_step, learning_rate=rate)
        figures = headline(gold_of(self.parts.validation), found)
        self.watcher.validated(figures, self.state)
        # On a small validation part many epochs score the same: then the surer one is better.
        if (figures["macro_f1"], -figures["loss"]) > (self.best.macro_f1, -self.best.loss):
            self.best = Best(
                figures["macro_f1"], figures["loss"], self.state.global_step, self.state.epoch or 0.0, found
            )
            self.bad_evaluations = 0
            model.save_pretrained(self.run.folder / "checkpoints" / "best")
        else:
            self.bad_evaluations += 1
        if self.settings.patience and self.bad_evaluations >= self.settings.patience * self.per_epoch_evaluations:
            self.control.should_training_stop = True
        self.average.swap_back(model)
        model.train()
        return {f"eval_{name}": value for name, value in figures.items()}


def evaluation_steps(per_epoch: int, epochs: int, per_epoch_evaluations: int) -> set[int]:
    """The steps after which validation is looked at: evenly within each epoch, its end included."""
    parts = min(per_epoch_evaluations, per_epoch)
    return {
        epoch * per_epoch + round(per_epoch * part / parts) for epoch in range(epochs) for part in range(1, parts + 1)
    }


def gold_of(encoded: list[Encoded]) -> NDArray[np.int64]:
    return np.array([entry["labels"] for entry in encoded], dtype=np.int64)
