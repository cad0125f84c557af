"""A training in words of its task: what there is to learn from, and the figures it is judged by."""

from __future__ import annotations

from typing import Any

from core.data.columns import TaskName
from core.train.tasks import Task
from core.words import Words


def to_learn(task: TaskName, rows: int, labels: int, scale: tuple[float, float] | None, words: Words) -> str:
    """« 5,749 rows, numbers from 0 to 5 »."""
    _ = words.gettext
    said = words.ngettext("{count} row", "{count} rows", rows)
    if task == "number" and scale is not None:
        low, high = (words.number(bound) for bound in scale)
        return _("{rows}, numbers from {low} to {high}").format(rows=said, low=low, high=high)
    if task == "matching":
        return _("{rows}, each a text and its question").format(rows=said)
    if task == "generation":
        return _("{rows}, each a text and the question to write").format(rows=said)
    several = words.ngettext("{count} label", "{count} labels", labels)
    if task == "several_labels":
        return _("{rows}, {labels} of which several may apply").format(rows=said, labels=several)
    return f"{said}, {several}"


def headline(task: Task, figures: dict[str, Any], words: Words) -> list[tuple[str, str, str]]:
    """Of each figure of the task that was measured: its name, its value, what it says."""
    _ = words.gettext
    return [
        (_(figure.title), figure.shown(figures[figure.name], words), _(figure.about))
        for figure in task.figures
        if figure.name in figures
    ]


def in_brief(task: Task, figures: dict[str, Any] | None, words: Words) -> str:
    """The first figure of the task with its name; "–" where nothing was measured."""
    found = headline(task, figures or {}, words)
    return f"{found[0][0]} {found[0][1]}" if found else "–"
