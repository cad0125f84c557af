"""Probabilities in batches are those of each text alone, in the order asked."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch

from core.models.heads import head
from core.train.batches import encode
from core.train.inference import head_inputs, probabilities, token_states
from tests.core.train.conftest import Learner

TEXTS = ["my parcel is late", "refund", "password " * 40, "", "l’été, déjà ? 42 %", "money back " * 9, "my login"] * 3


@pytest.fixture
def learner(make_learner: Callable[..., Learner]) -> Learner:
    """With a head that answers differently from text to text."""
    learner = make_learner(dropout=0.5)
    with torch.no_grad():
        head(learner.model).weight.normal_(0.0, 1.0, generator=torch.Generator().manual_seed(2))
    return learner


def test_in_batches_as_one_by_one(learner: Learner) -> None:
    encoded = encode(learner.tokenizer, TEXTS, None, 48)
    found = probabilities(learner.model, learner.tokenizer, encoded)
    assert found.shape == (len(TEXTS), 3)
    learner.model.train(False)
    for text, row in zip(TEXTS, found, strict=True):
        inputs = learner.tokenizer(text, truncation=True, max_length=48, return_tensors="pt")
        with torch.no_grad():
            alone = torch.softmax(learner.model(**inputs).logits[0], dim=-1)
        np.testing.assert_allclose(row, alone.numpy(), atol=1e-5)
    assert np.ptp(found[:7], axis=0).max() > 0.05, "texts that all look the same would prove nothing"


def test_rows_sum_to_one_and_keep_the_order_asked(learner: Learner) -> None:
    encoded = encode(learner.tokenizer, TEXTS, None, 48)
    found = probabilities(learner.model, learner.tokenizer, encoded)
    np.testing.assert_allclose(found.sum(axis=1), 1.0, atol=1e-6)
    backwards = probabilities(learner.model, learner.tokenizer, encoded[::-1])
    np.testing.assert_allclose(backwards[::-1], found, atol=1e-6)


def test_dropout_and_labels_change_nothing(learner: Learner) -> None:
    learner.model.train(True)
    first = probabilities(learner.model, learner.tokenizer, learner.encoded)
    learner.model.train(True)
    unlabelled = [{name: value for name, value in entry.items() if name != "labels"} for entry in learner.encoded]
    np.testing.assert_array_equal(first, probabilities(learner.model, learner.tokenizer, unlabelled))


def test_progress_grows_to_the_number_of_texts(learner: Learner) -> None:
    done: list[int] = []
    encoded = encode(learner.tokenizer, TEXTS * 10, None, 48)
    probabilities(learner.model, learner.tokenizer, encoded, done.append)
    assert done == sorted(set(done))
    assert done[-1] == len(encoded)
    assert len(done) > 1


def test_no_text_no_row(learner: Learner) -> None:
    assert probabilities(learner.model, learner.tokenizer, []).shape == (0, 3)


def test_what_the_head_sees_gives_its_answers(learner: Learner) -> None:
    seen = head_inputs(learner.model, learner.tokenizer, learner.encoded, bf16=False)
    assert seen.shape == (len(learner.encoded), 32)
    with torch.no_grad():
        answers = torch.softmax(head(learner.model)(torch.tensor(seen)), dim=-1)
    found = probabilities(learner.model, learner.tokenizer, learner.encoded)
    np.testing.assert_allclose(answers.numpy(), found, atol=1e-5)
    assert head(learner.model) is learner.model.classifier


def test_the_mean_over_a_text_leaves_padding_out(learner: Learner) -> None:
    encoded = encode(learner.tokenizer, TEXTS, None, 48)
    first, mean = token_states(learner.model, learner.tokenizer, encoded, bf16=False)
    learner.model.train(False)
    for place, text in enumerate(TEXTS):
        inputs = learner.tokenizer(text, truncation=True, max_length=48, return_tensors="pt")
        with torch.no_grad():
            states = learner.model.bert(**inputs).last_hidden_state[0]
        np.testing.assert_allclose(first[place], states[0].numpy(), atol=1e-5)
        np.testing.assert_allclose(mean[place], states.mean(dim=0).numpy(), atol=1e-5)


def test_half_precision_is_near_enough_to_rank(learner: Learner) -> None:
    whole = probabilities(learner.model, learner.tokenizer, learner.encoded)
    half = probabilities(learner.model, learner.tokenizer, learner.encoded, bf16=True)
    assert 0 < np.abs(whole - half).max() < 0.05


def test_the_head_is_the_last_layer_even_when_it_is_as_wide_as_the_others(make_learner: Callable[..., Learner]) -> None:
    model = make_learner([f"label {place}" for place in range(32)], known=3).model
    assert head(model) is model.classifier
