"""From examples to batches: word pieces once, padding only as far as each batch needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from transformers import PreTrainedTokenizerBase

Encoded = dict[str, Any]
"""One input: input_ids, attention_mask, sometimes token_type_ids (lists of int), labels (int; float; list of float) when known, and taught
(a float for each label) where core.train.teaching says something of it.
"""

BESIDE = ("labels", "taught")
"""What a batch holds beside the inputs of the model, a row each."""


def encode(
    tokenizer: PreTrainedTokenizerBase, texts: list[str], questions: list[str] | None, max_tokens: int
) -> list[Encoded]:
    """Word pieces of every input, cut to max_tokens from the longer text of a pair. questions None: texts alone."""
    rows = (texts, questions) if questions is not None else (texts,)
    columns = tokenizer(*rows, truncation="longest_first" if questions is not None else True, max_length=max_tokens)
    return [{name: values[place] for name, values in columns.items()} for place in range(len(texts))]


def collate(tokenizer: PreTrainedTokenizerBase, encoded: list[Encoded]) -> dict[str, Tensor]:
    """One batch, padded to its own longest input: tensors of shape (inputs, longest), those BESIDE of shape (inputs,) or (inputs, outputs)."""
    longest = max(len(entry["input_ids"]) for entry in encoded)
    fills = {"input_ids": tokenizer.pad_token_id, "token_type_ids": tokenizer.pad_token_type_id, "attention_mask": 0}
    batch = {
        name: torch.tensor([entry[name] + [fills[name]] * (longest - len(entry[name])) for entry in encoded])
        for name in encoded[0]
        if name in fills
    }
    return batch | {name: torch.tensor([entry[name] for entry in encoded]) for name in BESIDE if name in encoded[0]}


def inputs_of(batch: dict[str, Tensor]) -> dict[str, Tensor]:
    """What the model is given of a batch."""
    return {name: tensor for name, tensor in batch.items() if name not in BESIDE}


def micro_batches(batch: dict[str, Tensor], tokens: int) -> list[dict[str, Tensor]]:
    """A batch in parts of about equal size, each of at most `tokens` word pieces, or of one input, cut to its own longest.

    batch: as collate gives it, inputs sorted by length. The parts cover it in order.
    """
    inputs, longest = batch["input_ids"].shape
    parts = -(-inputs // max(1, tokens // longest))
    found = []
    for places in torch.arange(inputs).chunk(parts):
        some = {name: tensor[places] for name, tensor in batch.items()}
        width = int(some["attention_mask"].sum(dim=1).max())
        found.append({name: tensor if name in BESIDE else tensor[:, :width] for name, tensor in some.items()})
    return found


def by_length(encoded: list[Encoded], tokens: int = 2048, most: int = 128) -> Iterator[list[int]]:
    """Places of inputs in batches of like length, each at most `tokens` word pieces, padding included; shortest first."""
    places = sorted(range(len(encoded)), key=lambda place: len(encoded[place]["input_ids"]))
    batch: list[int] = []
    for place in places:
        length = len(encoded[place]["input_ids"])
        if batch and (length * (len(batch) + 1) > tokens or len(batch) == most):
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch
