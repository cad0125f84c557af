"""Which rows are kin, and what a division of them has to look at.

Rows that say the same thing (same text and question, spaces and case aside), a paraphrase and its origin, rows to be kept together, and
the questions about one text form a group, which no division into parts or folds divides.
"""

from __future__ import annotations

import hashlib

import pandas as pd

from core.data.columns import TaskName
from core.data.joining import in_short
from core.data.subject import LABELLED
from core.data.targets import labels_of, strata
from core.errors import UserError

PASSAGES = ("matching", "generation")
"""Tasks that learn what is asked about a text."""


def tied(examples: pd.DataFrame, task: TaskName) -> pd.DataFrame:
    """With the columns that `split` and `group_of` look at: `stratum`, what is kept in proportion; `labels`, those of the row, each of
    which needs rows to learn from; `passage`, which rows share a text of which questions are asked: a text that was learned from would
    give its other questions away.
    """
    given = examples["label"].tolist()
    labels = [labels_of(label) if task == "several_labels" else (label,) for label in given]
    found = examples.assign(stratum=strata(task, given), labels=labels if task in LABELLED else [()] * len(given))
    return found.assign(passage=[content_key(text, "") for text in found["text"]]) if task in PASSAGES else found


def learned_labels(examples: pd.DataFrame) -> list[tuple[str, ...]]:
    """The labels of each row: the column `labels` of `tied` where there is one, else its label."""
    return examples["labels"].tolist() if "labels" in examples else [(label,) for label in examples["label"]]


def in_proportion(examples: pd.DataFrame) -> list[str]:
    """What is spread evenly, row by row: the column `stratum` of `tied` where there is one, else the label."""
    found: list[str] = examples["stratum" if "stratum" in examples else "label"].tolist()
    return found


def content_key(text: object, question: object) -> str:
    """The same for rows that say the same thing: spaces and case aside."""
    words = f"{in_short(text)}\x1f{in_short(question)}"
    return "words " + hashlib.sha1(words.encode(), usedforsecurity=False).hexdigest()


def group_of(examples: pd.DataFrame) -> list[str]:
    """A name of the group of each example: that of its earliest kin by origin, by equal words or by what keeps them together."""
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while parent.setdefault(name, name) != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    # As lists: one by one out of a column of pandas they take many times as long.
    ids = examples["id"].tolist()
    ties = [examples[name].tolist() if name in examples else [""] * len(ids) for name in ("together", "passage")]
    said = (examples[name].tolist() for name in ("origin", "text", "question"))
    rows = zip(ids, *said, *ties, strict=True)
    for identifier, origin, text, question, together, passage in rows:
        for kin in (content_key(text, question), origin, together and f"together {together}", passage):
            if kin:
                parent[root(identifier)] = root(kin)
    return [root(identifier) for identifier in ids]


def indivisible(originals: pd.DataFrame, validation: float) -> UserError:
    """Why no row can be kept aside for validation: kept_together_too_few, texts_too_few, copies_too_few, by what ties the rows, else
    none_for_validation. validation: the share that is wanted.
    """
    rows, groups = len(originals), len(set(group_of(originals)))
    apart = originals.drop(columns="together") if "together" in originals else originals
    if groups < len(set(group_of(apart))):
        return UserError("kept_together_too_few", rows=rows, groups=groups)
    if "passage" in originals and groups < rows:
        return UserError("texts_too_few", rows=rows, groups=groups)
    if groups < rows:
        return UserError("copies_too_few", rows=rows, groups=groups)
    return UserError("none_for_validation", rows=rows, validation=validation)
