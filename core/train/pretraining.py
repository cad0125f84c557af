"""Further pre-training: the encoder guesses hidden words of the user's own texts before it learns their labels (Gururangan et al. 2020).

Only texts of the training part and rows without a label are read: never one of validation or test.
"""

from __future__ import annotations

import math
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import torch
from torch import nn
from torch.nn import functional
from transformers import AutoConfig, AutoModelForMaskedLM, PreTrainedModel, get_linear_schedule_with_warmup

from core.errors import UserError
from core.models.loading import LEARNED_IN, UNREADABLE
from core.store.run import Run
from core.train.batches import Encoded, collate, micro_batches
from core.train.checkpoints import Checkpoints
from core.train.fit import has_fast_bf16
from core.train.lesson import Lesson
from core.train.masking import UNASKED, hide, words_of
from core.train.order import LengthOrder
from core.train.progress import Reporter, Stopped
from core.train.resume import METRICS, PRETRAINING
from core.train.snapshot import (
    WEIGHTS,
    load_optimizer,
    load_state,
    load_weights,
    save_optimizer,
    save_state,
    save_weights,
)

POINTS = 100
"""Of the loss of a whole pre-training, at most about."""
MOST_LOGITS = 60_000_000
"""Numbers that a pass may give at once: pieces read, times pieces known."""


def pretrain(lesson: Lesson, folder: Path, reporter: Reporter) -> None:
    """Teaches the lesson's encoder the user's texts; goes on after the last epoch that was finished. Nothing without epochs.

    Raises UserError: no_pretraining, loss_not_finite, disk_full; Stopped.
    """
    settings, run = lesson.settings, reporter.run
    if settings.pretraining_epochs == 0:
        return
    model = load_guesser(folder, lesson)
    device = lesson.model.device
    cast(nn.Module, model).to(device)
    reporter.phase("pretraining")
    entries = texts_of(run, lesson)
    school = School(model, lesson, entries, reporter)
    school.go_on()
    encoder = model.base_model.state_dict()
    missing, unknown = lesson.model.base_model.load_state_dict(encoder, strict=False)
    assert not unknown
    assert all("pooler" in name for name in missing)


def load_guesser(folder: Path, lesson: Lesson) -> PreTrainedModel:
    """The model of the folder with a head that guesses words. Raises UserError("no_pretraining")."""
    writes = bool(getattr(lesson.model.config, "is_encoder_decoder", False))
    if writes or lesson.tokenizer.mask_token_id is None:
        raise UserError("no_pretraining", model=folder.name)
    try:
        config = AutoConfig.from_pretrained(folder)
        return cast(
            PreTrainedModel,
            AutoModelForMaskedLM.from_pretrained(
                folder, config=config, use_safetensors=True, attn_implementation="eager", dtype=LEARNED_IN
            ),
        )
    except UNREADABLE as error:
        raise UserError("no_pretraining", model=folder.name) from error


def texts_of(run: Run, lesson: Lesson) -> list[Encoded]:
    """What is read: the rows of the training part, then those without a label, each different one once."""
    examples = run.examples()
    rows = [examples[examples["part"] == "train"], run.unlabelled()]
    pairs = list(
        dict.fromkeys(
            (text, question) for some in rows for text, question in zip(some["text"], some["question"], strict=True)
        )
    )
    questions = [question for _, question in pairs] if run.record().roles.question else None
    found: list[Encoded] = words_of(
        lesson.tokenizer, [text for text, _ in pairs], questions, lesson.settings.max_tokens
    )
    return found


