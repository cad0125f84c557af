"""Whether a training beats the simple models measured on the same rows, and whether chance alone would explain the difference.

Both answered the same rows, so the rows are drawn again, with repetition, and both are measured on what was drawn: the differences
found so spread as they would from one test part to another (paired bootstrap, Efron 1979). Where questions are asked about texts, the
texts are drawn with all of their questions: what is said of one of these says something of the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.data.columns import TaskName
from core.data.kin import PASSAGES, group_of, tied
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
    """"validation" or "test"; of a cross-validation "all_rows", or "folds" where their answers cannot be put together."""
    rows: int
    """That both answered, each counted once; of "folds" how many these are."""
    difference: float
    """Of the figure: the training's less the rival's."""
    low: float
    high: float
    """Between these the difference lies in 95 of 100 draws; of "folds" the 95 % interval of its mean."""

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
    if part not in ours:
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
    own, added = COLUMNS.get(task.name, ("predicted", ""))
    rows = mine.assign(ours=mine[own])[["id", "label", "ours"]].merge(
        other.assign(theirs=other[best["name"] + added])[["id", "theirs"]], on="id"
    )
    if not len(rows):
        return None
    gold = rows["label"].tolist()
    low, high = spread(task.name, gold, rows["ours"].tolist(), rows["theirs"].tolist(), _texts(run, task.name, rows))
    difference = float(ours[part][figure.name]) - float(best[part][figure.name])
    return Verdict(best["name"], figure, part, len(rows), difference, low, high)


def spread(
    task: TaskName,
    gold: Sequence[Any],
    first: Sequence[Any],
    second: Sequence[Any],
    groups: Sequence[str] | None = None,
) -> tuple[float, float]:
    """The middle 95 % of what the figure of `first` is above that of `second` on rows drawn again; the same each time.

    groups: names along the rows; those of one name are drawn together.
    """
    mine, other = FIGURES[task](gold, first), FIGURES[task](gold, second)
    chance = np.random.default_rng(0)
    draws = max(200, min(DRAWS, CELLS // len(gold)))
    found = []
    for drawn in _drawn_groups(groups, draws, chance) if groups else _drawn_rows(len(gold), draws, chance):
        found.append(mine(drawn) - other(drawn))
    low, high = np.quantile(found, [0.025, 0.975])
    return float(low), float(high)


def _drawn_rows(rows: int, draws: int, chance: np.random.Generator) -> Iterator[Places]:
    for _ in range(draws):
        yield chance.integers(0, rows, rows)


def _drawn_groups(groups: Sequence[str], draws: int, chance: np.random.Generator) -> Iterator[Places]:
    """As many groups as there are, with all their rows; so the number of rows differs from one draw to another."""
    _, names = np.unique(list(groups), return_inverse=True)
    order, sizes = np.argsort(names, kind="stable"), np.bincount(names)
    starts = np.cumsum(sizes) - sizes
    for _ in range(draws):
        drawn = chance.integers(0, len(sizes), len(sizes))
        within = np.arange(sizes[drawn].sum()) - np.repeat(np.cumsum(sizes[drawn]) - sizes[drawn], sizes[drawn])
        yield order[np.repeat(starts[drawn], sizes[drawn]) + within]


def _texts(run: Run, task: TaskName, rows: pd.DataFrame) -> list[str] | None:
    """Along the rows what they share, where they come in groups."""
    if task not in PASSAGES:
        return None
    examples = run.examples()
    group = dict(zip(examples["id"], group_of(tied(examples, task)), strict=True))
    return [group[identifier] for identifier in rows["id"]]


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


def _mrr(gold: Sequence[Any], rank: Sequence[Any]) -> Measure:
    reciprocal = 1 / np.array(rank, float)
    return lambda drawn: float(reciprocal[drawn].mean())


def _mean(gold: Sequence[Any], likeness: Sequence[Any]) -> Measure:
    each = np.array(likeness, float)
    return lambda drawn: float(each[drawn].mean())


FIGURES: dict[TaskName, Callable[[Sequence[Any], Sequence[Any]], Measure]] = {
    "classes": _macro_f1,
    "several_labels": _micro_f1,
    "number": _pearson,
    "matching": _mrr,
    "generation": _mean,
}
COLUMNS: dict[TaskName, tuple[str, str]] = {"matching": ("rank", ""), "generation": ("chrf", "_chrf")}
"""What is measured of each row where that is not the answer itself: the column of a training, what a simple model's name is followed by."""
