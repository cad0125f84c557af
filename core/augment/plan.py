"""What a back-translation is to do: which rows, which of their texts, along which languages, with which engine."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, Field

from core.errors import UserError
from core.models.choice import ModelChoice
from core.store.augmentation import Task

if TYPE_CHECKING:
    import pandas as pd

Rows = Literal["all", "label", "rare", "picked"]
Parts = Literal["text", "question", "both"]
MOST_VARIANTS = 5


class EngineChoice(BaseModel, frozen=True):
    """Which engine, and what it is told. Keys are never among the options: see core.keys."""

    name: str
    options: dict[str, str | int | float | bool] = {}


class Plan(BaseModel, frozen=True):
    engine: EngineChoice
    source: str
    """The language of the rows, ISO 639-1."""
    paths: tuple[str, ...]
    """Languages from the source and back, fr>ca>fr; each gives paraphrases of its own."""
    rows: Rows = "all"
    label: str | None = None
    """Whose rows, when rows is "label"."""
    picked: tuple[str, ...] = ()
    """Ids, when rows is "picked"."""
    parts: Parts = "text"
    variants: int = Field(1, ge=1, le=MOST_VARIANTS)
    """Paraphrases of each row along each path; more than one only with an engine that samples."""
    judge: ModelChoice = ModelChoice()
    """The sentence model that says how much of the meaning is kept."""


def legs(path: str) -> list[tuple[str, str]]:
    """The translations of a path: fr>ca>fr is (fr, ca), (ca, fr)."""
    return list(pairwise(path.split(">")))


def path_through(source: str, *pivots: str) -> str:
    return ">".join((source, *pivots, source))


def check_plan(plan: Plan) -> None:
    """Raises UserError: no_path, path_invalid."""
    if not plan.paths:
        raise UserError("no_path")
    for path in plan.paths:
        languages = path.split(">")
        sound = len(languages) > 2 and languages[0] == languages[-1] == plan.source
        if not sound or any(one == other for one, other in legs(path)):
            raise UserError("path_invalid", path=path)
        if not all(re.fullmatch(r"[a-z]{2,3}(-[A-Za-z]{2,4})?", language) for language in languages):
            raise UserError("path_invalid", path=path)


def wanted_texts(plan: Plan, text: str, question: str) -> list[str]:
    """The texts of a row that are to be translated."""
    chosen = {"text": [text], "question": [question], "both": [text, question]}[plan.parts]
    return [each for each in chosen if each.strip()]


def make_tasks(
    plan: Plan, examples: pd.DataFrame, before: Collection[tuple[str, str, str, str, int]] = ()
) -> list[Task]:
    """The paraphrases to make, in the order of the rows.

    examples: the rows that may be paraphrased, columns id, text, question, label. before: what this engine has made already,
    see core.store.arrivals.made_before; it is not made again. Raises UserError: those of check_plan, no_rows_to_paraphrase.
    """
    check_plan(plan)
    known, picked = set(before), frozenset(plan.picked)
    rows = [
        row
        for row in zip(examples["id"], examples["label"], examples["text"], examples["question"], strict=True)
        if _is_chosen(plan, picked, row[0], row[1]) and wanted_texts(plan, row[2], row[3])
    ]
    every = [
        Task(*row, path, variant) for variant in range(1, plan.variants + 1) for path in plan.paths for row in rows
    ]
    if plan.rows == "rare":
        every = _up_to_balance(every, Counter(examples["label"]))
    tasks = [task for task in every if (task.origin, task.text, task.question, task.path, task.variant) not in known]
    if not every:
        raise UserError("no_rows_to_paraphrase")
    if not tasks:
        raise UserError("all_paraphrased")
    places = {row[0]: place for place, row in enumerate(rows)}
    paths = {path: place for place, path in enumerate(plan.paths)}
    return sorted(tasks, key=lambda task: (task.variant, paths[task.path], places[task.origin]))


def _is_chosen(plan: Plan, picked: frozenset[str], identifier: str, label: str) -> bool:
    if plan.rows == "label":
        return label == plan.label
    return plan.rows != "picked" or identifier in picked


def _up_to_balance(tasks: Sequence[Task], rows: Counter[str]) -> list[Task]:
    """Of each label as many as it lacks to the most frequent one, the first of every row before the second of any."""
    lacks = {label: max(rows.values()) - count for label, count in rows.items()}
    found = []
    for task in tasks:
        if lacks[task.label] > 0:
            lacks[task.label] -= 1
            found.append(task)
    return found
