"""Rare labels weighed up: the weights themselves, the loss and the head that take them, and what stays as it is without."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest
import torch
from sklearn.utils.class_weight import compute_class_weight

from core.train.inference import probabilities
from core.train.losses import label_loss
from core.train.probe import probe_head
from core.train.weighting import label_weights
from tests.core.train.conftest import Learner

GOLD = [0] * 60 + [1] * 30 + [2] * 10


@pytest.mark.parametrize("balance", [0.0, 0.25, 0.5, 1.0])
def test_the_rows_weigh_one_on_average(balance: float) -> None:
    weights = label_weights(GOLD, 3, balance)
    assert np.isclose(weights[GOLD].mean(), 1.0)
    assert (np.diff(weights) >= 0).all()


def test_none_is_all_alike_and_all_is_what_scikit_learn_calls_balanced() -> None:
    np.testing.assert_array_equal(label_weights(GOLD, 3, 0.0), [1, 1, 1])
    balanced = compute_class_weight("balanced", classes=np.arange(3), y=np.array(GOLD))
    np.testing.assert_allclose(label_weights(GOLD, 3, 1.0), balanced, rtol=1e-6)
    totals = Counter()
    for label in GOLD:
        totals[label] += float(label_weights(GOLD, 3, 1.0)[label])
    assert max(totals.values()) == pytest.approx(min(totals.values()), rel=1e-5)


def test_a_label_without_a_row_changes_nothing_for_the_others() -> None:
    weights = label_weights(GOLD, 4, 1.0)
    np.testing.assert_array_equal(weights[:3], label_weights(GOLD, 3, 1.0))
    assert weights[3] == 1


def test_parts_of_a_batch_add_up_to_the_batch() -> None:
    logits, labels = torch.randn(12, 3), torch.tensor([0, 1, 2] * 4)
    weights = torch.tensor([0.2, 1.0, 3.0])
    whole = label_loss(logits, labels, weights)
    parts = [(logits[some], labels[some]) for some in (slice(0, 5), slice(5, 12))]
    together = sum(label_loss(*part, weights) * len(part[1]) / 12 for part in parts)
    torch.testing.assert_close(whole, together)
    plain = torch.nn.functional.cross_entropy(logits, labels)
    torch.testing.assert_close(label_loss(logits, labels, torch.ones(3)), plain)


def test_the_first_head_gives_a_rare_label_its_share(make_learner: Callable[..., Learner]) -> None:
    """The regression has an intercept: on its own rows the mean share of a label, each row with its weight, is its weighed share."""
    learner = make_learner(rows=60)
    rare = [entry for entry in learner.encoded if entry["labels"] == 2][:4]
    rows = [entry for entry in learner.encoded if entry["labels"] != 2] + rare
    gold = [entry["labels"] for entry in rows]
    for balance, expected in ((0.0, 4 / len(rows)), (1.0, 1 / 3)):
        probe_head(learner.model, learner.tokenizer, rows, bf16=False, balance=balance)
        shares = probabilities(learner.model, learner.tokenizer, rows)[:, 2]
        found = np.average(shares, weights=label_weights(gold, 3, balance)[gold])
        assert found == pytest.approx(expected, abs=0.03)
