"""Does a question find its text? The candidates of a part, and the figures of any scoring of them: a model's or a baseline's. No torch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.kin import content_key
from core.data.near import near_duplicates
from core.train.matching_edges import EDGES

Places = NDArray[np.int64]
Scores = Callable[[slice], NDArray[np.floating[Any]]]
"""From some questions, by their place, to the score of every text: (questions, texts); the higher, the surer."""

ROWS = 256
"""Questions scored together."""
DEPTHS = (1, 5, 10)
SHARPNESS = 20.0
"""What cosines are multiplied by before the softmax of the loss."""


@dataclass(frozen=True)
class Candidates:
    """The questions of a part, and the different texts among which each is to find its own."""

    texts: list[str]
    right: Places
    """(questions,): the place of its text."""
    group: Places
    """(texts,): equal for texts that are nearly the same, or whose rows are kept together."""
    asked: dict[int, Places]
    """Where one question is asked about several texts: by the question's place, these texts."""

    def is_wrong(self, rows: slice | Places) -> NDArray[np.bool_]:
        """(questions, texts): whether a text is surely not that of a question. Its own is not, nor one that may be as right."""
        found: NDArray[np.bool_] = self.group[self.right[rows]][:, None] != self.group[None, :]
        for line, place in enumerate(np.arange(len(self.right))[rows].tolist()):
            if place in self.asked:
                found[line, self.asked[place]] = False
        return found

    def questions_of(self) -> list[Places]:
        """By text, the places of its questions."""
        order = np.argsort(self.right, kind="stable")
        return np.split(order, np.searchsorted(self.right[order], np.arange(1, len(self.texts))))


def candidates(rows: pd.DataFrame) -> Candidates:
    """Of examples with the columns text and question, and `together` where there is one. Spaces and case make no other text."""
    place_of: dict[str, int] = {}
    right = np.array([place_of.setdefault(content_key(text, ""), len(place_of)) for text in rows["text"]], np.int64)
    firsts = dict(zip(reversed(right.tolist()), reversed(rows["text"].tolist()), strict=True))
    texts = [firsts[place] for place in range(len(place_of))]
    about: dict[str, set[int]] = {}
    keys = [content_key("", question) for question in rows["question"]]
    for key, place in zip(keys, right.tolist(), strict=True):
        about.setdefault(key, set()).add(place)
    asked = {row: np.array(sorted(about[key]), np.int64) for row, key in enumerate(keys) if len(about[key]) > 1}
    return Candidates(texts, right, _groups(texts, right, rows), asked)


def _groups(texts: list[str], right: Places, rows: pd.DataFrame) -> Places:
    parent = np.arange(len(texts))

    def root(place: int) -> int:
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = int(parent[place])
        return place

    for later, earlier in near_duplicates(texts).items():
        parent[root(later)] = root(earlier)
    first: dict[str, int] = {}
    for kept, place in zip(rows.get("together", []), right.tolist(), strict=False):
        if kept:
            parent[root(place)] = root(first.setdefault(kept, place))
    return np.array([root(place) for place in range(len(texts))], np.int64)


@dataclass(frozen=True)
class Ranking:
    """What a scoring makes of each question: (questions,) each."""

    rank: NDArray[np.float64]
    """Of the right text among those that are wrong, from 1; equal scores share their places."""
    score: NDArray[np.float64]
    """Of the right text."""
    first: Places
    """The place of the text that comes first; the right one where it is among the first."""
    first_score: NDArray[np.float64]
    loss: NDArray[np.float64]
    """Cross-entropy of the right text, in nats, the scores taken for logits after multiplication by the sharpness asked for."""


