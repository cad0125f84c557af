"""What a cell says that is to be learned, in one form whatever the file wrote: a set of labels, or a number."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from core.data.label_forms import MARKS, YES_NO

BETWEEN = "|"
"""Stands between the labels of a row in an examples frame; alone it says that no label applies."""
INSTEAD = "¦"
"""For a label whose name holds that character."""

YES = frozenset({yes for yes, _ in YES_NO} | MARKS)
NO = frozenset(no for _, no in YES_NO)

_NUMBER = re.compile(r"([-+]?\d+(?:[.,]\d+)?(?:[eE][-+]?\d+)?)(?:%|/\d+)?")


def labels_in(cell: str, separator: str) -> tuple[str, ...]:
    """The labels of one cell, each once. Brackets and quotation marks, as Python and JSON write lists, are left out."""
    inner = cell.strip()
    if len(inner) > 1 and inner[0] + inner[-1] in ("[]", "{}", "()"):
        inner = inner[1:-1]
    parts = inner.split(separator) if separator else [inner]
    return tuple(dict.fromkeys(filter(None, (part.strip(" \t\"'") for part in parts))))


def label_set(labels: Iterable[str]) -> str:
    """The form in which a row keeps its labels: sorted, with BETWEEN between them; BETWEEN alone for none."""
    return BETWEEN.join(sorted({label.replace(BETWEEN, INSTEAD) for label in labels})) or BETWEEN


def labels_of(kept: str) -> tuple[str, ...]:
    """The labels that `label_set` put together."""
    return tuple(filter(None, kept.split(BETWEEN)))


def label_counts(kept: Iterable[str]) -> dict[str, int]:
    """Rows of each label, the most frequent first."""
    return dict(Counter(label for row in kept for label in labels_of(row)).most_common())


def says(cell: str) -> bool | None:
    """Whether a cell of a column of yes and no says yes; None when it says neither. Nothing written is no."""
    word = cell.strip().casefold()
    return True if word in YES else False if word in NO or not word else None


def number_in(cell: str) -> float | None:
    """The number of a cell, with a point or the comma of French tables, without what it is out of (4/5, 80 %); None when it holds none."""
    found = _NUMBER.fullmatch(cell.strip().replace("\u00a0", "").replace("\u202f", "").replace(" ", ""))
    return float(found[1].replace(",", ".")) if found else None


def strata(task: str, labels: Sequence[str]) -> list[str]:
    """What a division into parts keeps in proportion, row by row: the class; the rarest label of the row; the tenth of the scale in
    which the number lies (fewer parts where there are few rows); nothing where there are no labels.
    """
    if task == "several_labels":
        counts = label_counts(labels)
        return [min(labels_of(row), key=lambda label: (counts[label], label), default="") for row in labels]
    if task == "number":
        values = [float(label) for label in labels]
        ranked = sorted(values)
        parts = max(1, min(10, len(values) // 10))
        edges = [ranked[len(ranked) * part // parts] for part in range(1, parts)]
        return [f"{sum(value >= edge for edge in edges):02d}" for value in values]
    return list(labels) if task == "classes" else [""] * len(labels)


def outputs_of(task: str, labels: Sequence[str]) -> list[str]:
    """The labels in the order of a model's outputs; none for numbers and where nothing is given to learn."""
    if task == "several_labels":
        return sorted(label_counts(labels))
    return sorted(set(labels)) if task == "classes" else []


def scale_of(task: str, labels: Sequence[str]) -> tuple[float, float] | None:
    """Lowest and highest number of the table, the bounds of what a model answers."""
    values = [float(label) for label in labels] if task == "number" else []
    return (min(values), max(values)) if values else None
