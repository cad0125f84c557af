"""In which form a table gives its labels: classes, numbers as classes, a score, several labels in one cell or in several columns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from core.data.columns import Roles, TaskName
from core.words import N_

if TYPE_CHECKING:
    import pandas as pd

Form = Literal[
    "classes", "number_classes", "score", "several_in_cell", "several_columns", "one_of_columns", "each_its_own", "none"
]

SEPARATORS = ("|", ";", ",")
SURE = ("|", ";")
"""Separators that hardly stand inside the name of a class."""
MOST_CLASSES = 20
"""Different whole numbers up to which they are classes: stars, levels, codes."""
PARTED = 0.05
"""Share of cells with several labels, from which a separator is one."""
MOST_WORDS = 4
"""Of a label in a list of labels: « Oui, si je peux venir avant lundi » is no list."""
OWN = 0.5
"""Labels a row, above which nearly every row has its own."""

YES_NO = [
    ("1", "0"), ("1.0", "0.0"), ("1,0", "0,0"), ("vrai", "faux"), ("true", "false"), ("oui", "non"), ("yes", "no"),
    ("o", "n"), ("y", "n"), ("v", "f"), ("t", "f"),
]  # fmt: skip
"""Words of columns that say yes or no, without case."""
MARKS = {"x", "✓", "✔", "1", "oui", "yes", "true", "vrai"}
"""What says yes where nothing says no: the cell is empty then."""
GLANCE = 200
"""Rows after which most columns are known to say something else."""

_NUMBER = re.compile(r"([-+]?\d+(?:[.,]\d+)?)(?:[ \u00a0\u202f]?%|[ ]?/[ ]?\d+)?")
_LIST = re.compile(r"\[.*\]|\{.*\}", re.DOTALL)

SAID: dict[Form, str] = {
    "classes": N_("The label is a class, {count} of them: the model learns to give a text one of these."),
    "number_classes": N_(
        "The label is a class written as a number, {count} of them: each is learned as a class of its own. Where they are degrees, so that 3 lies "
        "between 2 and 4, choose “A number” as what is to be learned."
    ),
    "score": N_(
        "The label is a number from {lowest} to {highest}: the model learns to give a text a number between these. If the numbers are codes of "
        "classes, choose “One label a row” as what is to be learned."
    ),
    "several_in_cell": N_(
        "A cell can hold several labels, parted by “{separator}”: {count} of them. The model learns each for itself, and gives a text all that "
        "apply. If a whole cell is one class, choose “One label a row” as what is to be learned."
    ),
    "several_columns": N_(
        "Several columns say yes or no, as for several labels: {columns}. The model learns them together, and gives a text all that apply. If only "
        "one of them matters, choose “One label a row” as what is to be learned, and that column as label."
    ),
    "one_of_columns": N_(
        "{count} columns say yes or no, and in each row exactly one says yes: together they are one class. Reading them as one comes with a "
        "later version: write the name of the column that says yes into a single column of your file, and choose that one as label. "
        "The columns: {columns}."
    ),
    "each_its_own": N_(
        "Nearly every row has a label of its own ({count} labels in {rows} rows): from that no classes can be learned. Choose the column that "
        "says to which group a row belongs."
    ),
}  # fmt: skip
"""What is learned from labels of this form, where the task is the one that the form proposes."""

OTHERWISE: dict[Form, str] = {
    "score": N_(
        "The label is a number from {lowest} to {highest}, and each of the {count} values is learned as a class that has nothing to do with its "
        "neighbours. That is right for codes of classes; for a score, choose “A number” as what is to be learned."
    ),
    "several_in_cell": N_(
        "A cell can hold several labels, parted by “{separator}”: {count} of them, and each of the {values} combinations is learned as a class of its "
        "own. To have each label learned for itself, choose “Several labels a row” as what is to be learned."
    ),
    "several_columns": N_(
        "Several columns say yes or no, as for several labels: {columns}. Only the one chosen as label is learned. To have them learned together, "
        "choose “Several labels a row” as what is to be learned."
    ),
}  # fmt: skip
"""The same where classes were chosen instead."""

AS_LABELS = N_("The model learns {count} labels, each for itself, and gives a text all that apply.")
AS_NUMBER = N_(
    "The label has {count} different numbers: the model learns to give a text a number between the lowest and the highest. If they are codes of "
    "classes, choose “One label a row” as what is to be learned."
)


@dataclass(frozen=True)
class LabelForm:
    form: Form
    count: int = 0
    """Classes, values, labels or columns."""
    separator: str = ""
    columns: tuple[str, ...] = ()
    lowest: str = ""
    highest: str = ""
    values: int = 0
    """Different cells, where a cell holds several labels."""
    rows: int = 0
    """With a label, where that is what is wrong."""


def saying(form: Form, task: TaskName) -> str:
    """What is learned from labels of this form: an English msgid with the facts of a LabelForm; "" where there is nothing to say."""
    if form == "none" or task in ("matching", "generation"):
        return ""
    if task == "several_labels":
        return SAID[form] if form in ("several_in_cell", "several_columns") else AS_LABELS
    if task == "number":
        return SAID[form] if form == "score" else AS_NUMBER
    return OTHERWISE.get(form, SAID[form])


def label_form(table: pd.DataFrame, roles: Roles) -> LabelForm:
    """The form of the label column; "none" without one, unless several columns that say yes or no stand in for it."""
    found = switches(table, roles)
    if len(found) >= 2 and (roles.label is None or roles.label in found):
        yes = sum(table[name].astype(str).str.strip().str.casefold().isin(_YES).astype(int) for name in found)
        form: Form = "one_of_columns" if len(found) > 2 and bool((yes == 1).all()) else "several_columns"
        return LabelForm(form, len(found), columns=tuple(found))
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
    found = [_NUMBER.fullmatch(value) for value in known]
    if all(found):
        # The decimal comma of French tables is as good as the point.
        numbers = {value: float(each[1].replace(",", ".")) for value, each in zip(known, found, strict=True) if each}
        if all(number.is_integer() for number in numbers.values()) and len(known) <= MOST_CLASSES:
            return LabelForm("number_classes", len(known))
        return LabelForm(
            "score", len(known), lowest=min(known, key=numbers.__getitem__), highest=max(known, key=numbers.__getitem__)
        )
    several = _several(known, filled)
    if several is not None:
        return several
    if len(known) > MOST_CLASSES and len(known) > OWN * len(filled):
        return LabelForm("each_its_own", len(known), rows=len(filled))
    return LabelForm("classes", len(known))


def _several(known: list[str], filled: list[str]) -> LabelForm | None:
    """Lists of labels: the same ones come back in other combinations."""
    if all(_LIST.fullmatch(value) for value in known):
        # As Python and JSON write lists.
        parts = Counter(part for value in known for part in set(_parts(value[1:-1], ",")))
        return LabelForm("several_in_cell", len(parts), separator=",", values=len(known))
    for separator in SEPARATORS:
        parted = sum(separator in cell for cell in filled)
        parts = Counter(part for value in known for part in set(_parts(value, separator)))
        is_list = all(len(part.split()) <= MOST_WORDS for part in parts)
        again = sum(count > 1 for count in parts.values())
        recombined = len(parts) < len(known) or (separator in SURE and again >= 0.5 * len(parts))
        if is_list and parted >= PARTED * len(filled) and recombined:
            return LabelForm("several_in_cell", len(parts), separator=separator, values=len(known))
    return None


def _parts(cell: str, separator: str) -> Iterable[str]:
    return filter(None, (part.strip(" \t\"'") for part in cell.split(separator)))


_YES = {yes for yes, _ in YES_NO} | MARKS


def switches(table: pd.DataFrame, roles: Roles) -> list[str]:
    """Columns other than text and question that say yes or no, and nothing else; one that always says no only beside others."""
    names = [str(name) for name in table.columns if name not in (*roles.texts, roles.question)]
    found = {name: pair for name in names if (pair := _pair(table[name])) is not None}
    sure = {pair for pair, both in found.values() if both}
    return [name for name, (pair, both) in found.items() if both or pair in sure]


def _pair(cells: pd.Series) -> tuple[tuple[str, str], bool] | None:
    """How a column says yes and no, and whether it says both."""

    def said(some: pd.Series) -> set[str]:
        return {str(cell).strip().casefold() for cell in some.unique()}

    if len(said(cells.head(GLANCE))) > 3:
        return None
    every = said(cells)
    words = every - {""}
    for pair in YES_NO:
        if words == set(pair):
            return pair, True
    if len(words) == 1 and words <= MARKS and "" in every:
        return (next(iter(words)), ""), True
    return next(((pair, False) for pair in YES_NO if words == {pair[1]}), None)
