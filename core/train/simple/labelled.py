"""Simple models of tasks with labels or numbers: the most usual answer, a regression on the words, and one on frozen embeddings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.preprocessing import StandardScaler

from core.data.kin import group_of
from core.train.features import Matrix, Terms, meanings
from core.train.regressions import REGRESSIONS, Outputs, Regression
from core.train.simple.models import Answered, SimpleModels
from core.train.tasks import TASKS

FOLDS = 5
"""Parts of the training rows, each answered by a regression on the others, to choose how free the regression may be."""
MOST_FOLDED = 2000
"""Training rows up to which all folds are gone through; one alone tells enough where there are more."""


class LabelledModels(SimpleModels):
    """majority, tfidf, embeddings."""

    def answered(self, train: pd.DataFrame, others: dict[str, pd.DataFrame]) -> Iterator[Answered]:
        for name, strength, outputs in self._models(train, list(others.values())):
            regression = self._regression()
            figures: dict[str, dict[str, float]] = {}
            answers: list[Any] = []
            for (part, rows), given in zip(others.items(), outputs, strict=True):
                gold = rows["label"].tolist()
                if part == "validation":
                    regression.settle(gold, given)
                figures[part] = regression.figures(gold, given)
                answers += regression.predicted(given)
            yield Answered(name, figures, {"": answers}, strength)

    def _models(
        self, train: pd.DataFrame, others: list[pd.DataFrame]
    ) -> Iterator[tuple[str, float | None, list[Outputs]]]:
        """Name, strength, and the outputs for each of the others."""
        regression, gold, heard = self._regression(), train["label"].tolist(), self.heard
        pair = bool(self.record.roles.question)
        yield "majority", None, [regression.usual(gold, len(rows)) for rows in others]
        heard(0.02)
        terms = Terms(pair)
        terms.fit(train)
        seen, unseen = terms.see(train), [terms.see(rows) for rows in others]
        heard(0.1)
        strength = chosen(regression, seen, train, regression.of_terms, lambda: heard(0.1))
        yield "tfidf", strength, regression.answers(seen, gold, unseen, strength)
        heard(0.4)
        rows = pd.concat([train, *others])
        texts = list(dict.fromkeys(rows["text"].tolist() + (rows["question"].tolist() if pair else [])))
        vectors = self.embed(texts, lambda share: heard(0.4 + 0.5 * share))
        places = {text: place for place, text in enumerate(texts)}
        scaler = StandardScaler()
        seen = scaler.fit_transform(meanings(train, vectors, places, pair))
        unseen = [scaler.transform(meanings(some, vectors, places, pair)) for some in others]
        strength = chosen(regression, seen, train, regression.of_vectors, lambda: heard(0.95))
        yield "embeddings", strength, regression.answers(seen, gold, unseen, strength)

    def _regression(self) -> Regression:
        record = self.record
        return REGRESSIONS[record.roles.task](record.labels, record.scale)


def chosen(
    regression: Regression,
    seen: Matrix,
    train: pd.DataFrame,
    strengths: Sequence[float],
    check: Callable[[], None] = lambda: None,
) -> float:
    """The strength with the best figure over folds of the training rows; a row and its paraphrases are in the same one."""
    if len(strengths) == 1 or len(set(group_of(train))) < FOLDS:
        return strengths[len(strengths) // 2]
    gold = np.array(train["label"].tolist(), object)
    figure = TASKS[regression.task].best.name
    totals = dict.fromkeys(strengths, 0.0)
    for learned, asked in islice(folds(train), FOLDS if len(train) <= MOST_FOLDED else 1):
        for strength in strengths:
            check()
            (outputs,) = regression.answers(seen[learned], gold[learned].tolist(), [seen[asked]], strength)
            totals[strength] += regression.figures(gold[asked].tolist(), outputs)[figure]
    return max(strengths, key=lambda strength: totals[strength])


def folds(train: pd.DataFrame) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Places of the rows to learn from and to answer; the same for the same rows."""
    _, groups = np.unique(group_of(train), return_inverse=True)
    dealt = np.random.default_rng(0).permutation(int(groups.max()) + 1)[groups] % FOLDS
    for fold in range(FOLDS):
        yield np.flatnonzero(dealt != fold), np.flatnonzero(dealt == fold)
