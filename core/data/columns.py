"""What each column is: text, question, label or ignored; guessed (core.data.guessing), corrected by the user."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel

from core.errors import UserError
from core.words import N_

NAMES = {
    "label": "label labels etiquette etiquettes classe class category categorie target cible y theme themes topic sujet intent intention "
    "sentiment service annotation tag polarity polarite avis_label type",
    "question": "question questions query requete demande premise hypothesis hypothese sentence2 text2 texte2 text_b phrase2",
    "text": "text texte textes texts message messages content contenu body corps phrase sentence sentence1 text1 texte1 text_a commentaire "
    "comment comments verbatim avis review description reponse answer passage document context contexte resume abstract",
}
"""Names that say it, in both languages, without accents and case."""


TaskName = Literal["classes", "several_labels", "number", "matching", "generation"]
"""What is learned: one class a row (a single text, or a pair where there is a question), several labels a row, a number, whether a
question belongs to a text, or to ask the question of a text."""


class Roles(BaseModel, frozen=True):
    """Which column holds what, and what is learned from them; None: no such column. Columns not named here are ignored."""

    text: str
    question: str | None = None
    label: str | None = None
    text_more: tuple[str, ...] = ()
    """Columns that follow `text`, in this order: together they are the text, see core.data.joining."""
    task: TaskName = "classes"
    label_columns: tuple[str, ...] = ()
    """several_labels: columns that say yes or no, in place of `label`; each is a label, by its name."""
    separator: str = ""
    """several_labels: what stands between the labels of one cell of `label`."""
    together: str | None = None
    """Rows with the same value here (an author, a document) are never divided between training, validation and test."""

    @property
    def texts(self) -> tuple[str, ...]:
        return self.text, *self.text_more

    def columns(self) -> list[str]:
        """Those of the text first, each once."""
        others = (self.question, self.label, *self.label_columns, self.together)
        return list(dict.fromkeys([*self.texts, *(column for column in others if column is not None)]))

    @property
    def reads_question(self) -> bool:
        """Whether a model is asked with a question beside the text; one that writes questions is not."""
        return self.question is not None and self.task != "generation"

    @property
    def is_pair(self) -> bool:
        """Whether text and question are one input: not where each is read apart, nor where the question is what is written."""
        return self.question is not None and self.task not in ("matching", "generation")

    @property
    def has_labels(self) -> bool:
        """Whether each row says what is right for it: a column, or several, hold the labels."""
        return self.label is not None or bool(self.label_columns)


def plain(name: str) -> str:
    """A name without accents, case and separators: « Étiquette » is "etiquette"."""
    without_accents = "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c))
    return re.sub(r"[\W_]+", "_", without_accents.casefold()).strip("_")


def check_roles(roles: Roles, found: Sequence[str]) -> None:
    """Whether a table with the columns `found` can have these roles. Raises UserError: missing_column, same_column_twice."""
    named = [
        *((N_("text"), column) for column in roles.texts),
        (N_("question"), roles.question),
        (N_("label"), roles.label),
        *((N_("label"), column) for column in roles.label_columns),
    ]
    for role, column in (*named, (N_("rows that stay together"), roles.together)):
        if column is not None and column not in found:
            raise UserError("missing_column", column=column, role=role, found=", ".join(found))
    columns = [column for _, column in named if column is not None]
    for column in columns:
        if columns.count(column) > 1:
            raise UserError("same_column_twice", column=column)
