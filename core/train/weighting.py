"""Rare labels weighed up: what a row counts in the loss, by how many rows its label has.

With n rows of k labels, of which n_c have label c, a row of c weighs (n / (k · n_c)) ** balance, over the mean of all rows: 0 counts
every row alike, 1 every label alike (the "balanced" weights of scikit-learn, after King and Zeng 2001), one half lies between.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def label_weights(gold: Sequence[int], labels: int, balance: float) -> NDArray[np.float32]:
    """The weight of a row of each label, shape (labels,); the rows given weigh 1 on average.

    gold: the label of each row, in [0, labels). A label without a row weighs 1: nothing is learned from it.
    """
    counts = np.bincount(np.asarray(gold, dtype=np.int64), minlength=labels).astype(np.float64)
    is_there = counts > 0
    weights = np.ones(labels)
    weights[is_there] = (counts.sum() / (is_there.sum() * counts[is_there])) ** balance
    weights[is_there] *= counts.sum() / (weights[is_there] * counts[is_there]).sum()
    return weights.astype(np.float32)
