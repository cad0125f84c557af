"""Figures of a classifier against values worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from core.train.metrics import agreement, by_label, confusion, headline

GOLD = np.array([0, 1, 2, 1])
SHARES = np.array([[0.5, 0.3, 0.2], [0.1, 0.8, 0.1], [0.2, 0.2, 0.6], [0.6, 0.3, 0.1]], dtype=np.float32)
"""Right, right, right, and a 1 taken for a 0."""


def test_three_labels_by_hand() -> None:
    figures = headline(GOLD, SHARES)
    assert set(figures) == {"loss", "accuracy", "macro_f1"}
    assert figures["loss"] == pytest.approx(-(math.log(0.5) + math.log(0.8) + math.log(0.6) + math.log(0.3)) / 4)
    assert figures["accuracy"] == 0.75
    # 0: precision 1/2, recall 1. 1: precision 1, recall 1/2. 2: both 1.
    assert figures["macro_f1"] == pytest.approx((2 / 3 + 2 / 3 + 1) / 3)


def test_two_labels_by_hand() -> None:
    gold = np.array([0, 0, 0, 1])
    shares = np.array([[0.9, 0.1], [0.6, 0.4], [0.3, 0.7], [0.2, 0.8]], dtype=np.float32)
    figures = headline(gold, shares)
    assert figures["loss"] == pytest.approx(-sum(map(math.log, (0.9, 0.6, 0.3, 0.8))) / 4)
    assert figures["accuracy"] == 0.75
    # 0: precision 1, recall 2/3. 1: precision 1/2, recall 1.
    assert figures["macro_f1"] == pytest.approx((0.8 + 2 / 3) / 2)


def test_a_label_absent_from_gold_counts_only_when_it_is_predicted() -> None:
    never = headline(np.array([0, 1]), np.array([[0.8, 0.1, 0.1], [0.2, 0.7, 0.1]], dtype=np.float32))
    assert (never["accuracy"], never["macro_f1"]) == (1.0, 1.0)
    wrongly = headline(np.array([0, 1]), np.array([[0.8, 0.1, 0.1], [0.2, 0.1, 0.7]], dtype=np.float32))
    assert wrongly["accuracy"] == 0.5
    assert wrongly["macro_f1"] == pytest.approx(1 / 3)
    assert wrongly["loss"] == pytest.approx(-(math.log(0.8) + math.log(0.1)) / 2)


def test_one_label_only_in_gold() -> None:
    figures = headline(np.array([1, 1]), np.array([[0.4, 0.6], [0.1, 0.9]], dtype=np.float32))
    assert (figures["accuracy"], figures["macro_f1"]) == (1.0, 1.0)
    assert figures["loss"] == pytest.approx(-(math.log(0.6) + math.log(0.9)) / 2)


def test_a_share_of_nothing_for_the_truth_is_a_large_loss_not_an_infinite_one() -> None:
    loss = headline(np.array([0]), np.array([[0.0, 1.0]], dtype=np.float32))["loss"]
    assert 10 < loss < math.inf


def test_many_labels() -> None:
    chance = np.random.default_rng(3)
    gold = chance.integers(0, 150, 1000)
    shares = chance.dirichlet(np.full(150, 0.05), 1000).astype(np.float32) + np.float32(1e-6)
    predicted = shares.argmax(axis=1)
    f1 = []
    for label in sorted({*gold.tolist(), *predicted.tolist()}):
        both = int(((gold == label) & (predicted == label)).sum())
        f1.append(2 * both / (int((gold == label).sum()) + int((predicted == label).sum())))
    figures = headline(gold, shares)
    assert figures["accuracy"] == pytest.approx(float((gold == predicted).mean()))
    assert figures["macro_f1"] == pytest.approx(sum(f1) / len(f1))
    exact = shares.astype(np.float64)
    exact /= exact.sum(axis=1, keepdims=True)
    assert figures["loss"] == pytest.approx(-np.log(exact[np.arange(1000), gold]).mean())


def test_each_label_by_hand() -> None:
    rows = by_label(GOLD, SHARES.argmax(axis=1), ["a", "b", "c"])
    assert rows == [
        {"label": "a", "precision": 0.5, "recall": 1.0, "f1": pytest.approx(2 / 3), "support": 1},
        {"label": "b", "precision": 1.0, "recall": 0.5, "f1": pytest.approx(2 / 3), "support": 2},
        {"label": "c", "precision": 1.0, "recall": 1.0, "f1": 1.0, "support": 1},
    ]


def test_a_label_without_rows_and_never_predicted_has_zeros_and_its_place() -> None:
    rows = by_label(np.array([0, 2]), np.array([0, 0]), ["a", "b", "c"])
    assert rows[1] == {"label": "b", "precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 0}
    assert rows[2] == {"label": "c", "precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 1}


def test_the_confusion_has_truth_in_rows_and_every_label() -> None:
    assert confusion(GOLD, SHARES.argmax(axis=1), ["a", "b", "c"]) == [[1, 0, 0], [1, 1, 0], [0, 0, 1]]
    assert confusion(np.array([0]), np.array([0]), ["a", "b"]) == [[1, 0], [0, 0]]


def test_agreement_of_names() -> None:
    figures = agreement(["x", "x", "y", "y"], ["x", "y", "y", "other"])
    # x: precision 1, recall 1/2. y: both 1/2. other: 0.
    assert figures == {"accuracy": 0.5, "macro_f1": pytest.approx((2 / 3 + 1 / 2 + 0) / 3)}


def test_nothing_to_measure_is_refused() -> None:
    with pytest.raises(ValueError, match=r"empty|0 sample"):
        headline(np.array([], dtype=np.int64), np.zeros((0, 2), dtype=np.float32))
    with pytest.raises(ValueError, match=r"empty|0 sample"):
        agreement([], [])
