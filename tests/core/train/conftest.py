"""Parts of a training, small and real."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from core.models.loading import load_classifier
from core.train.batches import Encoded, encode
from tests.tables import WORDS, messages
from tests.trained import one_thread as one_thread
from tests.trained import shared_home as shared_home


class Learner(NamedTuple):
    """A model whose head is new, its tokenizer, and encoded rows with labels."""

    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    encoded: list[Encoded]


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
