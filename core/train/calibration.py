"""From a score to a probability: sigmoid(scale · score + bias), fitted as Platt (1999) does, with his cautious targets."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

STEPS = 50


def calibrated(values: NDArray[np.float64], belongs: NDArray[np.bool_]) -> tuple[float, float]:
    """Scale (above 0) and bias. values: scores, any spread; belongs: which of them are right.

    Where nothing is wrong, or wrong ones score higher, a middle answer at the mean of the scores.
    """
    right, wrong = int(belongs.sum()), int((~belongs).sum())
    centre, spread = float(values.mean()), max(float(values.std()), 1e-6)
    if not right or not wrong:
        return 1.0, -centre
    targets = np.where(belongs, (right + 1) / (right + 2), 1 / (wrong + 2))
    inputs = np.stack([(values - centre) / spread, np.ones(len(values))], axis=1)
    found = np.zeros(2)
    for _ in range(STEPS):
        shares = sigmoid(inputs @ found)
        slope = inputs.T @ (shares - targets) + np.array([1e-3, 0.0]) * found
        curve = (inputs * (shares * (1 - shares))[:, None]).T @ inputs + 1e-3 * np.eye(2)
        step = np.linalg.solve(curve, slope)
        found -= step / max(1.0, float(np.abs(step).max()))
        if np.abs(step).max() < 1e-9:
            break
    if found[0] <= 0:
        return 1.0, -centre
    scale = float(found[0]) / spread
    return scale, float(found[1]) - scale * centre


def border(values: NDArray[np.float64], belongs: NDArray[np.bool_]) -> float:
    """The score from which a pair is more likely right than wrong."""
    scale, bias = calibrated(values, belongs)
    return -bias / scale


def sigmoid(values: NDArray[np.float64]) -> NDArray[np.float64]:
    found: NDArray[np.float64] = 0.5 * (1 + np.tanh(values / 2))
    return found


def probability(score: float, scale: float, bias: float) -> float:
    return 0.5 * (1 + math.tanh((scale * score + bias) / 2))
