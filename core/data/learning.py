"""What a table allows to be learned: the task that the form of its labels proposes, and why others are not possible."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.data.columns import Roles, TaskName
from core.data.label_forms import SEPARATORS, LabelForm, label_form, switches
from core.data.targets import number_in
from core.words import N_

if TYPE_CHECKING:
    import pandas as pd

NUMBERS = 0.5
"""Share of the labels that are numbers, from which a number can be learned: the others are set aside with their reason."""

WHY_NOT: dict[str, str] = {
    "no_label": N_("no column is the label"),
    "one_label_a_cell": N_("no cell of the label holds several, and no two columns say yes or no"),
    "no_numbers": N_("the cells of the label are no numbers"),
    "no_question": N_("no column is the question"),
}
"""Why a task cannot be learned from these columns."""


@dataclass(frozen=True)
class Possible:
    """What may be chosen for a table with its roles."""

    form: LabelForm
    why_not: dict[TaskName, str]
    """Tasks that are not possible, each with its code of WHY_NOT."""
    separators: tuple[str, ...]
    """Those that stand in cells of the label."""
    switches: tuple[str, ...]
    """Columns that say yes or no."""


def possible(table: pd.DataFrame, roles: Roles) -> Possible:
    """table: all columns. The task that the roles have now is always possible where the columns it needs are there."""
    cells = [str(cell).strip() for cell in table[roles.label].unique()] if roles.label else []
    filled = [cell for cell in cells if cell]
    separators = tuple(each for each in SEPARATORS if any(each in cell for cell in filled))
    yes_no = tuple(switches(table, roles))
    why_not: dict[TaskName, str] = {}
    if roles.label is None and len(yes_no) < 2:
        why_not |= dict.fromkeys(("classes", "several_labels", "number"), "no_label")
    elif not separators and len(yes_no) < 2:
        why_not["several_labels"] = "one_label_a_cell"
    if roles.label is None:
        why_not["number"] = "no_label"
    elif sum(number_in(cell) is not None for cell in filled) < max(NUMBERS * len(filled), 1):
        why_not["number"] = "no_numbers"
    if roles.question is None:
        why_not |= dict.fromkeys(("matching", "generation"), "no_question")
    return Possible(label_form(table, roles), why_not, separators, yes_no)


def with_task(table: pd.DataFrame, roles: Roles, beside: Sequence[str] = ()) -> Roles:
    """The roles with the task that the form of the labels proposes. beside: columns that are no labels, though they say yes or no."""
    free = roles.model_copy(update={"task": "classes", "label_columns": (), "separator": ""})
    found = label_form(table.drop(columns=[name for name in beside if name in table and name != roles.label]), free)
    if found.form == "score":
        return free.model_copy(update={"task": "number"})
    if found.form == "several_in_cell":
        return free.model_copy(update={"task": "several_labels", "separator": found.separator})
    if found.form == "several_columns":
        return free.model_copy(update={"task": "several_labels", "label": None, "label_columns": found.columns})
    return without_label(free) if free.label is None else free


def without_label(roles: Roles) -> Roles:
    """The roles where no column is a label: texts and their questions teach which belong together; else there is nothing to learn yet."""
    return roles.model_copy(update={"task": "classes" if roles.question is None else "matching", "separator": ""})


def learned_as(table: pd.DataFrame, roles: Roles, task: TaskName) -> Roles:
    """The roles for another task, with the columns that it needs: those that the table proposes, else the first ones that will do."""
    allowed = possible(table, roles)
    changed: dict[str, object] = {"task": task, "label_columns": (), "separator": ""}
    if task == "several_labels":
        columns = allowed.switches if roles.label is None or not allowed.separators else ()
        changed |= {"label": None, "label_columns": columns} if columns else {"separator": allowed.separators[0]}
    elif task in ("classes", "number") and roles.label is None and roles.label_columns:
        changed["label"] = roles.label_columns[0]
    return roles.model_copy(update=changed)
