"""Several labels a row, or none: a sigmoid for each label, with a threshold of its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.data.targets import label_set, labels_of
from core.models.loading import load_classifier
from core.store.run import RunRecord
from core.train.batches import Encoded, inputs_of
from core.train.inference import FloatArray, answers
from core.train.label_metrics import by_label, headline, tuned
from core.train.lesson import Lesson, Progressed
from core.train.losses import labels_loss
from core.train.probe import probe_labels
from core.train.settings import Settings


class SeveralLabels(Lesson):
    """Outputs: the probability of each label, each for itself."""

    thresholds: NDArray[np.float64] | None = None
    """Of each label, in (0, 1): a row gets the labels whose probability reaches it. Decided on the validation part."""
    pull: Tensor | None = None
    """How much more a label that applies counts in the loss than one that does not."""

    @classmethod
    def load(cls, record: RunRecord, settings: Settings, folder: Path) -> Self:
        found = load_classifier(folder, record.labels, settings.dropout, "multi_label_classification")
        model, tokenizer, is_new = found
        return cls(record, settings, model, tokenizer, head_is_new=is_new)

    def targets(self, labels: Sequence[str]) -> list[Any]:
        sets = [set(labels_of(row)) for row in labels]
        return [[float(label in row) for label in self.record.labels] for row in sets]

    def learn_from(self, encoded: Sequence[Encoded], progressed: Progressed = lambda done: None) -> None:
        if self.settings.balance > 0:
            share = np.clip(gold_of(encoded).mean(axis=0), 1 / len(encoded), 1 - 1 / len(encoded))
            pull = np.maximum((1 - share) / share, 1.0) ** self.settings.balance
            self.pull = torch.from_numpy(pull.astype(np.float32))

    def loss(self, model: nn.Module, part: dict[str, Tensor]) -> Tensor:
        logits = model(**inputs_of(part)).logits.float()
        pull = self.pull.to(logits.device) if self.pull is not None else None
        return labels_loss(logits, part["labels"], pull, self.softening(), part.get("taught"))

    def probe(self, encoded: list[Encoded], *, bf16: bool, progressed: Progressed) -> None:
        probe_labels(self.model, self.tokenizer, encoded, bf16, progressed)

    def outputs(
        self, encoded: list[Encoded], progressed: Progressed = lambda done: None, *, bf16: bool = False
    ) -> FloatArray:
        return answers(self.model, self.tokenizer, encoded, torch.sigmoid, progressed, bf16=bf16)

    def figures(self, encoded: list[Encoded], outputs: FloatArray) -> dict[str, float]:
        """While it learns, with the thresholds that are best for this very part."""
        gold = gold_of(encoded)
        thresholds = self.thresholds if self.thresholds is not None else tuned(gold, outputs)
        return headline(gold, outputs, thresholds)

    def settle(self, encoded: list[Encoded], outputs: FloatArray) -> None:
        self.thresholds = tuned(gold_of(encoded), outputs)

    def settle_as(self, from_folds: dict[str, Any]) -> None:
        self.thresholds = np.array(from_folds["thresholds"], dtype=np.float64)

    def report(self, encoded: list[Encoded], outputs: FloatArray) -> dict[str, Any]:
        assert self.thresholds is not None
        gold = gold_of(encoded)
        return {
            "rows": len(gold),
            **headline(gold, outputs, self.thresholds),
            "labels": by_label(gold, outputs, self.thresholds, self.record.labels),
        }

    def predictions(self, rows: pd.DataFrame, outputs: FloatArray) -> pd.DataFrame:
        assert self.thresholds is not None
        labels = self.record.labels
        chosen = outputs >= self.thresholds
        predicted = [label_set(label for label, yes in zip(labels, row, strict=True) if yes) for row in chosen]
        shares = pd.DataFrame(outputs, columns=[f"p{place}" for place in range(len(labels))], index=rows.index)
        return pd.DataFrame({"predicted": predicted}, index=rows.index).join(shares)

    def facts(self) -> dict[str, Any]:
        return {"thresholds": self._thresholds()} if self.thresholds is not None else {}

    def save(self, folder: Path) -> None:
        self.model.config.thresholds = self._thresholds()
        super().save(folder)

    def _thresholds(self) -> list[float]:
        assert self.thresholds is not None
        return [round(float(threshold), 4) for threshold in self.thresholds]


def gold_of(encoded: Sequence[Encoded]) -> NDArray[np.int64]:
    """(inputs, labels) of 0 and 1."""
    return np.array([entry["labels"] for entry in encoded], dtype=np.int64)
