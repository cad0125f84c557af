"""Simple models that find the text of a question: by chance, by words in common, by the embedded model as it comes.

None of them was taught which question belongs to which text: all are cosines, told apart and ranked as those of a training.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.train.calibration import border
from core.train.features import Directions, Matrix
from core.train.matching_metrics import (
    SHARPNESS,
    Candidates,
    Places,
    Scores,
    by_chance,
    candidates,
    pair_scores,
    ranked_and_told,
    ranking,
    telling,
)
from core.train.negatives import fixed
from core.train.simple.models import Answered, SimpleModels

See = Callable[[list[str]], Matrix]
"""From texts, or questions, to their vectors; the product of two is a cosine."""


@dataclass(frozen=True)
class Asked:
    """The questions of a part, the texts among which each is to find its own, and a wrong one for each."""

    questions: list[str]
    of: Candidates
    made: Places

    def pairs(self, scores: Scores) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        return pair_scores(self.of, scores, self.made)


def asked_in(rows: pd.DataFrame) -> Asked:
    of = candidates(rows)
    return Asked(rows["question"].tolist(), of, fixed(of))


class MatchingModels(SimpleModels):
    """chance, tfidf_cosine, embeddings_cosine. Answers: the rank of the right text; of chance, the harmonic mean of its ranks."""

    def answered(self, train: pd.DataFrame, others: dict[str, pd.DataFrame]) -> Iterator[Answered]:
        parts = {part: asked_in(rows) for part, rows in others.items()}
        settling = parts.get("validation") or asked_in(train)
        yield _chance(parts, settling)
        self.heard(0.05)
        texts = _different(text for part in (settling, *parts.values()) for text in (*part.of.texts, *part.questions))
        words = Directions([*_different(train["text"]), *_different(train["question"])], texts)
        yield self._cosines("tfidf_cosine", parts, settling, words.see, 0.1)
        self.heard(0.3)
        vectors = self.embed(texts, lambda share: self.heard(0.3 + 0.6 * share))
        places = {text: place for place, text in enumerate(texts)}
        yield self._cosines(
            "embeddings_cosine", parts, settling, lambda some: vectors[[places[text] for text in some]], 0.9
        )

    def _cosines(self, name: str, parts: dict[str, Asked], settling: Asked, see: See, share: float) -> Answered:
        """share: of the whole work, when this begins."""

        def scores_of(part: Asked) -> Scores:
            questions, texts = see(part.questions), see(part.of.texts)

            def scores(rows: slice) -> NDArray[np.floating[Any]]:
                self.heard(share)
                product = questions[rows] @ texts.T
                found: NDArray[np.floating[Any]] = product.toarray() if hasattr(product, "toarray") else product
                return found

            return scores

        known = {place: scores_of(part) for place, part in parts.items()}
        threshold = border(*settling.pairs(known.get("validation") or scores_of(settling)))
        figures, ranks = {}, []
        for place, part in parts.items():
            ranked = ranking(part.of, known[place], SHARPNESS)
            figures[place] = ranked_and_told(ranked, *part.pairs(known[place]), threshold)
            ranks += ranked.rank.tolist()
        return Answered(name, figures, {"": ranks})


def _chance(parts: dict[str, Asked], settling: Asked) -> Answered:
    """An order that knows nothing, computed and not drawn; of pairs it says of all what most of them are on validation."""

    def nothing(part: Asked) -> Scores:
        return lambda rows: np.zeros((len(part.of.right[rows]), len(part.of.texts)))

    threshold = border(*settling.pairs(nothing(settling)))
    figures, ranks = {}, []
    for place, part in parts.items():
        reciprocal, found = by_chance(part.of)
        figures[place] = found | telling(*part.pairs(nothing(part)), threshold)
        ranks += (1 / reciprocal).tolist()
    return Answered("chance", figures, {"": ranks})


def _different(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))
