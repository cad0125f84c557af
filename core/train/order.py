"""In which order the examples come: batches of like length, another order each epoch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import torch
from torch.utils.data import Sampler
from transformers.trainer_pt_utils import get_length_grouped_indices


class LengthOrder(Sampler[int]):
    """Depends on the seed and the epoch alone, so that a resumed run finds its place in the middle of an epoch."""

    def __init__(self, lengths: list[int], batch_size: int, seed: int) -> None:
        self.epoch = 0
        self._lengths = lengths
        self._batch_size = batch_size
        self._seed = seed

    def __len__(self) -> int:
        return len(self._lengths)

    def __iter__(self) -> Iterator[int]:
        chance = torch.Generator().manual_seed(self._seed * 1009 + self.epoch)
        return iter(cast(Any, get_length_grouped_indices)(self._lengths, self._batch_size, generator=chance))
