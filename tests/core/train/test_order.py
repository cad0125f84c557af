"""The order of the examples: every one once an epoch, known from the seed and the epoch alone."""

from __future__ import annotations

import random

import pytest

from core.train.order import LengthOrder


def lengths(count: int) -> list[int]:
    chance = random.Random(count)
    return [chance.randint(3, 128) for _ in range(count)]


def order(count: int = 203, batch_size: int = 8, seed: int = 42, epoch: int = 0) -> list[int]:
    found = LengthOrder(lengths(count), batch_size, seed)
    found.epoch = epoch
    return list(found)


@pytest.mark.parametrize("count", [1, 7, 8, 9, 203, 2000])
@pytest.mark.parametrize("batch_size", [1, 8, 128])
def test_every_example_comes_once(count: int, batch_size: int) -> None:
    for epoch in range(3):
        assert sorted(order(count, batch_size, epoch=epoch)) == list(range(count))
    assert len(LengthOrder(lengths(count), batch_size, 42)) == count


def test_every_epoch_and_every_seed_has_its_own_order() -> None:
    found = {tuple(order(seed=seed, epoch=epoch)) for seed in range(5) for epoch in range(5)}
    assert len(found) == 25


def test_it_is_the_same_twice_whatever_was_drawn_before() -> None:
    """A resumed run asks in another process, in the middle of the run, with its random states elsewhere."""
    import torch

    once = order(epoch=3)
    torch.rand(100)
    random.random()
    assert order(epoch=3) == once
    orders = LengthOrder(lengths(203), 8, 42)
    for orders.epoch in (0, 1, 2, 3):
        found = list(orders)
    assert found == once
    assert list(orders) == once


def test_drawing_it_leaves_the_random_state_alone() -> None:
    """Dropout draws from the same source: the order must not push it on."""
    import torch

    before = torch.get_rng_state()
    order()
    assert torch.equal(torch.get_rng_state(), before)


def test_a_batch_holds_texts_of_like_length() -> None:
    """Little is padded: within a batch lengths differ far less than in the table."""
    known = lengths(2000)
    found = order(2000)
    spans = [
        max(part) - min(part)
        for start in range(0, 2000, 8)
        if (part := [known[place] for place in found[start : start + 8]])
    ]
    assert sum(spans) / len(spans) < (max(known) - min(known)) / 5
