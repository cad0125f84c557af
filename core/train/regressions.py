"""Regressions on what simple models see of a row, one class a task: they learn from labels and answer as a fine-tuned model does."""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, Ridge
from threadpoolctl import threadpool_limits

from core.data.columns import TaskName
from core.data.targets import label_set, labels_of
from core.train import label_metrics, metrics, number_metrics
from core.train.features import Matrix

Outputs = NDArray[np.float32]
"""(rows, labels) probabilities, or (rows, 1) numbers."""


class Regression(ABC):
    """strengths: what is tried for C (or 1/alpha), of TF-IDF and of standardised vectors; the larger, the freer."""

    task: ClassVar[TaskName]
    of_terms: ClassVar[tuple[float, ...]]
    of_vectors: ClassVar[tuple[float, ...]]

    def __init__(self, labels: list[str], scale: tuple[float, float] | None) -> None:
        self.labels = labels
        self.scale = scale

    @abstractmethod
    def usual(self, gold: Sequence[str], rows: int) -> Outputs:
        """The answer for `rows` rows of who has never read a text: how often each label comes, the mean number."""

    @abstractmethod
    def answers(self, seen: Matrix, gold: Sequence[str], others: Sequence[Matrix], strength: float) -> list[Outputs]:
        """Learns from the rows seen, and answers for others."""

    def settle(self, gold: Sequence[str], outputs: Outputs) -> None:  # noqa: B027  # most tasks have nothing to decide
        """Decides on the validation part what the fine-tuned model decides there too."""

    @abstractmethod
    def figures(self, gold: Sequence[str], outputs: Outputs) -> dict[str, float]:
        """As core.train.lesson.Lesson.figures."""

    @abstractmethod
    def predicted(self, outputs: Outputs) -> list[Any]:
        """As the column `predicted` of a run's predictions."""


class ClassRegression(Regression):
    """One label a row: multinomial logistic regression."""

    task = "classes"
    of_terms = (10.0,)
    of_vectors = (0.001, 0.03, 0.3)

    def usual(self, gold: Sequence[str], rows: int) -> Outputs:
        shares = np.bincount(self._places(gold), minlength=len(self.labels)) / len(gold)
        return np.tile(shares.astype(np.float32), (rows, 1))

    def answers(self, seen: Matrix, gold: Sequence[str], others: Sequence[Matrix], strength: float) -> list[Outputs]:
        places = self._places(gold)
        found = [np.zeros((other.shape[0], len(self.labels)), np.float32) for other in others]
        known = np.unique(places)
        if len(known) == 1:
            for outputs in found:
                outputs[:, known] = 1.0
            return found
        regression = _fitted(seen, places, strength)
        for outputs, other in zip(found, others, strict=True):
            outputs[:, regression.classes_] = regression.predict_proba(other)
        return found

    def figures(self, gold: Sequence[str], outputs: Outputs) -> dict[str, float]:
        return metrics.headline(self._places(gold), outputs)

    def predicted(self, outputs: Outputs) -> list[Any]:
        return [self.labels[place] for place in outputs.argmax(axis=1)]

    def _places(self, gold: Sequence[str]) -> NDArray[np.int64]:
        place = {label: number for number, label in enumerate(self.labels)}
        return np.array([place[label] for label in gold], np.int64)


class LabelRegression(Regression):
    """Several labels a row: one logistic regression a label, thresholds as those of a fine-tuned model."""

    task = "several_labels"
    of_terms = (0.3, 1.0, 10.0)
    of_vectors = (0.0001, 0.001, 0.01)
    thresholds: label_metrics.Thresholds | None = None

    def usual(self, gold: Sequence[str], rows: int) -> Outputs:
        return np.tile(self._sets(gold).mean(axis=0).astype(np.float32), (rows, 1))

    def answers(self, seen: Matrix, gold: Sequence[str], others: Sequence[Matrix], strength: float) -> list[Outputs]:
        sets = self._sets(gold)
        found = [np.zeros((other.shape[0], len(self.labels)), np.float32) for other in others]
        for place in range(len(self.labels)):
            has_it = sets[:, place]
            regression = _fitted(seen, has_it, strength) if 0 < has_it.sum() < len(has_it) else None
            for outputs, other in zip(found, others, strict=True):
                outputs[:, place] = has_it[0] if regression is None else regression.predict_proba(other)[:, 1]
        return found

    def settle(self, gold: Sequence[str], outputs: Outputs) -> None:
        self.thresholds = label_metrics.tuned(self._sets(gold), outputs)

    def figures(self, gold: Sequence[str], outputs: Outputs) -> dict[str, float]:
        sets = self._sets(gold)
        thresholds = self.thresholds if self.thresholds is not None else label_metrics.tuned(sets, outputs)
        return label_metrics.headline(sets, outputs, thresholds)

    def predicted(self, outputs: Outputs) -> list[Any]:
        assert self.thresholds is not None
        return [
            label_set(label for label, yes in zip(self.labels, row, strict=True) if yes)
            for row in outputs >= self.thresholds
        ]

    def _sets(self, gold: Sequence[str]) -> NDArray[np.int64]:
        sets = [set(labels_of(row)) for row in gold]
        return np.array([[label in row for label in self.labels] for row in sets], np.int64)


class NumberRegression(Regression):
    """A number within the bounds of its scale: ridge regression."""

    task = "number"
    of_terms = (0.02, 0.1, 1.0)
    of_vectors = (0.00001, 0.0001, 0.001)

    def usual(self, gold: Sequence[str], rows: int) -> Outputs:
        return np.full((rows, 1), np.mean(_numbers(gold)), np.float32)

    def answers(self, seen: Matrix, gold: Sequence[str], others: Sequence[Matrix], strength: float) -> list[Outputs]:
        regression = Ridge(alpha=1 / strength).fit(seen, _numbers(gold))
        low, high = self.scale or (-np.inf, np.inf)
        return [regression.predict(other).clip(low, high).reshape(-1, 1).astype(np.float32) for other in others]

    def figures(self, gold: Sequence[str], outputs: Outputs) -> dict[str, float]:
        return number_metrics.headline(_numbers(gold), outputs[:, 0].astype(np.float64))

    def predicted(self, outputs: Outputs) -> list[Any]:
        return [float(number) for number in outputs[:, 0]]


REGRESSIONS: dict[TaskName, type[Regression]] = {
    regression.task: regression for regression in (ClassRegression, LabelRegression, NumberRegression)
}


def _fitted(seen: Matrix, places: NDArray[np.int64], strength: float) -> LogisticRegression:
    with warnings.catch_warnings(), threadpool_limits(limits=1, user_api="blas"):
        # Threads of so small products wait for each other longer than they save, beside a training most of all.
        # A simple model need not have found the last digit of its optimum.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return LogisticRegression(C=strength, max_iter=200, tol=1e-3).fit(seen, places)


def _numbers(gold: Sequence[str]) -> NDArray[np.float64]:
    return np.array([float(label) for label in gold])