def ranking(of: Candidates, scores: Scores, sharpness: float = 1.0) -> Ranking:
    """Scores every question against every text, some questions at a time."""
    columns: list[tuple[NDArray[Any], ...]] = []
    for rows in _blocks(len(of.right)):
        found = np.asarray(scores(rows), dtype=np.float64)
        right = found[np.arange(len(found)), of.right[rows]]
        counted = of.is_wrong(rows)
        others = np.where(counted, found, -np.inf)
        before = (others > right[:, None]).sum(axis=1)
        level = (others == right[:, None]).sum(axis=1)
        best = others.argmax(axis=1)
        is_beaten = before > 0
        logits = np.where(counted, (found - right[:, None]) * sharpness, -np.inf)
        columns.append(
            (
                1 + before + level / 2,
                right,
                np.where(is_beaten, best, of.right[rows]),
                np.where(is_beaten, others.max(axis=1), right),
                np.logaddexp(0.0, np.logaddexp.reduce(logits, axis=1)),
            )
        )
    rank, score, first, first_score, loss = (np.concatenate(column) for column in zip(*columns, strict=True))
    return Ranking(rank, score, first, first_score, loss)


def pair_scores(of: Candidates, scores: Scores, made: Places) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Scores of the right pairs, then of the made ones; and which of them belong. made: a text for each question, -1 for none."""
    right, wrong = [], []
    for rows in _blocks(len(of.right)):
        found = np.asarray(scores(rows), dtype=np.float64)
        places = np.arange(len(found))
        right.append(found[places, of.right[rows]])
        wrong.append(found[places, made[rows]][made[rows] >= 0])
    values = np.concatenate([*right, *wrong])
    return values, np.arange(len(values)) < len(of.right)


def retrieval(rank: NDArray[np.float64]) -> dict[str, float]:
    """mrr and recall_1, recall_5, recall_10, in [0, 1]; ranks from 1, at least one."""
    shares = {f"recall_{depth}": float((rank <= depth).mean()) for depth in DEPTHS}
    return {"mrr": float((1 / rank).mean()), **shares}


def telling(values: NDArray[np.float64], belongs: NDArray[np.bool_], threshold: float) -> dict[str, float]:
    """auc and accuracy, in [0, 1], of scores of pairs; a pair is taken for right from the threshold on. Both 1 where nothing is wrong."""
    right, wrong = values[belongs], np.sort(values[~belongs])
    if not len(wrong):
        return {"auc": 1.0, "accuracy": 1.0}
    below, up_to = (np.searchsorted(wrong, right, side).mean() / len(wrong) for side in ("left", "right"))
    return {"auc": float((below + up_to) / 2), "accuracy": float(((values >= threshold) == belongs).mean())}


def ranked_and_told(
    ranked: Ranking, values: NDArray[np.float64], belongs: NDArray[np.bool_], threshold: float
) -> dict[str, float]:
    """The figures of a part, as they stand in result.json: loss, those of retrieval, those of telling."""
    return {"loss": float(ranked.loss.mean()), **retrieval(ranked.rank), **telling(values, belongs, threshold)}


def by_chance(of: Candidates) -> tuple[NDArray[np.float64], dict[str, float]]:
    """What an order that knows nothing reaches, each order of the texts being as likely as any other.

    The expected reciprocal rank of each question, (questions,); loss and the expected figures of retrieval.
    """
    wrong = [of.is_wrong(rows).sum(axis=1) for rows in _blocks(len(of.right))]
    places = 1 + np.concatenate(wrong)
    reciprocal = np.cumsum(1 / np.arange(1, places.max() + 1))[places - 1] / places
    shares = {f"recall_{depth}": float(np.minimum(depth / places, 1).mean()) for depth in DEPTHS}
    return reciprocal, {"loss": float(np.log(places).mean()), "mrr": float(reciprocal.mean()), **shares}


def histogram(rank: NDArray[np.float64]) -> list[int]:
    """Questions by the rank of their text: one bar up to each of EDGES, one for the rest."""
    bars = np.searchsorted(np.array(EDGES, dtype=np.float64), rank, side="left")
    return [int(count) for count in np.bincount(bars, minlength=len(EDGES) + 1)]


def _blocks(rows: int) -> Iterator[slice]:
    return (slice(first, first + ROWS) for first in range(0, rows, ROWS))