class School:
    """Epoch after epoch of guessing, each kept when it is over."""

    def __init__(self, model: PreTrainedModel, lesson: Lesson, entries: list[Encoded], reporter: Reporter) -> None:
        settings = lesson.settings
        self.model, self.lesson, self.entries, self.reporter = model, lesson, entries, reporter
        self.settings = settings
        self.per_epoch = math.ceil(len(entries) / settings.batch_size)
        self.steps = self.per_epoch * settings.pretraining_epochs
        self.optimizer = torch.optim.AdamW(
            cast(nn.Module, model).parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay
        )
        warmup = math.ceil(settings.warmup_share * self.steps)
        self.schedule = cast(Any, get_linear_schedule_with_warmup)(self.optimizer, warmup, self.steps)
        self.order = LengthOrder([len(entry["input_ids"]) for entry in entries], settings.batch_size, settings.seed)
        self.kept = Checkpoints(reporter.run.folder / PRETRAINING)
        self.losses: list[float] = []

    def go_on(self) -> None:
        """Raises as pretrain does."""
        curve = self.reporter.run.folder / METRICS
        epoch = 0
        if (newest := self.kept.newest()) is not None:
            epoch = self._restore(newest)
            shutil.copyfile(newest / METRICS, curve)
        else:
            curve.unlink(missing_ok=True)
        for place in range(epoch, self.settings.pretraining_epochs):
            self._learn(place)
            size = 3 * sum(
                tensor.numel() * tensor.element_size() for tensor in cast(nn.Module, self.model).parameters()
            )
            done = place + 1
            self.kept.write(done, lambda folder, done=done: self._fill(folder, done), [], size)  # type: ignore[misc]

    def _learn(self, epoch: int) -> None:
        torch.manual_seed(self.settings.seed * 1009 + epoch)
        chance = torch.Generator().manual_seed(self.settings.seed * 1013 + epoch)
        cast(nn.Module, self.model).train()
        point_every = max(1, self.steps // POINTS)
        for within, (batch, guessed) in enumerate(self._batches(epoch, chance)):
            step = epoch * self.per_epoch + within + 1
            self.losses.append(self._step(batch, guessed))
            if step == 1 or step % point_every == 0 or step == self.steps:
                loss = sum(self.losses) / len(self.losses)
                self.losses = []
                if not math.isfinite(loss):
                    raise UserError("loss_not_finite", step=step, learning_rate=self.settings.learning_rate)
                self.reporter.point("pretraining", "loss", loss, step=step, epoch=step / self.per_epoch)
            self.reporter.step(step, self.steps, step / self.per_epoch, "pretraining", self.settings.pretraining_epochs)
            self.reporter.check()
            if (request := self.reporter.asked()) is not None:
                raise Stopped(request)

    def _batches(self, epoch: int, chance: torch.Generator) -> Iterator[tuple[dict[str, torch.Tensor], int]]:
        """Batches with hidden words, longest input first in none; and how many pieces are to be guessed."""
        self.order.epoch = epoch
        places = list(self.order)
        tokenizer = self.lesson.tokenizer
        for start in range(0, len(places), self.settings.batch_size):
            some = [self.entries[place] for place in places[start : start + self.settings.batch_size]]
            some.sort(key=lambda entry: len(entry["input_ids"]))
            plain = [{name: value for name, value in entry.items() if name != "words"} for entry in some]
            words = [entry["words"] for entry in some]
            batch = hide(collate(tokenizer, plain), words, cast(int, tokenizer.mask_token_id), len(tokenizer), chance)
            yield batch, int((batch["labels"] != UNASKED).sum())

    def _step(self, batch: dict[str, torch.Tensor], guessed: int) -> float:
        """One step of the optimizer; the mean loss of a guess."""
        device, total = self.model.device, 0.0
        known = int(cast(Any, self.model.config).vocab_size)
        for part in micro_batches(batch, max(64, min(2048, MOST_LOGITS // known))):
            here = {name: tensor.to(device) for name, tensor in part.items()}
            labels = here.pop("labels")
            with torch.autocast(device.type, torch.bfloat16, enabled=has_fast_bf16()):
                logits = self.model(**here).logits
            asked = labels != UNASKED
            loss = functional.cross_entropy(logits[asked].float(), labels[asked], reduction="sum") / guessed
            loss.backward()  # type: ignore[no-untyped-call]
            total += float(loss.detach())
        nn.utils.clip_grad_norm_(cast(nn.Module, self.model).parameters(), 1.0)
        self.optimizer.step()
        self.schedule.step()
        self.optimizer.zero_grad()
        return total

    def _fill(self, folder: Path, epoch: int) -> None:
        save_weights(self.model, folder / WEIGHTS)
        values = {
            "epoch": epoch,
            "optimizer": save_optimizer(self.optimizer, folder),
            "schedule": self.schedule.state_dict(),
            "losses": self.losses,
        }
        save_state(folder, values, {})
        shutil.copyfile(self.reporter.run.folder / METRICS, folder / METRICS)

    def _restore(self, folder: Path) -> int:
        """The epochs that are over."""
        values, _ = load_state(folder)
        load_weights(self.model, folder / WEIGHTS)
        load_optimizer(self.optimizer, folder, values["optimizer"])
        self.schedule.load_state_dict(values["schedule"])
        self.losses = values["losses"]
        return int(values["epoch"])
