"""What becomes of the head of a model that was trained for labels of its own: said before the launch, and kept with the result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel

from core.data.columns import TaskName
from core.models.kinds import head_labels
from core.words import Words

Problem = Literal["single_label_classification", "multi_label_classification", "regression"]
"""What transformers calls one label a row, several, and a number."""

State = Literal["none", "kept", "reordered", "partly", "scaled", "unfit", "new"]

PROBLEMS: dict[TaskName, Problem] = {
    "classes": "single_label_classification",
    "several_labels": "multi_label_classification",
    "number": "regression",
}
"""Of the tasks whose head has an output for each label, or one for a number."""

SHOWN = 8
"""Labels of a head that are named in a sentence."""


class Transfer(BaseModel, frozen=True):
    """none: the model had no head; kept: it knew these very labels; reordered: in another order; partly: among others; new: not all of
    them, so that it is made anew (a head of which a part is new starts worse than one fitted as a whole: ARCHITECTURE.md). scaled: it gave a
    number of its own, which is put on the scale wanted; unfit: one that told nothing of the numbers wanted, so that it was made anew.
    """

    state: State = "none"
    former: list[str] = []
    """The labels that the head knew, in its order."""
    rows: list[int | None] = []
    """For each label wanted its place in `former`; None where it is new."""


NUMBER = "number"
"""Name of the one output of a model that gives a number."""


def transfer_for(config: Mapping[str, Any], task: TaskName, labels: Sequence[str]) -> Transfer:
    """The same for a task and its labels; where it learns no labels there is nothing to keep."""
    if task not in PROBLEMS:
        return Transfer()
    return transfer(config, [NUMBER] if task == "number" else labels, PROBLEMS[task])


def note(found: Transfer, words: Words) -> str:
    """What a person should know of it, in one sentence; empty where there was no head."""
    _ = words.gettext
    shown = ", ".join(found.former[:SHOWN]) + ("…" if len(found.former) > SHOWN else "")
    if found.state == "new":
        return _("This model's head knew other labels ({labels}): a new one is made for yours.").format(labels=shown)
    if found.state == "partly":
        return _("This model's head knows your labels among others ({labels}): those of yours are kept.").format(
            labels=shown
        )
    if found.state == "scaled" or (found.state == "kept" and found.former == [NUMBER]):
        return _("This model gives a number already: its head is kept and put on your scale.")
    if found.state == "unfit":
        return _("This model gives a number already, but one that tells nothing of yours: a new head is made.")
    if found.state in ("kept", "reordered"):
        return _("This model's head knows your labels already: it is kept, and the training goes on from there.")
    return ""


def transfer(config: Mapping[str, Any], wanted: Sequence[str], problem: Problem) -> Transfer:
    """How the head of a model, by its config.json, serves these labels. Labels that differ in capitals alone are the same."""
    former = head_labels(config)
    if not former:
        return Transfer(rows=[None] * len(wanted))
    if problem == "regression" and len(former) == 1 and config.get("problem_type") in (None, problem):
        # Whoever trains one output learns a number, whatever it is called, and most never say so.
        return Transfer(state="kept" if former == [NUMBER] else "scaled", former=former, rows=[0])
    if (config.get("problem_type") or "single_label_classification") != problem:
        return Transfer(state="new", former=former, rows=[None] * len(wanted))
    loose = all(len({label.casefold() for label in labels}) == len(labels) for labels in (former, wanted))
    places = {label.casefold() if loose else label: place for place, label in enumerate(former)}
    rows = [places.get(label.casefold() if loose else label) for label in wanted]
    return Transfer(state=_state(rows, len(former)), former=former, rows=rows)


def _state(rows: list[int | None], former: int) -> State:
    if None in rows:
        return "new"
    if former > len(rows):
        return "partly"
    return "kept" if rows == list(range(former)) else "reordered"
