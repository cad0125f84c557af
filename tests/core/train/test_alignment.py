"""The first token learns to say what the mean of all tokens says: how well, what changes, and when nothing does."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch

from core.errors import UserError
from core.train.adapters import add_adapters
from core.train.alignment import Heard, batches, gather
from core.train.inference import FloatArray, head_inputs, token_states
from core.train.probe import align, centred, pooler_of
from core.train.restraint import freeze_below
from core.train.settings import Settings
from tests.core.train.conftest import Learner

pytestmark = pytest.mark.slow

LONG = Settings(epochs=14, batch_size=8, learning_rate=1e-3)


def gathered(learner: Learner, settings: Settings = LONG, heard: Heard = lambda step, steps: None) -> FloatArray:
    """What the head sees of each row afterwards."""
    gather(learner.lesson(settings), learner.encoded, bf16=False, heard=heard)
    return head_inputs(learner.model, learner.tokenizer, learner.encoded, bf16=False)


def state(learner: Learner) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in learner.model.state_dict().items()}


def changed(before: dict[str, torch.Tensor], learner: Learner) -> set[str]:
    return {name for name, tensor in learner.model.state_dict().items() if not torch.equal(tensor, before[name])}


def test_it_comes_nearer_to_the_mean_than_any_linear_map(make_learner: Callable[..., Learner]) -> None:
    learner = make_learner(rows=60)
    first, mean = token_states(learner.model, learner.tokenizer, learner.encoded, False)
    pooler = pooler_of(learner.model)
    assert pooler is not None
    wanted = np.tanh(centred(mean))
    by_a_map = float(((align(pooler, first, mean) - wanted) ** 2).mean())
    assert float(((gathered(make_learner(rows=60)) - wanted) ** 2).mean()) < 0.8 * by_a_map


def test_the_head_is_left_to_the_probe_and_every_layer_learns(make_learner: Callable[..., Learner]) -> None:
    learner = make_learner(rows=60)
    before = state(learner)
    gathered(learner)
    names = changed(before, learner)
    assert not any(name.startswith("classifier.") for name in names)
    for part in ("embeddings.word", "layer.0.", "layer.1.", "pooler."):
        assert any(part in name for name in names)
    assert all(parameter.grad is None or not parameter.grad.any() for parameter in learner.model.parameters())


def test_frozen_layers_stay_and_adapters_learn_in_place_of_the_rest(make_learner: Callable[..., Learner]) -> None:
    learner = make_learner(rows=60)
    freeze_below(learner.model, 1)
    before = state(learner)
    gathered(learner)
    assert not any("layer.0." in name or "embeddings." in name for name in changed(before, learner))
    narrow = make_learner(rows=60)
    add_adapters(narrow.model, 4, 8.0)
    before = state(narrow)
    gathered(narrow)
    assert {name.split(".")[1] for name in changed(before, narrow) if "lora_" not in name} == {"pooler"}


def test_where_no_layer_learns_or_too_little_is_read_nothing_changes(make_learner: Callable[..., Learner]) -> None:
    frozen = make_learner()
    freeze_below(frozen.model, 12)
    before = state(frozen)
    gathered(frozen)
    assert changed(before, frozen) == set()
    short = make_learner(rows=24)
    before = state(short)
    gathered(short, Settings(epochs=1, batch_size=32))
    assert changed(before, short) == set()


def test_it_is_heard_of_each_batch_and_can_be_ended(make_learner: Callable[..., Learner]) -> None:
    heard: list[tuple[int, int]] = []

    def stop(step: int, steps: int) -> None:
        heard.append((step, steps))
        if step == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        gathered(make_learner(rows=60), heard=stop)
    # Four passes over sixty rows, eight a step.
    assert heard[-5:] == [(step, 30) for step in range(1, 6)]
    assert {step for step, _ in heard[:-5]} == {0}


def test_a_model_that_gives_no_numbers_is_said(make_learner: Callable[..., Learner]) -> None:
    learner = make_learner(rows=60)
    with torch.no_grad():
        learner.model.bert.encoder.layer[0].output.dense.weight[0, 0] = float("inf")
    with pytest.raises(UserError) as caught:
        gathered(learner)
    assert caught.value.code == "model_not_finite"


@pytest.mark.parametrize(("rows", "size", "steps"), [(10, 4, 7), (10, 4, 2), (3, 4, 5)])
def test_batches_go_round(rows: int, size: int, steps: int) -> None:
    entries = [{"input_ids": [1] * (1 + place)} for place in range(rows)]
    found = list(batches(entries, size, 1, steps))
    assert len(found) == steps
    per_pass = -(-rows // size)
    assert sorted(place for some in found[:per_pass] for place in some) == (
        list(range(rows)) if steps >= per_pass else sorted(place for some in found for place in some)
    )
