"""Parts of a training, small and real."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from core.data.columns import Roles
from core.models.loading import load_classifier
from core.store.run import RunRecord, utc_now
from core.train.batches import Encoded, encode
from core.train.lessons.classes import Classes
from core.train.settings import Settings
from tests.tables import WORDS, messages
from tests.trained import one_thread as one_thread
from tests.trained import shared_home as shared_home


class Learner(NamedTuple):
    """A model whose head is new, its tokenizer, and encoded rows with labels."""

    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    encoded: list[Encoded]

    def lesson(self, settings: Settings) -> Classes:
        """These learned as one label a row."""
        labels = [self.model.config.id2label[place] for place in range(self.model.config.num_labels)]
        record = RunRecord(
            number=1,
            created_at=utc_now(),
            settings=settings.model_dump(mode="json"),
            roles=Roles(text="text", label="label"),
            table_name="messages.csv",
            fingerprint="",
            labels=labels,
            parts={},
            versions={},
        )
        return Classes(record, settings, self.model, self.tokenizer)


@pytest.fixture
def make_learner(tiny_bert: Path) -> Callable[..., Learner]:
    """`make_learner(labels, rows, dropout)`: the same one each time; rows have the first of the labels in turn."""

    def make(
        labels: list[str] | None = None, rows: int = 24, dropout: float = 0.0, known: int | None = None
    ) -> Learner:
        names = labels or sorted(WORDS)
        torch.manual_seed(1)
        model, tokenizer, is_new = load_classifier(tiny_bert, names, dropout)
        assert is_new
        table: list[dict[str, Any]] = messages(rows, sorted(WORDS)[: known or len(names)])
        encoded = encode(tokenizer, [row["text"] for row in table], None, 32)
        for entry, row in zip(encoded, table, strict=True):
            entry["labels"] = sorted(WORDS).index(row["label"])
        return Learner(model, tokenizer, encoded)

    return make
