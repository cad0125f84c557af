"""Presets: settings computed from the table, valid for every table, in the order that their names promise."""

from __future__ import annotations

import random

import pytest

from core.data.columns import TaskName
from core.train.presets import SHAPES, Size, longest_input, preset
from core.train.settings import Settings, make_settings

SHORT = [12] * 50
LONG = [700] * 50
SPREAD = list(range(10, 410))
"""400 lengths: 90 % up to 369, 95 % up to 389, 99 % up to 405."""


@pytest.mark.parametrize(
    ("name", "size", "epochs", "batch_size", "learning_rate", "max_tokens"),
    [
        ("quick", Size(300, SHORT, wide=False), 6, 16, 1e-4, 16),
        ("balanced", Size(300, SHORT, wide=False), 15, 16, 1e-4, 16),
        ("thorough", Size(300, SHORT, wide=False), 24, 16, 1e-4, 16),
        ("quick", Size(8_000, SPREAD, wide=True), 2, 32, 3e-5, 128),
        ("balanced", Size(8_000, SPREAD, wide=True), 5, 32, 3e-5, 384),
        ("thorough", Size(8_000, SPREAD, wide=True), 8, 32, 3e-5, 408),
        ("quick", Size(100_000, LONG, wide=False), 2, 32, 1e-4, 128),
        ("balanced", Size(100_000, LONG, wide=False), 2, 32, 1e-4, 384),
        ("thorough", Size(100_000, LONG, wide=False), 3, 32, 1e-4, 512),
    ],
)
def test_a_small_a_middle_and_a_large_table(
    name: str, size: Size, epochs: int, batch_size: int, learning_rate: float, max_tokens: int
) -> None:
    settings = make_settings(preset(name, size))  # type: ignore[arg-type]
    assert settings.preset == name
    found = (settings.epochs, settings.batch_size, settings.learning_rate, settings.max_tokens)
    assert found == (epochs, batch_size, learning_rate, max_tokens)


def test_a_small_table_is_never_left_early() -> None:
    patience = {
        name: [preset(name, Size(rows, SHORT, False))["patience"] for rows in (30, 999, 1000)] for name in SHAPES
    }  # type: ignore[arg-type]
    assert patience == {"quick": [0, 0, 2], "balanced": [0, 0, 4], "thorough": [0, 0, 8]}
    last = [preset("balanced", Size(rows, SHORT, False))["keeps_last"] for rows in (30, 999, 1000)]
    assert last == [True, True, False]


def test_any_table_gets_valid_settings_in_the_order_of_the_names() -> None:
    chance = random.Random(5)
    for rows in [
        0,
        1,
        2,
        19,
        20,
        999,
        1000,
        1999,
        2000,
        10**6,
        *(round(10 ** chance.uniform(0, 6)) for _ in range(60)),
    ]:
        tokens = [round(10 ** chance.uniform(0, 5)) for _ in range(chance.choice([0, 1, 2, 40]))]
        size = Size(rows, tokens, wide=chance.random() < 0.5)
        quick, balanced, thorough = (Settings(**preset(name, size)) for name in ("quick", "balanced", "thorough"))  # type: ignore[arg-type]
        assert quick.epochs <= balanced.epochs <= thorough.epochs
        assert quick.max_tokens <= balanced.max_tokens <= thorough.max_tokens
        assert quick.patience <= balanced.patience <= thorough.patience


def test_more_rows_never_mean_more_epochs() -> None:
    for name in SHAPES:
        epochs = [preset(name, Size(rows, SHORT, False))["epochs"] for rows in range(1, 200_000, 997)]  # type: ignore[arg-type]
        assert epochs == sorted(epochs, reverse=True)
        assert epochs[0] == SHAPES[name].most_epochs
        assert epochs[-1] >= 2


def test_the_longest_input_keeps_the_share_asked_for_and_no_more() -> None:
    kept = longest_input(SPREAD, 0.95, 512)
    assert sum(length <= kept for length in SPREAD) >= 0.95 * len(SPREAD)
    assert sum(length <= kept - 8 for length in SPREAD) < 0.95 * len(SPREAD)
    assert kept % 8 == 0
    assert longest_input([], 0.95, 512) == 128
    assert longest_input([], 0.95, 64) == 64
    assert longest_input([3], 0.95, 512) == 16
    assert longest_input([16, 17], 1.0, 512) == 24


def test_where_questions_find_their_text_batches_are_large_and_epochs_few() -> None:
    labels, matching = (Size(1500, [250] * 50, wide=False, task=task) for task in ("classes", "matching"))  # type: ignore[arg-type]
    for name in SHAPES:
        usual, found = (preset(name, size) for size in (labels, matching))  # type: ignore[arg-type]
        assert (usual["batch_size"], found["batch_size"]) == (16, 32)
        assert 2 <= found["epochs"] < usual["epochs"]


@pytest.mark.parametrize(
    ("task", "foreign", "taught"),
    [("several_labels", True, True), ("several_labels", False, False), ("classes", True, False)],
)
def test_counted_words_teach_where_that_was_seen_to_help(task: TaskName, foreign: bool, taught: bool) -> None:
    plain, found = (
        preset("balanced", Size(5800, SHORT, False, task=task, foreign=known)) for known in (False, foreign)
    )
    assert (found["distillation"], found["epochs"], found["learning_rate"]) == (
        (0.75, 8, 2e-4) if taught else (0.0, plain["epochs"], 1e-4)
    )
    assert plain["epochs"] == 6
