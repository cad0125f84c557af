"""What simple models see of a row: its words and pieces of words, weighed; or the vector of its meaning."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer, TfidfVectorizer

WORDS, PIECES = 200_000, 50_000
"""Different words and neighbours, and different pieces of words, that are looked at: the most frequent ones."""

ROWS = 256
"""Rows compared with all others together."""

Matrix = Any
"""(rows, features): a sparse matrix of scipy, or an array."""


class Directions:
    """Texts as vectors whose product is the mean of two cosines: of words and pairs of neighbours, and of pieces of words.

    Terms are weighed by how many of the texts learned from have them; one that none of these has weighs as much as the rarest, for it is
    in names that a question and its text meet.
    """

    def __init__(self, learned: Sequence[str], met: Sequence[str]) -> None:
        """met: all texts that are to be seen; of these only the terms are taken."""
        counters = [
            CountVectorizer(ngram_range=(1, 2), max_features=WORDS, dtype=np.float32),
            CountVectorizer(analyzer="char_wb", ngram_range=(2, 4), max_features=PIECES, dtype=np.float32),
        ]
        every = list(dict.fromkeys([*learned, *met]))
        self._seen: list[tuple[CountVectorizer, TfidfTransformer]] = []
        for counter in counters:
            analyse = counter.build_analyzer()
            # A table of signs and single letters has no words in this sense.
            if any(analyse(text) for text in every):
                weights = TfidfTransformer(sublinear_tf=True).fit(counter.fit(every).transform(learned))
                self._seen.append((counter, weights))

    def see(self, texts: Sequence[str]) -> sparse.csr_matrix:
        """(texts, features)."""
        found = [weights.transform(counter.transform(texts)) for counter, weights in self._seen]
        return sparse.hstack(found, format="csr") / np.float32(np.sqrt(len(found)))


def nearest_rows(these: Matrix, those: Matrix, check: Callable[[], None] = lambda: None) -> NDArray[np.int64]:
    """(these,): the place of the row of those with which it has the largest product, the first of several."""
    found = np.zeros(these.shape[0], np.int64)
    for first in range(0, len(found), ROWS):
        check()
        found[first : first + ROWS] = (these[first : first + ROWS] @ those.T).toarray().argmax(axis=1)
    return found


class Terms:
    """TF-IDF of words and pairs of neighbours, and of pieces of two to four characters within words.

    In a pair both texts share their terms, so that what they have in common can be counted: two cosines, and the share of each
    text's weight that stands in the other one. A regression on the words of both alone cannot know that a question fits a text.
    """

    def __init__(self, pair: bool) -> None:
        self.pair = pair
        self._vectorizers: list[TfidfVectorizer] = []

    def fit(self, rows: pd.DataFrame) -> None:
        """rows: text and question of the training part. The terms and their weights are theirs."""
        texts = rows["text"].tolist() + (rows["question"].tolist() if self.pair else [])
        words = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2), max_features=WORDS, dtype=np.float32)
        pieces = TfidfVectorizer(
            sublinear_tf=True, analyzer="char_wb", ngram_range=(2, 4), max_features=PIECES, dtype=np.float32
        )
        self._vectorizers = [pieces.fit(texts)]
        analyse = words.build_analyzer()
        # A table of signs and single letters has no words in this sense.
        if any(analyse(text) for text in texts):
            self._vectorizers.insert(0, words.fit(texts))

    def see(self, rows: pd.DataFrame) -> sparse.csr_matrix:
        """(rows, features) of any rows; terms that the training part does not have count nothing."""
        texts = [vectorizer.transform(rows["text"].tolist()) for vectorizer in self._vectorizers]
        if not self.pair:
            return sparse.hstack(texts, format="csr")
        questions = [vectorizer.transform(rows["question"].tolist()) for vectorizer in self._vectorizers]
        common = [_common(text, question) for text, question in zip(texts, questions, strict=True)]
        return sparse.hstack([*texts, *questions, *common], format="csr")


def _common(text: sparse.csr_matrix, question: sparse.csr_matrix) -> sparse.csr_matrix:
    """(rows, 3): cosine, share of the question in the text, share of the text in the question; rows are of length 1."""
    columns = [
        text.multiply(question).sum(axis=1),
        question.multiply(text > 0).power(2).sum(axis=1),
        text.multiply(question > 0).power(2).sum(axis=1),
    ]
    return sparse.csr_matrix(np.hstack([np.asarray(column, np.float32).reshape(-1, 1) for column in columns]))


def pair_vectors(texts: NDArray[np.float32], questions: NDArray[np.float32]) -> NDArray[np.float32]:
    """[u; v; |u − v|; u · v; cosine] of two vectors of length 1 a row: (rows, 4 × width + 1)."""
    product = texts * questions
    return np.hstack([texts, questions, np.abs(texts - questions), product, product.sum(axis=1, keepdims=True)])


def meanings(rows: pd.DataFrame, vectors: NDArray[np.float32], places: dict[str, int], pair: bool) -> Matrix:
    """What a frozen model sees of the rows. vectors: of different texts, by `places`."""

    def of(texts: Sequence[str]) -> NDArray[np.float32]:
        return vectors[[places[text] for text in texts]]

    seen = of(rows["text"].tolist())
    return pair_vectors(seen, of(rows["question"].tolist())) if pair else seen
