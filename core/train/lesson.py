"""A task at work on one model: from examples to inputs, from these to a loss, and to what is measured. Imports torch."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

import pandas as pd
from torch import Tensor, nn
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from core.store.run import Run, RunRecord
from core.train.batches import Encoded, collate, encode, micro_batches
from core.train.inference import FloatArray
from core.train.losses import Softening
from core.train.settings import Settings
from core.train.tasks import Task, task_of

Progressed = Callable[[int], None]
"""Called with the number of inputs done; may raise to end the work."""


class Lesson(ABC):
    """What core.train.fit and core.train.train need to know of a task. Each output is a row of a float array along the examples."""

    learned: ClassVar[str] = "label"
    """The column of examples that `targets` is given."""
    is_probed: ClassVar[bool] = True
    """Whether a new head can be fitted before the first step."""

    def __init__(
        self,
        record: RunRecord,
        settings: Settings,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        *,
        head_is_new: bool = True,
    ) -> None:
        self.record = record
        self.settings = settings
        self.model = model
        self.tokenizer = tokenizer
        self.head_is_new = head_is_new
        self.epoch = 0
        """Set before each epoch begins, from 0."""

    @classmethod
    @abstractmethod
    def load(cls, record: RunRecord, settings: Settings, folder: Path) -> Self:
        """With the model and the tokenizer of a folder. Raises UserError: those of core.models.loading."""

    @property
    def task(self) -> Task:
        return task_of(self.record.roles)

    def encode(self, rows: pd.DataFrame) -> list[Encoded]:
        """The inputs of these examples, in their order, with "labels"."""
        if not len(rows):
            return []
        questions = rows["question"].tolist() if self.record.roles.is_pair else None
        encoded = encode(self.tokenizer, rows["text"].tolist(), questions, self.settings.max_tokens)
        for entry, target in zip(encoded, self.targets(rows[self.learned].tolist()), strict=True):
            entry["labels"] = target
        return encoded

    @abstractmethod
    def targets(self, labels: Sequence[str]) -> list[Any]:
        """What stands in "labels" for what examples have in the column `learned`."""

    def learn_from(self, encoded: Sequence[Encoded], progressed: Progressed = lambda done: None) -> None:  # noqa: B027  # most tasks have nothing to do here
        """Called once with the training part, before the first step, also of a training that is resumed: with the weights it began with."""

    def softening(self) -> Softening:
        """What the settings make of the targets of labels."""
        return Softening(self.settings.label_smoothing, self.settings.focus, self.settings.distillation)

    def length(self, entry: Encoded) -> int:
        """Word pieces: inputs of like length come together."""
        return len(entry["input_ids"])

    def collate(self, encoded: list[Encoded]) -> dict[str, Tensor]:
        """One batch with "labels" of as many rows as there are inputs, in the order of their length."""
        return collate(self.tokenizer, sorted(encoded, key=self.length))

    def parts(self, batch: dict[str, Tensor], tokens: int) -> list[dict[str, Tensor]]:
        """The batch in parts of at most `tokens` word pieces, whose losses add up to that of the batch."""
        return micro_batches(batch, tokens)

    @abstractmethod
    def loss(self, model: nn.Module, part: dict[str, Tensor]) -> Tensor:
        """Mean over the rows of a part."""

    def probe(self, encoded: list[Encoded], *, bf16: bool, progressed: Progressed) -> None:  # noqa: B027  # most tasks have nothing to do here
        """Fits a new head on what the untouched encoder sees of the training part."""

    @abstractmethod
    def outputs(
        self, encoded: list[Encoded], progressed: Progressed = lambda done: None, *, bf16: bool = False
    ) -> FloatArray:
        """What the model answers: (inputs, columns of the task's own), finite unless the training diverged."""

    @abstractmethod
    def figures(self, encoded: list[Encoded], outputs: FloatArray) -> dict[str, float]:
        """`loss` and the figures of the curves, the task's best one among them."""

    def score(self, figures: dict[str, float]) -> float:
        """The higher, the better the weights."""
        return figures[self.task.best.name]

    def settle(self, encoded: list[Encoded], outputs: FloatArray) -> None:  # noqa: B027  # most tasks have nothing to do here
        """Decides on the validation part what else is to be decided before anything is reported: thresholds."""

    def settle_as(self, from_folds: dict[str, Any]) -> None:  # noqa: B027  # most tasks have nothing to do here
        """The same without a validation part; from_folds: as core.train.on_all gives it."""

    def keep(self, run: Run, encoded: list[Encoded], step: int, epoch: float) -> None:  # noqa: B027  # most have nothing to keep
        """What else of an evaluation of the validation part is kept in the run's folder, to be shown while it learns."""

    @abstractmethod
    def report(self, encoded: list[Encoded], outputs: FloatArray) -> dict[str, Any]:
        """All figures of a part, as result.json keeps them."""

    @abstractmethod
    def predictions(self, rows: pd.DataFrame, outputs: FloatArray) -> pd.DataFrame:
        """The columns of predictions.parquet after id, part and label, along the rows (examples of one part)."""

    def facts(self) -> dict[str, Any]:
        """What else result.json keeps of the model as a whole."""
        return {}

    def save(self, folder: Path) -> None:
        """Model and tokenizer as they leave: loadable by transformers alone, texts cut where the training cut them."""
        self.tokenizer.model_max_length = self.settings.max_tokens
        self.model.save_pretrained(folder)
        self.tokenizer.save_pretrained(folder)
