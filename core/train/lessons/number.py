"""A number on a scale: one output, mean squared error. While it learns the scale runs from 0 to 1; the model that leaves answers on the user's."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.models.files import read_config
from core.models.heads import head
from core.models.loading import load_classifier
from core.models.transfer import NUMBER, Transfer, transfer_for
from core.store.run import RunRecord
from core.train.batches import Encoded
from core.train.inference import FloatArray, answers
from core.train.lesson import Lesson, Progressed
from core.train.number_metrics import headline
from core.train.probe import probe_number, require_finite, some_of
from core.train.settings import Settings

TELLING = 0.2
"""Correlation of the answers of a former head with the numbers of the training part, either way, from which on it is kept."""


class Number(Lesson):
    """Outputs: the number, within the bounds of the scale: (inputs, 1)."""

    former: Transfer | None = None
    """The head of a model that gives a number on a scale that nobody knows."""

    @classmethod
    def load(cls, record: RunRecord, settings: Settings, folder: Path) -> Self:
        model, tokenizer, is_new = load_classifier(folder, [NUMBER], settings.dropout, "regression")
        lesson = cls(record, settings, model, tokenizer, head_is_new=is_new)
        found = transfer_for(read_config(folder), "number", ())
        if not is_new and found.state == "scaled":
            lesson.former = found
        elif not is_new:
            low, span = lesson.scale
            lesson.rescale(1 / span, -low / span)
        return lesson

    def learn_from(self, encoded: Sequence[Encoded], progressed: Progressed = lambda done: None) -> None:
        """A former head is put on the scale by least squares, or given up where its answers tell nothing of the numbers."""
        if self.former is None:
            return
        rows = some_of(list(encoded))
        said = answers(self.model, self.tokenizer, rows, lambda logits: logits, progressed)[:, 0]
        require_finite(said)
        gold, given = gold_of(rows), said.astype(np.float64)
        spread = float(given.std())
        slope = float(np.mean((given - given.mean()) * (gold - gold.mean()))) / max(spread, 1e-6) ** 2
        correlation = abs(slope) * spread / max(float(gold.std()), 1e-6)
        # Of few rows chance alone gives so much.
        if correlation < max(TELLING, 2 / len(rows) ** 0.5):
            self.head_is_new = True
        else:
            self.rescale(slope, float(gold.mean()) - slope * float(given.mean()))

    @property
    def scale(self) -> tuple[float, float]:
        """The lowest number, and how far the highest lies above it."""
        assert self.record.scale is not None
        low, high = self.record.scale
        return low, high - low

    def rescale(self, factor: float, shift: float) -> None:
        """Makes the head answer `factor` times what it did, and `shift` more."""
        layer = head(self.model)
        with torch.no_grad():
            layer.weight.mul_(factor)
            layer.bias.mul_(factor).add_(shift)

    def targets(self, labels: Sequence[str]) -> list[Any]:
        low, span = self.scale
        return [(float(label) - low) / span for label in labels]

    def loss(self, model: nn.Module, part: dict[str, Tensor]) -> Tensor:
        texts = {name: tensor for name, tensor in part.items() if name != "labels"}
        logits = model(**texts).logits.float().squeeze(-1)
        return nn.functional.mse_loss(logits, part["labels"].float())

    def probe(self, encoded: list[Encoded], *, bf16: bool, progressed: Progressed) -> None:
        probe_number(self.model, self.tokenizer, encoded, bf16, progressed)

    def outputs(
        self, encoded: list[Encoded], progressed: Progressed = lambda done: None, *, bf16: bool = False
    ) -> FloatArray:
        low, span = self.scale
        found = answers(self.model, self.tokenizer, encoded, lambda logits: logits, progressed, bf16=bf16)
        return (low + span * found.clip(0.0, 1.0)).astype(np.float32)

    def figures(self, encoded: list[Encoded], outputs: FloatArray) -> dict[str, float]:
        low, span = self.scale
        found = headline(low + span * gold_of(encoded), outputs[:, 0].astype(np.float64))
        return {**found, "loss": found["loss"] / span**2}

    def report(self, encoded: list[Encoded], outputs: FloatArray) -> dict[str, Any]:
        return {"rows": len(encoded), **self.figures(encoded, outputs)}

    def predictions(self, rows: pd.DataFrame, outputs: FloatArray) -> pd.DataFrame:
        return pd.DataFrame({"predicted": outputs[:, 0]}, index=rows.index)

    def facts(self) -> dict[str, Any]:
        if self.former is None or not self.head_is_new:
            return {}
        return {"head": self.former.model_copy(update={"state": "unfit"}).model_dump()}

    def save(self, folder: Path) -> None:
        low, span = self.scale
        self.rescale(span, low)
        super().save(folder)
        self.rescale(1 / span, -low / span)


def gold_of(encoded: Sequence[Encoded]) -> NDArray[np.float64]:
    """(inputs,), the scale from 0 to 1."""
    return np.array([entry["labels"] for entry in encoded], dtype=np.float64)
