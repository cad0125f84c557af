"""What core.train.baselines needs to know of the simple models of a task."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.store.baselines import BaselinesRecord

Embed = Callable[[list[str], Callable[[float], None]], NDArray[np.float32]]
"""Texts to vectors of length 1; the second argument is called with the share that is read, and may raise to end the work."""
Heard = Callable[[float], None]
"""Called with the share of the whole work in [0, 1]; may raise to end it."""


class Answered(NamedTuple):
    """What one simple model came to."""

    name: str
    figures: dict[str, dict[str, float]]
    """By part: those of the task, as in a run's result.json."""
    answers: dict[str, list[Any]]
    """Columns along the rows of all parts, one part after the other; the name of each is the model's and the key put after it."""
    strength: float | None = None
    """Of its regression, where it is one."""


class SimpleModels(ABC):
    """Those of one task. What is kept is used once: for the rows of one record."""

    def __init__(self, record: BaselinesRecord, embed: Embed, heard: Heard) -> None:
        self.record = record
        self.embed = embed
        self.heard = heard

    @abstractmethod
    def answered(self, train: pd.DataFrame, others: dict[str, pd.DataFrame]) -> Iterator[Answered]:
        """Each in turn, measured on every one of the other parts, validation before test.

        train, others: examples with the columns id, origin, text, question, label and, where the roles name one, together. What is to be
        decided is decided on validation, or on train where there is none; on test never.
        """
