"""Labels that a division leaves without a row to be judged by: said before the launch, for no figure will tell."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import compress

import pandas as pd

from core.data.columns import TaskName
from core.data.kin import group_of
from core.data.targets import labels_of

NAMED = 6
"""Labels that are named in a sentence."""


@dataclass(frozen=True)
class Unjudged:
    """Labels, the rarest first."""

    alone: tuple[str, ...] = ()
    """One row, or rows that say the same or are kept together: all of them are learned from."""
    never: tuple[str, ...] = ()
    """Several rows, none of which is in validation or test."""
    not_in_validation: tuple[str, ...] = ()
    not_in_test: tuple[str, ...] = ()
    """In the other of the two parts only."""
    not_learned: tuple[str, ...] = ()
    """Asked for, and in no row to learn from: every answer to these is wrong."""


def unjudged(examples: pd.DataFrame, task: TaskName) -> Unjudged:
    """examples: with the column part, as core.jobs.launch.freeze gives them. Nothing where no labels are learned.

    A part without any row is no part of the division: nothing is said of it.
    """
    if task not in ("classes", "several_labels"):
        return Unjudged()
    originals = examples[examples["origin"] == ""]
    given, parts = originals["label"].tolist(), originals["part"].tolist()
    labels = [labels_of(label) if task == "several_labels" else (label,) for label in given]
    counts = Counter(label for of_row in labels for label in of_row)
    asked: dict[str, set[str]] = {"train": set(), "validation": set(), "test": set(), "unused": set()}
    for of_row, part in zip(labels, parts, strict=True):
        asked[part].update(of_row)
    made = [part for part in ("validation", "test") if asked[part]]
    if not made:
        return Unjudged()
    learned = sorted(asked["train"], key=lambda label: (counts[label], label))
    never = [label for label in learned if not any(label in asked[part] for part in made)]
    alone = _in_one_group(originals, labels, set(never))
    judged = [label for label in learned if any(label in asked[part] for part in made)]
    lacking = {part: tuple(label for label in judged if label not in asked[part]) for part in made}
    return Unjudged(
        tuple(label for label in never if label in alone),
        tuple(label for label in never if label not in alone),
        lacking.get("validation", ()),
        lacking.get("test", ()),
        tuple(sorted({label for part in made for label in asked[part]} - asked["train"])),
    )


def _in_one_group(originals: pd.DataFrame, labels: list[tuple[str, ...]], wanted: set[str]) -> set[str]:
    """Those of the labels whose rows no division can part."""
    chosen = [not wanted.isdisjoint(of_row) for of_row in labels]
    groups: dict[str, set[str]] = {label: set() for label in wanted}
    for group, of_row in zip(group_of(originals[chosen]), compress(labels, chosen), strict=True):
        for label in wanted.intersection(of_row):
            groups[label].add(group)
    return {label for label, some in groups.items() if len(some) == 1}


def named(labels: tuple[str, ...]) -> str:
    """The first of them, and "…" for the rest."""
    return ", ".join(labels[:NAMED]) + (", …" if len(labels) > NAMED else "")
