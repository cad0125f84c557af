"""Whether a training beats the simple models measured on the same rows, and whether chance alone would explain the difference.

Both answered the same rows, so the rows are drawn again, with repetition, and both are measured on what was drawn: the differences
found so spread as they would from one test part to another (paired bootstrap, Efron 1979).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.data.columns import TaskName
from core.data.targets import labels_of
from core.store.baselines import Baselines
from core.store.run import Run
from core.train.tasks import Figure, task_of

if TYPE_CHECKING:
    import pandas as pd

DRAWS = 1000
"""Times that the rows are drawn again."""
CELLS = 20_000_000
"""Rows times draws that are gone through at most; a large part needs fewer draws."""

Places = NDArray[np.int64]


class Verdict(NamedTuple):
    """The training against the best of the simple models."""

    rival: str
    """Its name, see core.train.baselines.Measured."""
    figure: Figure
    part: str
    rows: int
    difference: float
    """Of the figure: the training's less the rival's."""
    low: float
    high: float
    """Between these the difference lies in 95 of 100 draws."""

    @property
    def standing(self) -> Literal["better", "unclear", "worse"]:
        return "better" if self.low > 0 else "worse" if self.high < 0 else "unclear"


def measured_part(result: dict[str, Any]) -> str:
    """The part whose figures count: test, or validation where there is no test or the run was stopped."""
    return "test" if "test" in result else "validation"


def verdict(run: Run, baselines: Baselines) -> Verdict | None:
    """None while one of them is not over, and where they cannot be compared row by row (a run that was stopped)."""
    ours, theirs = run.result(), baselines.result()
    if ours is None or theirs is None or not (run.folder / "predictions.parquet").exists():
        return None
    part, task = measured_part(ours), task_of(run.record().roles)
    if part not in ours or task.name not in FIGURES:
        return None
    figure = task.best
    best = max(
        (each for each in theirs["baselines"] if each.get(part)),
        key=lambda each: float(each[part][figure.name]),
        default=None,
    )
    if best is None:
        return None
    mine, other = _answers(run.predictions(), part), _answers(baselines.predictions(), part)
    rows = mine[["id", "label", "predicted"]].merge(other[["id", best["name"]]], on="id")
    if not len(rows):
        return None
    gold = rows["label"].tolist()
    first, second = rows["predicted"].tolist(), rows[best["name"]].tolist()
    low, high = spread(task.name, gold, first, second)
    difference = float(ours[part][figure.name]) - float(best[part][figure.name])
    return Verdict(best["name"], figure, part, len(rows), difference, low, high)


def spread(task: TaskName, gold: Sequence[Any], first: Sequence[Any], second: Sequence[Any]) -> tuple[float, float]:
    """The middle 95 % of what the figure of `first` is above that of `second` on rows drawn again; the same each time."""
    mine, other = FIGURES[task](gold, first), FIGURES[task](gold, second)
    chance = np.random.default_rng(0)
    draws = max(200, min(DRAWS, CELLS // len(gold)))
    found = []
    for _ in range(draws):
        drawn = chance.integers(0, len(gold), len(gold))
        found.append(mine(drawn) - other(drawn))
    low, high = np.quantile(found, [0.025, 0.975])
    return float(low), float(high)


def _answers(predictions: pd.DataFrame, part: str) -> pd.DataFrame:
    return predictions[predictions["part"] == part]


Measure = Callable[[Places], float]
"""The figure over these rows."""


def _macro_f1(gold: Sequence[Any], predicted: Sequence[Any]) -> Measure:
    """Mean over the labels that occur or are predicted among the rows drawn, as scikit-learn does."""
    _, places = np.unique([*map(str, gold), *map(str, predicted)], return_inverse=True)
    true, given = places[: len(gold)], places[len(gold) :]
    count = int(places.max()) + 1

    def measure(drawn: Places) -> float:
        asked, answered = true[drawn], given[drawn]
        right = np.bincount(asked[asked == answered], minlength=count)
        total = np.bincount(asked, minlength=count) + np.bincount(answered, minlength=count)
        return float((2 * right[total > 0] / total[total > 0]).mean())

    return measure


def _micro_f1(gold: Sequence[Any], predicted: Sequence[Any]) -> Measure:
    sets = [(set(labels_of(str(one))), set(labels_of(str(other)))) for one, other in zip(gold, predicted, strict=True)]
    right = np.array([len(one & other) for one, other in sets])
    total = np.array([len(one) + len(other) for one, other in sets])

    def measure(drawn: Places) -> float:
        given = int(total[drawn].sum())
        return 2 * int(right[drawn].sum()) / given if given else 0.0

    return measure


def _pearson(gold: Sequence[Any], predicted: Sequence[Any]) -> Measure:
    true, given = np.array(gold, float), np.array(predicted, float)

    def measure(drawn: Places) -> float:
        one, other = true[drawn] - true[drawn].mean(), given[drawn] - given[drawn].mean()
        length = float(np.sqrt((one**2).sum() * (other**2).sum()))
        return float((one * other).sum()) / length if length > 1e-12 else 0.0

    return measure


FIGURES: dict[TaskName, Callable[[Sequence[Any], Sequence[Any]], Measure]] = {
    "classes": _macro_f1,
    "several_labels": _micro_f1,
    "number": _pearson,
}
