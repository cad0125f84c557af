"""How far answers agree with what a table says itself. Imports scikit-learn: never from a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn.metrics import f1_score

from core.data.examples import given_labels
from core.data.targets import label_set, labels_of
from core.train.metrics import agreement
from core.train.number_metrics import headline
from core.use.meaning import Meaning, Outputs

if TYPE_CHECKING:
    import pandas as pd

    from core.data.columns import Roles


def compared(table: pd.DataFrame, roles: Roles, meaning: Meaning, outputs: Outputs) -> dict[str, float]:
    """The figures of the task, and `compared`: the rows that say something. Empty when none does.

    table: along the outputs; roles: where its labels stand.
    """
    said = given_labels(table, roles).tolist() if roles.has_labels else []
    places = [place for place, label in enumerate(said) if label not in ("", "\0")]
    if not places:
        return {}
    gold = [said[place] for place in places]
    answers = meaning.predictions(outputs[places])
    if meaning.task == "number":
        figures = headline(np.array([float(each) for each in gold]), outputs[places, 0].astype(np.float64))
        figures.pop("loss")
    elif meaning.task == "several_labels":
        figures = of_sets(gold, [label_set(meaning.applying(row)) for row in outputs[places]])
    else:
        figures = agreement(gold, answers)
    return {**figures, "compared": len(places)}


def of_sets(gold: list[str], predicted: list[str]) -> dict[str, float]:
    """micro_f1, macro_f1 and exact of sets of labels, as core.data.targets.label_set writes them; labels that the model does not know count."""
    names = sorted({label for row in (*gold, *predicted) for label in labels_of(row)})
    true, said = (np.array([[name in labels_of(row) for name in names] for row in rows]) for rows in (gold, predicted))
    if not names:
        return {"micro_f1": 0.0, "macro_f1": 0.0, "exact": 1.0}
    return {
        "micro_f1": float(f1_score(true, said, average="micro", zero_division=0.0)),
        "macro_f1": float(f1_score(true, said, average="macro", zero_division=0.0)),
        "exact": float((true == said).all(axis=1).mean()),
    }
