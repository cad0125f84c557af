"""Figures of a classifier on one part of the examples."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, log_loss, precision_recall_fscore_support


def headline(gold: NDArray[np.int64], probabilities: NDArray[np.float32]) -> dict[str, float]:
    """loss (mean negative log-likelihood, nats), accuracy and macro_f1, both in [0, 1].

    gold: (n,) places of the labels; probabilities: (n, labels). macro_f1 is the mean over the labels that occur in gold or are
    predicted. Raises ValueError when n is 0.
    """
    predicted = probabilities.argmax(axis=1)
    return {
        "loss": float(log_loss(gold, _normalised(probabilities), labels=range(probabilities.shape[1]))),
        "accuracy": float(accuracy_score(gold, predicted)),
        "macro_f1": float(f1_score(gold, predicted, average="macro", zero_division=0.0)),
    }


def agreement(gold: list[str], predicted: list[str]) -> dict[str, float]:
    """accuracy and macro_f1 of predicted label names against those given by hand. Raises ValueError when there are none."""
    return {
        "accuracy": float(accuracy_score(gold, predicted)),
        "macro_f1": float(f1_score(gold, predicted, average="macro", zero_division=0.0)),
    }


def by_label(gold: NDArray[np.int64], predicted: NDArray[np.int64], labels: list[str]) -> list[dict[str, Any]]:
    """precision, recall, f1 in [0, 1] and support (rows) of each label, in the order of `labels`."""
    places = list(range(len(labels)))
    columns = precision_recall_fscore_support(gold, predicted, labels=places, zero_division=0.0)
    return [
        {"label": label, "precision": float(p), "recall": float(r), "f1": float(f), "support": int(s)}
        for label, p, r, f, s in zip(labels, *columns, strict=True)
    ]


def confusion(gold: NDArray[np.int64], predicted: NDArray[np.int64], labels: list[str]) -> list[list[int]]:
    """Rows: the true label; columns: the predicted one; counts."""
    found: list[list[int]] = confusion_matrix(gold, predicted, labels=range(len(labels))).tolist()
    return found


def _normalised(probabilities: NDArray[np.float32]) -> NDArray[np.float64]:
    exact = probabilities.astype(np.float64)
    normalised: NDArray[np.float64] = exact / exact.sum(axis=1, keepdims=True)
    return normalised
