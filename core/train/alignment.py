"""A first token that sums up its text: before any label is learned, the encoder learns to say with it what the mean of all tokens says.

BERT's head reads the first token alone. Of models that were made to compare sentences the mean says far more about a text, and a linear map
finds only a part of it in the first token (core.train.probe). A few passes over the training texts, labels aside, teach the network to
gather it there: as a student of itself (Hinton et al. 2015, "distillation"). What was measured: ARCHITECTURE.md, "Presets".
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import PreTrainedModel, get_linear_schedule_with_warmup

from core.errors import UserError
from core.train.batches import Encoded, collate, inputs_of, micro_batches
from core.train.fit import TOKENS_AT_ONCE
from core.train.inference import token_states
from core.train.lesson import Lesson
from core.train.order import LengthOrder
from core.train.probe import align, centred, pooler_of, require_finite, some_of

SHARE = 0.3
"""Of the passes over the training part that follow, at most so many more before them."""
MOST_PASSES = 4
MOST_READ = 3000
"""Texts read, each as often as it comes: more of them teach the first token little."""

Heard = Callable[[int, int], None]
"""Called with the steps done and those of the whole; may raise to end the work."""


def gather(lesson: Lesson, encoded: list[Encoded], *, bf16: bool, heard: Heard) -> None:
    """Changes the layers that learn, and the pooler, which then gives what the mean of all tokens was: all that the head needs.

    encoded: the training part. Nothing where the head reads through no pooler of BERT, or no layer below it learns.
    Raises UserError: model_not_finite, loss_not_finite.
    """
    model, settings = lesson.model, lesson.settings
    pooler = pooler_of(model)
    learning = below(model, pooler) if pooler is not None else []
    reading = min(round(min(SHARE * settings.epochs, MOST_PASSES) * len(encoded)), MOST_READ)
    steps = reading // settings.batch_size
    if pooler is None or not learning or steps == 0:
        return
    rows = some_of(encoded, reading)
    first, mean = token_states(model, lesson.tokenizer, rows, bf16, lambda _: heard(0, steps))
    require_finite(first, mean)
    align(pooler, first, mean)
    wanted = np.tanh(centred(mean))
    learned = [*learning, *pooler.parameters()]
    optimizer = torch.optim.AdamW(learned, lr=settings.learning_rate, weight_decay=settings.weight_decay)
    warmup = math.ceil(settings.warmup_share * steps)
    schedule = cast(Any, get_linear_schedule_with_warmup)(optimizer, warmup, steps)
    model.train()
    for step, places in enumerate(batches(rows, settings.batch_size, settings.seed, steps)):
        some = sorted(places, key=lambda place: len(rows[place]["input_ids"]))
        batch = inputs_of(collate(lesson.tokenizer, [rows[place] for place in some]))
        loss = _step(lesson, {**batch, "labels": torch.from_numpy(wanted[some])}, bf16=bf16)
        if not math.isfinite(loss):
            raise UserError("loss_not_finite", step=step, learning_rate=settings.learning_rate)
        nn.utils.clip_grad_norm_(learned, 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        heard(step + 1, steps)
    model.zero_grad()


def below(model: PreTrainedModel, pooler: nn.Module) -> list[nn.Parameter]:
    """What learns between the texts and the pooler."""
    own = {id(parameter) for parameter in pooler.parameters()}
    every = model.base_model.parameters()
    return [parameter for parameter in every if parameter.requires_grad and id(parameter) not in own]


def batches(rows: list[Encoded], size: int, seed: int, steps: int) -> Iterator[list[int]]:
    """So many batches of places of rows, of like length; a pass over all of them after the other."""
    order = LengthOrder([len(row["input_ids"]) for row in rows], size, seed)
    done = 0
    while done < steps:
        places = list(order)
        for start in range(0, len(places), size):
            if done < steps:
                yield places[start : start + size]
            done += 1
        order.epoch += 1


def _step(lesson: Lesson, batch: dict[str, Tensor], *, bf16: bool) -> float:
    """The mean squared distance of a batch, and its gradient."""
    device, total = lesson.model.device, 0.0
    for part in micro_batches(batch, TOKENS_AT_ONCE):
        here = {name: tensor.to(device) for name, tensor in part.items()}
        wanted = here.pop("labels")
        with torch.autocast(device.type, torch.bfloat16, enabled=bf16):
            said = cast(Any, lesson.model.base_model)(**here).pooler_output
        loss = functional.mse_loss(said.float(), wanted) * (len(wanted) / len(batch["labels"]))
        loss.backward()  # type: ignore[no-untyped-call]
        total += float(loss.detach())
    return total
