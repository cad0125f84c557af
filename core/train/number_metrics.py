"""Figures of a model that answers with a number."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import pearsonr, spearmanr


def headline(gold: NDArray[np.float64], predicted: NDArray[np.float64]) -> dict[str, float]:
    """loss (mean squared error), pearson and spearman in [-1, 1] (0 where one of the two does not vary), mae (mean absolute error).

    gold, predicted: (rows,), at least one.
    """
    varies = len(gold) > 1 and np.ptp(gold) > 0 and np.ptp(predicted) > 1e-6 * max(1.0, float(np.abs(predicted).max()))
    return {
        "loss": float(np.mean((gold - predicted) ** 2)),
        "pearson": float(pearsonr(gold, predicted).statistic) if varies else 0.0,
        "spearman": float(spearmanr(gold, predicted).statistic) if varies else 0.0,
        "mae": float(np.mean(np.abs(gold - predicted))),
    }
