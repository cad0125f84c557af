"""What simple models reach on the rows of a run: they tell whether fine-tuning is worth its time.

Three of them: the most frequent answer, a regression on the words, and a regression on the frozen sentence embeddings of the model
that comes with Parafine. They learn from the rows that the run learns from, accepted paraphrases included, and from no other.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypedDict

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.preprocessing import StandardScaler

from core.data.split import group_of
from core.models.choice import ModelChoice
from core.store.baselines import Baselines, BaselinesRecord
from core.store.job_folder import Progress, State
from core.train.features import Matrix, Terms, meanings
from core.train.regressions import REGRESSIONS, Outputs, Regression
from core.train.tasks import TASKS

PARTS = ("validation", "test")
FOLDS = 5
"""Parts of the training rows, each answered by a regression on the others, to choose how free the regression may be."""
MOST_FOLDED = 2000
"""Training rows up to which all folds are gone through; one alone tells enough where there are more."""

Embed = Callable[[list[str], Callable[[float], None]], NDArray[np.float32]]
"""Texts to vectors of length 1; the second argument is called with the share that is read, and may raise to end the work."""
Heard = Callable[[float], None]
"""Called with the share of the whole work in [0, 1]; may raise to end it."""


class Measured(TypedDict):
    """One model. Figures as in a run's result.json: rows, loss and those of the task."""

    name: str
    """majority, tfidf, embeddings."""
    seconds: float
    strength: float | None
    validation: dict[str, float] | None
    test: dict[str, float] | None


def measure(
    record: BaselinesRecord, examples: pd.DataFrame, embed: Embed, heard: Heard = lambda share: None
) -> tuple[list[Measured], pd.DataFrame]:
    """The models, and their answers: id, part, label and a column a model, for the rows of validation and test.

    examples: as core.store.run.Run.examples gives them. Nothing is chosen by looking at the test part; thresholds of labels are
    decided on validation, as those of a run are.
    """
    train = examples[examples["part"] == "train"]
    others = {part: rows for part in PARTS if len(rows := examples[examples["part"] == part])}
    answered = pd.concat([rows[["id", "part", "label"]] for rows in others.values()], ignore_index=True)
    found = []
    steps = _models(record, train, list(others.values()), embed, heard)
    for name, seconds, strength, outputs in steps:
        regression = _regression(record)
        figures: dict[str, Any] = {}
        answers: list[Any] = []
        for (part, rows), given in zip(others.items(), outputs, strict=True):
            gold = rows["label"].tolist()
            if part == "validation":
                regression.settle(gold, given)
            figures[part] = {"rows": len(rows), **regression.figures(gold, given)}
            answers += regression.predicted(given)
        answered[name] = answers
        found.append(
            Measured(
                name=name,
                seconds=round(seconds, 2),
                strength=strength,
                validation=figures.get("validation"),
                test=figures.get("test"),
            )
        )
    return found, answered


def _models(
    record: BaselinesRecord, train: pd.DataFrame, others: list[pd.DataFrame], embed: Embed, heard: Heard
) -> Iterator[tuple[str, float, float | None, list[Outputs]]]:
    """Name, seconds, strength, and the outputs for each of the others."""
    regression, gold = _regression(record), train["label"].tolist()
    pair = bool(record.roles.question)
    began = time.monotonic()
    outputs = [regression.usual(gold, len(rows)) for rows in others]
    yield "majority", time.monotonic() - began, None, outputs
    heard(0.02)
    began = time.monotonic()
    terms = Terms(pair)
    terms.fit(train)
    seen, unseen = terms.see(train), [terms.see(rows) for rows in others]
    heard(0.1)
    strength = chosen(regression, seen, train, regression.of_terms, lambda: heard(0.1))
    outputs = regression.answers(seen, gold, unseen, strength)
    yield "tfidf", time.monotonic() - began, strength, outputs
    heard(0.4)
    began = time.monotonic()
    rows = pd.concat([train, *others])
    texts = list(dict.fromkeys(rows["text"].tolist() + (rows["question"].tolist() if pair else [])))
    vectors = embed(texts, lambda share: heard(0.4 + 0.5 * share))
    places = {text: place for place, text in enumerate(texts)}
    scaler = StandardScaler()
    seen = scaler.fit_transform(meanings(train, vectors, places, pair))
    unseen = [scaler.transform(meanings(some, vectors, places, pair)) for some in others]
    strength = chosen(regression, seen, train, regression.of_vectors, lambda: heard(0.95))
    outputs = regression.answers(seen, gold, unseen, strength)
    yield "embeddings", time.monotonic() - began, strength, outputs
    heard(1.0)


def chosen(
    regression: Regression,
    seen: Matrix,
    train: pd.DataFrame,
    strengths: Sequence[float],
    check: Callable[[], None] = lambda: None,
) -> float:
    """The strength with the best figure over folds of the training rows; a row and its paraphrases are in the same one."""
    if len(strengths) == 1 or len(set(group_of(train))) < FOLDS:
        return strengths[len(strengths) // 2]
    gold = np.array(train["label"].tolist(), object)
    figure = TASKS[regression.task].best.name
    totals = dict.fromkeys(strengths, 0.0)
    for learned, asked in folds(train):
        for strength in strengths:
            check()
            (outputs,) = regression.answers(seen[learned], gold[learned].tolist(), [seen[asked]], strength)
            totals[strength] += regression.figures(gold[asked].tolist(), outputs)[figure]
    return max(strengths, key=lambda strength: totals[strength])


def folds(train: pd.DataFrame) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Places of the rows to learn from and to answer; the same for the same rows."""
    _, groups = np.unique(group_of(train), return_inverse=True)
    dealt = np.random.default_rng(0).permutation(int(groups.max()) + 1)[groups] % FOLDS
    for fold in range(FOLDS if len(train) <= MOST_FOLDED else 1):
        yield np.flatnonzero(dealt != fold), np.flatnonzero(dealt == fold)


def _regression(record: BaselinesRecord) -> Regression:
    return REGRESSIONS[record.roles.task](record.labels, record.scale)


def work(baselines: Baselines, check: Callable[[], None] = lambda: None) -> State:
    """Measures and keeps what was found. Returns "done", or what was asked for meanwhile; a resumed one begins anew.

    check: called again and again; raises UserError when the machine no longer allows it to go on. Imports torch. Raises UserError:
    model_damaged.
    """
    import torch

    from core.augment.similarity import open_reader
    from core.train.progress import Stopped

    began = time.monotonic()

    def heard(share: float) -> None:
        request = baselines.asked()
        if request is not None:
            raise Stopped(request)
        check()
        baselines.report(Progress(phase="comparing", step=round(100 * share), steps=100))

    def embed(texts: list[str], heard: Heard) -> NDArray[np.float32]:
        reader = open_reader(ModelChoice(), baselines.project_id, bf16=torch.ops.mkldnn._is_mkldnn_bf16_supported())
        return reader.embed(texts, heard)

    try:
        heard(0.0)
        found, answers = measure(baselines.record(), baselines.examples(), embed, heard)
    except Stopped as stopped:
        return "stopped" if stopped.request == "stop" else "paused"
    baselines.keep({"baselines": found, "seconds": round(time.monotonic() - began, 1)}, answers)
    for each in found:
        print(each, flush=True)
    baselines.report(Progress(phase="over", step=100, steps=100))
    return "done"
