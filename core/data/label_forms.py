"""In which form a table gives its labels: classes, numbers as classes, a score, several labels in one cell or in several columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from core.data.columns import Roles
from core.words import N_

if TYPE_CHECKING:
    import pandas as pd

Form = Literal["classes", "number_classes", "score", "several_in_cell", "several_columns", "none"]

SEPARATORS = ("|", ";", ",")
MOST_CLASSES = 20
"""Different whole numbers up to which they are classes: stars, levels, codes."""
PARTED = 0.05
"""Share of cells with several labels, from which a separator is one."""
MOST_WORDS = 4
"""Of a label in a list of labels: « Oui, si je peux venir avant lundi » is no list."""

_NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)?")

SAID: dict[Form, str] = {
    "classes": N_("The label is a class, {count} of them. This can be trained today."),
    "number_classes": N_("The label is a class written as a number, {count} of them. This can be trained today, each number as a class of its own."),
    "score": N_(
        "The label is a score, from {lowest} to {highest}. Learning a score is not possible yet: a training would take each of its "
        "{count} values for a class that has nothing to do with its neighbours. Until then, group the values into a few classes."
    ),
    "several_in_cell": N_(
        "A cell can hold several labels, parted by “{separator}”: {count} of them. Learning several labels is not possible yet: a training "
        "would take each combination for a class of its own. Until then, keep one label a row."
    ),
    "several_columns": N_(
        "Several columns say yes or no (0 or 1), as for several labels: {columns}. Learning several labels is not possible yet: a training "
        "learns one column, the one chosen as label."
    ),
}  # fmt: skip


@dataclass(frozen=True)
class LabelForm:
    form: Form
    count: int = 0
    """Classes, values or labels."""
    separator: str = ""
    columns: tuple[str, ...] = ()
    lowest: str = ""
    highest: str = ""


def label_form(table: pd.DataFrame, roles: Roles) -> LabelForm:
    """The form of the label column; "none" without one, unless several columns of 0 and 1 stand in for it."""
    switches = _switches(table, roles)
    if len(switches) >= 2 and (roles.label is None or roles.label in switches):
        return LabelForm("several_columns", len(switches), columns=tuple(switches))
    if roles.label is None:
        return LabelForm("none")
    return form_of(
        [str(cell).strip() for cell in table[roles.label].unique()], [str(cell).strip() for cell in table[roles.label]]
    )


def form_of(values: Sequence[str], cells: Sequence[str]) -> LabelForm:
    """values: the different cells; cells: all of them, empty ones too."""
    filled = [cell for cell in cells if cell]
    known = sorted({value for value in values if value})
    if not filled:
        return LabelForm("none")
    if all(_NUMBER.fullmatch(value) for value in known):
        # The decimal comma of French tables is as good as the point.
        numbers = {value: float(value.replace(",", ".")) for value in known}
        if all(number.is_integer() for number in numbers.values()) and len(known) <= MOST_CLASSES:
            return LabelForm("number_classes", len(known))
        return LabelForm(
            "score", len(known), lowest=min(known, key=numbers.__getitem__), highest=max(known, key=numbers.__getitem__)
        )
    for separator in SEPARATORS:
        parted = sum(separator in cell for cell in filled)
        parts = {part.strip() for value in known for part in value.split(separator)} - {""}
        is_list = all(len(part.split()) <= MOST_WORDS for part in parts)
        # In a list the same labels come back in other combinations: they are fewer than the different cells.
        if is_list and parted >= PARTED * len(filled) and len(parts) < len(known):
            return LabelForm("several_in_cell", len(parts), separator=separator)
    return LabelForm("classes", len(known))


def _switches(table: pd.DataFrame, roles: Roles) -> list[str]:
    """Columns other than text and question in which both 0 and 1 stand, and nothing else."""
    names = [str(name) for name in table.columns if name not in (roles.text, roles.question)]
    return [name for name in names if {str(cell).strip() for cell in table[name].unique()} - {""} == {"0", "1"}]
