"""What each column is: text, question, label or ignored; guessed (core.data.guessing), corrected by the user."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

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


class Roles(BaseModel, frozen=True):
    """Which column holds what; None: no such column. Columns not named here are ignored."""

    text: str
    question: str | None = None
    label: str | None = None
    text_more: tuple[str, ...] = ()
    """Columns that follow `text`, in this order: together they are the text, see core.data.joining."""

    @property
    def texts(self) -> tuple[str, ...]:
        return self.text, *self.text_more

    def columns(self) -> list[str]:
        """Those of the text first."""
        return [*self.texts, *(column for column in (self.question, self.label) if column is not None)]


def plain(name: str) -> str:
    """A name without accents, case and separators: « Étiquette » is "etiquette"."""
    without_accents = "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c))
    return re.sub(r"[\W_]+", "_", without_accents.casefold()).strip("_")


def check_roles(roles: Roles, found: Sequence[str]) -> None:
    """Whether a table with the columns `found` can have these roles. Raises UserError: missing_column, same_column_twice."""
    columns = roles.columns()
    texts = [(N_("text"), column) for column in roles.texts]
    for role, column in (*texts, (N_("question"), roles.question), (N_("label"), roles.label)):
        if column is not None and column not in found:
            raise UserError("missing_column", column=column, role=role, found=", ".join(found))
    for column in columns:
        if columns.count(column) > 1:
            raise UserError("same_column_twice", column=column)
