"""One label a row: softmax and cross-entropy, rare labels weighed up where that is wanted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.models.loading import load_classifier
from core.store.run import RunRecord
from core.train.batches import Encoded, inputs_of
from core.train.inference import FloatArray, probabilities
from core.train.lesson import Lesson, Progressed
from core.train.losses import label_loss
from core.train.metrics import by_label, confusion, headline
from core.train.probe import probe_head
from core.train.settings import Settings
from core.train.weighting import label_weights


class Classes(Lesson):
    """Outputs: the probability of each label, rows summing to 1."""

    weights: Tensor | None = None
    """Of each label in the loss; None: all alike."""

    @classmethod
    def load(cls, record: RunRecord, settings: Settings, folder: Path) -> Self:
        model, tokenizer, is_new = load_classifier(folder, record.labels, settings.dropout)
        return cls(record, settings, model, tokenizer, head_is_new=is_new)

    def targets(self, labels: Sequence[str]) -> list[Any]:
        place = {label: number for number, label in enumerate(self.record.labels)}
        return [place[label] for label in labels]

    def learn_from(self, encoded: Sequence[Encoded], progressed: Progressed = lambda done: None) -> None:
        if self.settings.balance > 0:
            gold = [entry["labels"] for entry in encoded]
            count = int(self.model.config.num_labels or 0)
            self.weights = torch.from_numpy(label_weights(gold, count, self.settings.balance))

    def loss(self, model: nn.Module, part: dict[str, Tensor]) -> Tensor:
        """Evaluations weigh nothing: their figures compare with those of any other training."""
        logits = model(**inputs_of(part)).logits
        return label_loss(logits, part["labels"], self.weights, self.softening(), part.get("taught"))

    def probe(self, encoded: list[Encoded], *, bf16: bool, progressed: Progressed) -> None:
        probe_head(self.model, self.tokenizer, encoded, bf16, self.settings.balance, progressed)

    def outputs(
        self, encoded: list[Encoded], progressed: Progressed = lambda done: None, *, bf16: bool = False
    ) -> FloatArray:
        return probabilities(self.model, self.tokenizer, encoded, progressed, bf16=bf16)

    def figures(self, encoded: list[Encoded], outputs: FloatArray) -> dict[str, float]:
        return headline(gold_of(encoded), outputs)

    def report(self, encoded: list[Encoded], outputs: FloatArray) -> dict[str, Any]:
        gold, predicted, labels = gold_of(encoded), outputs.argmax(axis=1), self.record.labels
        return {
            "rows": len(gold),
            **headline(gold, outputs),
            "labels": by_label(gold, predicted, labels),
            "confusion": confusion(gold, predicted, labels),
        }

    def predictions(self, rows: pd.DataFrame, outputs: FloatArray) -> pd.DataFrame:
        labels = self.record.labels
        predicted = [labels[place] for place in outputs.argmax(axis=1)]
        shares = pd.DataFrame(outputs, columns=[f"p{place}" for place in range(len(labels))], index=rows.index)
        return pd.DataFrame({"predicted": predicted}, index=rows.index).join(shares)


def gold_of(encoded: Sequence[Encoded]) -> NDArray[np.int64]:
    return np.array([entry["labels"] for entry in encoded], dtype=np.int64)
