"""Texts that a question does not belong to, made from other rows: by chance, or near to its own text. Never one that may be as right."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.train.matching_metrics import Candidates, Places

NEAR = 20
"""Nearest wrong texts among which a hard negative is drawn."""
TEXTS = 512
"""Texts compared with all others together."""


class Negatives:
    """What is drawn for the texts of a part. near: (texts, at most NEAR) as `nearest` gives it, or None where none is to be hard."""

    def __init__(self, of: Candidates, near: Places | None, seed: int) -> None:
        self.of = of
        self.near = near
        self.seed = seed
        self._questions = of.questions_of()

    def drawn(self, text: int, count: int, hard_share: float, epoch: int) -> list[int]:
        """Places of at most `count` different texts that are wrong for every question of this one.

        The same for the same seed, epoch and text, whatever was drawn before. Each is hard with the probability hard_share.
        """
        chance = np.random.default_rng([self.seed, epoch, text])
        wrong = np.flatnonzero(self.is_wrong(text))
        near = [place for place in self.near[text].tolist() if place >= 0] if self.near is not None else []
        found: list[int] = []
        for is_hard in (chance.random(count) < hard_share).tolist():
            pool = [place for place in near if place not in found] if is_hard else []
            if not pool:
                pool = np.setdiff1d(wrong, found).tolist()
            if not pool:
                break
            found.append(int(pool[int(chance.integers(len(pool)))]))
        return found

    def is_wrong(self, text: int) -> NDArray[np.bool_]:
        """(texts,): for every question of this text."""
        return wrong_for_all(self.of, self._questions[text])


def wrong_for_all(of: Candidates, questions: Places) -> NDArray[np.bool_]:
    return np.asarray(of.is_wrong(questions).all(axis=0))


def nearest(of: Candidates, vectors: NDArray[np.floating], most: int = NEAR) -> Places:
    """By text the places of the nearest that are wrong for all of its questions, the nearest first; -1 where there are no more.

    vectors: (texts, width), rows of length 1; dense, or sparse as scikit-learn makes them.
    """
    questions = of.questions_of()
    count = len(of.texts)
    found = np.full((count, most), -1, np.int64)
    for start in range(0, count, TEXTS):
        some = range(start, min(start + TEXTS, count))
        product = vectors[start : start + TEXTS] @ vectors.T
        alike = product.toarray() if hasattr(product, "toarray") else product
        for line, text in enumerate(some):
            wrong = wrong_for_all(of, questions[text])
            ranked = np.argsort(-alike[line], kind="stable")
            ranked = ranked[wrong[ranked]][:most]
            found[text, : len(ranked)] = ranked
    return found


def fixed(of: Candidates) -> Places:
    """One wrong text for each question of a part that is measured, -1 where there is none: by chance and near by turns.

    Near by its words (TF-IDF), so that every model, and a baseline too, is measured on the same pairs.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    words = TfidfVectorizer(sublinear_tf=True, token_pattern=r"(?u)\w+")
    try:
        near = nearest(of, words.fit_transform(of.texts), 10)
    except ValueError:
        # Texts without a single word.
        near = np.full((len(of.texts), 1), -1, np.int64)
    chance = np.random.default_rng(0)
    found = np.full(len(of.right), -1, np.int64)
    for row, text in enumerate(of.right.tolist()):
        wrong = np.flatnonzero(of.is_wrong(np.array([row]))[0])
        close = near[text][near[text] >= 0]
        pool = close if row % 2 and len(close) else wrong
        if len(pool):
            found[row] = pool[int(chance.integers(len(pool)))]
    return found
