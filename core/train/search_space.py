"""What a search may change, between which bounds, and what a trial is given. Without optuna: pages read this."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from core.errors import UserError
from core.train.settings import Settings, bounds
from core.words import N_

Space = dict[str, tuple[float, float]]
"""Fields of Settings and the lowest and highest value that a trial may have, both included."""
Values = dict[str, float]

SEARCHED = ("learning_rate", "batch_size", "epochs")
"""What a search changes unless told otherwise."""
TRIALS = 20
"""Of a search that is told no budget."""
MOST_TRIALS = 200
MOST_MINUTES = 7 * 24 * 60


class Dimension(NamedTuple):
    """One setting that can be searched. name: the field of Settings; title: English msgid, without a unit, for values carry theirs."""

    name: str
    title: str
    is_whole: bool
    is_log: bool
    """Whether twice as much is as large a step everywhere; then the lowest value is above 0."""


DIMENSIONS = {
    dimension.name: dimension
    for dimension in (
        Dimension("learning_rate", N_("Learning rate"), False, True),
        Dimension("batch_size", N_("Batch size"), True, True),
        Dimension("epochs", N_("Epochs"), True, False),
        Dimension("dropout", N_("Dropout"), False, False),
        Dimension("weight_decay", N_("Weight decay"), False, False),
    )
}


def proposed(settings: Settings) -> Space:
    """Bounds around what the form says, within those of Settings."""
    around = {
        "learning_rate": (settings.learning_rate / 4, settings.learning_rate * 4),
        "batch_size": (settings.batch_size / 2, settings.batch_size * 4),
        "epochs": (settings.epochs / 2, settings.epochs * 1.5),
        "dropout": (0.0, 0.3),
        "weight_decay": (0.0, 0.1),
    }
    return {name: tuple(rounded(name, _within(name, value)) for value in pair) for name, pair in around.items()}  # type: ignore[misc]


def _within(name: str, value: float) -> float:
    least, most = bounds(name)
    return min(max(value, least), most)


def rounded(name: str, value: float) -> float:
    """A value as people write it: whole numbers whole, three digits of a rate, thousandths of a share."""
    dimension = DIMENSIONS[name]
    if dimension.is_whole:
        return max(1, round(value))
    return float(f"{value:.2e}") if dimension.is_log else round(value, 3)


def check_space(space: Mapping[str, tuple[float, float]]) -> None:
    """Raises UserError: search_bounds, settings_invalid, search_nothing."""
    wrong = [name for name, (low, high) in space.items() if low > high]
    if wrong:
        raise UserError("search_bounds", problem=[DIMENSIONS[name].title for name in wrong])
    outside = [
        f"{name} ({bounds(name)[0]:g}–{bounds(name)[1]:g})"
        for name, (low, high) in space.items()
        if low < bounds(name)[0] or high > bounds(name)[1]
    ]
    if outside:
        raise UserError("settings_invalid", problem=", ".join(outside))
    if not any(low < high for low, high in space.values()):
        raise UserError("search_nothing")


def check_budget(trials: int | None, minutes: float | None) -> None:
    """Raises UserError("search_budget") where a search would try nothing, or never end."""
    few = (
        (trials is None and minutes is None)
        or (trials or 1) < 1
        or (trials == 0)
        or (minutes is not None and minutes <= 0)
    )
    many = (trials or 0) > MOST_TRIALS or (minutes or 0) > MOST_MINUTES
    if few or many:
        raise UserError("search_budget", most=MOST_TRIALS, minutes=MOST_MINUTES)


def with_values(settings: Settings, values: Mapping[str, float]) -> Settings:
    """The settings of a trial."""
    given = {name: int(value) if DIMENSIONS[name].is_whole else value for name, value in values.items()}
    return settings.model_copy(update={**given, "preset": "own"})
