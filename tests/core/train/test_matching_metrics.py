"""What is wrong for a question, what is drawn of it, and the figures of any scoring."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.train.calibration import border, calibrated, sigmoid
from core.train.matching_metrics import (
    by_chance,
    candidates,
    histogram,
    pair_scores,
    ranking,
    retrieval,
    telling,
)
from core.train.negatives import Negatives, fixed, nearest


def frame(*rows: tuple[str, str], together: list[str] | None = None) -> pd.DataFrame:
    found = pd.DataFrame(rows, columns=["text", "question"])
    return found.assign(together=together) if together is not None else found


cells = st.tuples(st.integers(0, 6), st.integers(0, 5), st.integers(0, 3))


@settings(max_examples=40, deadline=None)
@given(st.lists(cells, min_size=1, max_size=25), st.integers(0, 3), st.integers(1, 4))
def test_no_negative_is_ever_a_true_pair(rows: list[tuple[int, int, int]], epoch: int, count: int) -> None:
    """Not the same text, not one that the same question is asked about, not one that is kept together with it."""
    known = ["rue du port", "Rue du  PORT", "école fermée", "eau coupée", "parc ouvert", "bus en retard", "cantine"]
    together = [f"group {kept}" if kept else "" for _, _, kept in rows]
    table = frame(*((known[text], f"question {question}") for text, question, _ in rows), together=together)
    of = candidates(table)
    vectors = np.random.default_rng(0).normal(size=(len(of.texts), 4))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    negatives = Negatives(of, nearest(of, vectors), 7)
    plain = table["text"].str.casefold().str.split().str.join(" ")
    kin = {text: {text} for text in plain}
    for _ in rows:
        for text, kept in zip(plain, together, strict=True):
            for other, its in zip(plain, together, strict=True):
                if kept and kept == its:
                    kin[text] |= kin[other]
    made = fixed(of)
    for row, text in enumerate(of.right.tolist()):
        drawn = negatives.drawn(text, count, 0.5, epoch)
        assert drawn == negatives.drawn(text, count, 0.5, epoch)
        assert len(drawn) == len(set(drawn)) <= count
        asks = set(plain[table["question"] == table["question"][row]])
        for wrong in [*drawn, *([made[row]] if made[row] >= 0 else [])]:
            said = " ".join(of.texts[wrong].casefold().split())
            assert said not in kin[plain[row]]
            assert said not in asks
    assert np.array_equal(made, fixed(candidates(table)))


def test_hard_negatives_are_near_and_others_are_not() -> None:
    of = candidates(frame(*((f"text {'abcdefghij'[place]}{place}", f"question {place}") for place in range(10))))
    angles = np.arange(10) * 0.1
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    near = nearest(of, vectors, 2)
    assert near[0].tolist() == [1, 2]
    assert sorted(near[5].tolist()) == [4, 6]
    negatives = Negatives(of, near, 1)
    assert {place for epoch in range(30) for place in negatives.drawn(5, 1, 1.0, epoch)} == {4, 6}
    assert len({place for epoch in range(60) for place in negatives.drawn(5, 1, 0.0, epoch)}) == 9
    assert len(negatives.drawn(5, 20, 1.0, 0)) == 9


def test_ranks_are_those_of_a_case_by_hand() -> None:
    of = candidates(frame(("a one", "q1"), ("b two", "q2"), ("A  one", "q3"), ("c three", "q4"), ("d four", "q1")))
    assert of.texts == ["a one", "b two", "c three", "d four"]
    assert of.right.tolist() == [0, 1, 0, 2, 3]
    scores = np.array(
        [
            [0.2, 0.1, 0.0, 0.9],  # q1 is asked about d too, which therefore does not come before a: rank 1
            [0.9, 0.5, 0.7, 0.1],  # two before: rank 3
            [0.4, 0.4, 0.1, 0.1],  # level with b: rank 1.5
            [0.9, 0.8, 0.2, 0.7],  # rank 4
            [0.9, 0.3, 0.2, 0.3],  # level with b, and a does not count: rank 1.5
        ]
    )
    found = ranking(of, lambda rows: scores[rows])
    assert found.rank.tolist() == [1, 3, 1.5, 4, 1.5]
    assert found.first.tolist() == [0, 0, 0, 0, 3]
    assert found.first_score.tolist() == [0.2, 0.9, 0.4, 0.9, 0.3]
    assert retrieval(found.rank) == pytest.approx(
        {"mrr": (1 + 1 / 3 + 2 / 3 + 1 / 4 + 2 / 3) / 5, "recall_1": 0.2, "recall_5": 1.0, "recall_10": 1.0}
    )
    assert histogram(np.array([1, 1.5, 4, 5, 6, 500])) == [1, 1, 0, 2, 1, 0, 0, 0, 1]
    others = np.exp(scores[1] - 0.5)
    assert found.loss[1] == pytest.approx(np.log(others.sum()))


def test_chance_is_the_mean_over_all_orders_of_the_texts() -> None:
    of = candidates(frame(("a one", "q1"), ("b two", "q2"), ("A  one", "q3"), ("c three", "q4"), ("d four", "q1")))
    reciprocal, found = by_chance(of)
    # q1 is asked about a and d, so each of them has two others before or after it; every other question has three.
    assert reciprocal == pytest.approx([11 / 18, 25 / 48, 25 / 48, 25 / 48, 11 / 18])
    assert found["recall_1"] == pytest.approx((3 / 4 + 2 / 3) / 5)
    orders = [np.tile(np.array(order, float), (5, 1)) for order in itertools.permutations(range(4))]
    ranked = [ranking(of, lambda rows, scores=scores: scores[rows]) for scores in orders]
    each = np.mean([1 / one.rank for one in ranked], axis=0)
    assert each == pytest.approx(reciprocal)
    for name, value in retrieval(np.concatenate([one.rank for one in ranked])).items():
        assert found[name] == pytest.approx(value)
    level = ranking(of, lambda rows: np.zeros((5, 4))[rows])
    assert found["loss"] == pytest.approx(level.loss.mean())
    # A text alone is always found.
    assert by_chance(candidates(frame(("a one", "q1"))))[1]["mrr"] == 1.0


def test_telling_pairs_apart() -> None:
    values, belongs = np.array([0.9, 0.5, 0.5, 0.1]), np.array([True, True, False, False])
    assert telling(values, belongs, 0.4) == {"auc": 0.875, "accuracy": 0.75}
    assert 0.1 < border(values, belongs) < 0.9
    assert telling(values[:2], belongs[:2], 0.4) == {"auc": 1.0, "accuracy": 1.0}
    of = candidates(frame(("a one", "q1"), ("b two", "q2"), ("c three", "q3")))
    scores = np.arange(9).reshape(3, 3)
    found, right = pair_scores(of, lambda rows: scores[rows], np.array([1, -1, 0]))
    assert (found.tolist(), right.tolist()) == ([0, 4, 8, 1, 6], [True, True, True, False, False])


def test_a_score_becomes_a_probability() -> None:
    chance = np.random.default_rng(0)
    values = np.concatenate([chance.normal(0.7, 0.1, 400), chance.normal(0.4, 0.1, 400)])
    belongs = np.arange(800) < 400
    scale, bias = calibrated(values, belongs)
    shares = sigmoid(scale * values + bias)
    # As many belong as it says, above the middle and below; the border lies between the two.
    assert shares.mean() == pytest.approx(0.5, abs=0.01)
    assert -bias / scale == pytest.approx(0.55, abs=0.02)
    assert scale == pytest.approx(0.3 / 0.01, rel=0.2)
    # Told apart without a fault, or not at all: never a certainty from a few rows.
    few = sigmoid(np.multiply(*calibrated(np.array([0.9, 0.8, 0.1]), np.array([True, True, False]))[:1], [0.9]))
    assert few.max() < 1.0
    assert calibrated(np.array([0.1, 0.9]), np.array([True, False])) == (1.0, -0.5)
    assert calibrated(np.array([0.1, 0.9]), np.array([True, True])) == (1.0, -0.5)
