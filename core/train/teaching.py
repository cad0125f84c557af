"""A teacher that counts words: what a simple model says of the training rows, learned beside their labels (distillation).

A model that does not read the language of the texts well learns words one by one from a few labels, and those of a row are often chance. What
a regression on counted words says of the same row is steadier (Hinton, Vinyals and Dean 2015). It answers for rows that it has not learned
from, or it would only repeat their labels. Nothing but the training part is looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.columns import TaskName
from core.data.kin import group_of
from core.store.run import RunRecord
from core.train.batches import Encoded
from core.train.features import Terms
from core.train.regressions import REGRESSIONS, Regression
from core.train.simple.labelled import FOLDS, folds

TAUGHT: tuple[TaskName, ...] = ("classes", "several_labels")
"""Tasks with labels: what is taught are probabilities."""


def teach(record: RunRecord, rows: pd.DataFrame, encoded: list[Encoded], check: Callable[[], None]) -> None:
    """Puts "taught" into the entries of the training part. rows: their examples, in the same order; check: called between two parts of
    the work, may raise to end it. Nothing where there are too few rows to hold some out.
    """
    answers = held_out_answers(
        REGRESSIONS[record.roles.task](record.labels, None), bool(record.roles.question), rows, check
    )
    if answers is None:
        return
    for entry, answer in zip(encoded, answers.tolist(), strict=True):
        entry["taught"] = answer


def held_out_answers(
    regression: Regression, pair: bool, rows: pd.DataFrame, check: Callable[[], None]
) -> NDArray[np.float32] | None:
    """(rows, labels): of each row the probabilities given by who has learned from the other folds; copies and paraphrases of a row are in
    its own. The same for the same rows.
    """
    if len(set(group_of(rows))) < FOLDS:
        return None
    strength = regression.of_terms[len(regression.of_terms) // 2]
    labels: NDArray[Any] = np.array(rows["label"].tolist(), object)
    found = np.zeros((len(rows), len(regression.labels)), np.float32)
    for learned, asked in folds(rows):
        check()
        terms = Terms(pair)
        terms.fit(rows.iloc[learned])
        seen, unseen = terms.see(rows.iloc[learned]), terms.see(rows.iloc[asked])
        (found[asked],) = regression.answers(seen, labels[learned].tolist(), [unseen], strength)
    return found
