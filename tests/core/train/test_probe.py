"""A head set by regression: it separates an easy table before any step, and never blows up."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch

from core.models.heads import head
from core.train.inference import head_inputs, probabilities
from core.train.probe import probe_head
from tests.core.train.conftest import Learner
from tests.tables import WORDS


def accuracy(learner: Learner) -> float:
    gold = [entry["labels"] for entry in learner.encoded]
    found = probabilities(learner.model, learner.tokenizer, learner.encoded)
    assert np.isfinite(found).all()
    return float((found.argmax(axis=1) == gold).mean())


def probed(learner: Learner) -> Learner:
    probe_head(learner.model, learner.tokenizer, learner.encoded, bf16=False)
    return learner


@pytest.mark.parametrize("count", [2, 3])
def test_the_training_rows_are_told_apart_before_any_step(make_learner: Callable[..., Learner], count: int) -> None:
    learner = make_learner(sorted(WORDS)[:count], rows=60)
    before = accuracy(learner)
    after = accuracy(probed(learner))
    assert before < 0.7
    assert after >= 0.8


def test_two_labels_have_opposite_scores_and_calibrated_shares(make_learner: Callable[..., Learner]) -> None:
    learner = probed(make_learner(sorted(WORDS)[:2], rows=60))
    layer = head(learner.model)
    torch.testing.assert_close(layer.weight[0], -layer.weight[1])
    shares = probabilities(learner.model, learner.tokenizer, learner.encoded)
    # The regression has an intercept: on its own rows its mean share is the labels' share.
    np.testing.assert_allclose(shares.mean(axis=0), [0.5, 0.5], atol=0.02)


def test_the_encoder_is_left_as_it_was(make_learner: Callable[..., Learner]) -> None:
    learner = make_learner()
    before = {name: tensor.clone() for name, tensor in learner.model.state_dict().items()}
    after = probed(learner).model.state_dict()
    changed = {name for name, tensor in before.items() if not torch.equal(tensor, after[name])}
    assert {"classifier.weight", "classifier.bias"} <= changed
    assert all(name.startswith(("classifier.", "bert.pooler.")) for name in changed)


def test_rows_with_one_label_only_leave_the_model_as_it_was(make_learner: Callable[..., Learner]) -> None:
    learner = make_learner(known=1)
    before = {name: tensor.clone() for name, tensor in learner.model.state_dict().items()}
    after = probed(learner).model.state_dict()
    assert all(torch.equal(tensor, after[name]) for name, tensor in before.items())


def test_a_label_without_a_row_is_never_the_answer(make_learner: Callable[..., Learner]) -> None:
    for known in (2, 3):
        learner = probed(make_learner([*sorted(WORDS), "unheard of"], rows=60, known=known))
        shares = probabilities(learner.model, learner.tokenizer, learner.encoded)
        assert shares.shape == (60, 4)
        assert set(shares.argmax(axis=1)) == set(range(known))
        layer = head(learner.model)
        assert not layer.weight[known:].any()
        assert (layer.bias[known:] < layer.bias[:known].min()).all()


@pytest.mark.parametrize("factor", [0.0, 1e-5], ids=["never", "hardly"])
def test_what_does_not_vary_gets_no_huge_weight(make_learner: Callable[..., Learner], factor: float) -> None:
    learner = make_learner(rows=60)
    with torch.no_grad():
        learner.model.bert.encoder.layer[-1].output.LayerNorm.weight[:8] *= factor
    assert accuracy(probed(learner)) >= 0.7
    spread = head_inputs(learner.model, learner.tokenizer, learner.encoded, bf16=False).std(axis=0)
    still = spread < 1e-3 * float(np.median(spread))
    assert still.sum() == 8
    weight = head(learner.model).weight.detach().abs().numpy()
    assert weight[:, still].max() < 20 * weight[:, ~still].max()


def test_when_nothing_varies_the_labels_frequency_is_all_it_knows(make_learner: Callable[..., Learner]) -> None:
    learner = make_learner(rows=60)
    with torch.no_grad():
        learner.model.bert.encoder.layer[-1].output.LayerNorm.weight.zero_()
    shares = probabilities(probed(learner).model, learner.tokenizer, learner.encoded)
    np.testing.assert_allclose(shares, 1 / 3, atol=0.02)
