"""What each column is: text, question, label or ignored; guessed from names and content, corrected by the user."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from pydantic import BaseModel

from core.errors import UserError
from core.words import N_

if TYPE_CHECKING:
    import pandas as pd

NAMES = {
    "label": "label labels etiquette etiquettes classe class category categorie target cible y theme themes topic sujet intent intention "
    "sentiment service annotation tag polarity polarite avis_label type",
    "question": "question questions query requete demande premise hypothesis hypothese sentence2 text2 texte2 text_b phrase2",
    "text": "text texte textes texts message messages content contenu body corps phrase sentence sentence1 text1 texte1 text_a commentaire "
    "comment comments verbatim avis review description reponse answer passage document context contexte resume abstract",
}
"""Names that say it, in both languages, without accents and case."""

SAMPLE = 2000
"""Rows looked at to guess."""


class Roles(BaseModel, frozen=True):
    """Which column holds what; None: no such column. Columns not named here are ignored."""

    text: str
    question: str | None = None
    label: str | None = None

    def columns(self) -> list[str]:
        return [column for column in (self.text, self.question, self.label) if column is not None]


class _Facts(NamedTuple):
    length: float
    """Mean characters of the filled cells."""
    distinct: float
    """Distinct values over filled cells."""
    values: int
    asks: float
    """Share of cells that end with a question mark."""
    numbers: float
    """Share of cells that read as a number."""


def plain(name: str) -> str:
    """A name without accents, case and separators: « Étiquette » is "etiquette"."""
    without_accents = "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c))
    return re.sub(r"[\W_]+", "_", without_accents.casefold()).strip("_")


def guess_roles(table: pd.DataFrame) -> Roles:
    """The most likely roles; a text is always found (the column with the longest cells if need be)."""
    facts = {column: _look(table[column].head(SAMPLE)) for column in table.columns}
    label = _best(facts, "label")
    rest = {column: fact for column, fact in facts.items() if column != label}
    question = _best(rest, "question") if len(rest) > 1 else None
    rest = {column: fact for column, fact in rest.items() if column != question}
    text = _best(rest, "text")
    if text is None:
        text = max(rest or facts, key=lambda column: (rest or facts)[column].length)
    return Roles(text=text, question=question if question != text else None, label=label if label != text else None)


def check_roles(roles: Roles, found: Sequence[str]) -> None:
    """Whether a table with the columns `found` can have these roles. Raises UserError: missing_column, same_column_twice."""
    columns = roles.columns()
    for role, column in ((N_("text"), roles.text), (N_("question"), roles.question), (N_("label"), roles.label)):
        if column is not None and column not in found:
            raise UserError("missing_column", column=column, role=role, found=", ".join(found))
    for column in columns:
        if columns.count(column) > 1:
            raise UserError("same_column_twice", column=column)


def _look(cells: pd.Series) -> _Facts:
    filled = [text for text in (str(cell).strip() for cell in cells) if text]
    if not filled:
        return _Facts(0, 1, 0, 0, 0)
    count = len(filled)
    values = len(set(filled))
    return _Facts(
        length=sum(map(len, filled)) / count,
        distinct=values / count,
        values=values,
        asks=sum(text.endswith("?") for text in filled) / count,
        numbers=sum(bool(re.fullmatch(r"[-+]?\d+([.,]\d+)?", text)) for text in filled) / count,
    )


def _best(facts: dict[str, _Facts], role: str) -> str | None:
    scores = {column: _score(column, fact, role) for column, fact in facts.items()}
    best = max(scores, key=lambda column: scores[column], default=None)
    return best if best is not None and scores[best] > 0 else None


def _score(column: str, fact: _Facts, role: str) -> float:
    name = plain(column)
    known = NAMES[role].split()
    score = 4.0 if name in known else 2.0 if set(name.split("_")) & set(known) else 0.0
    if role == "label":
        # A label repeats itself and is short; a number that never repeats is an identifier or a measure.
        repeats = fact.values >= 1 and fact.distinct <= 0.5 and fact.values <= 500
        score += 1.5 if repeats and fact.length <= 40 else -3.0
    elif role == "question":
        score += 3.0 * fact.asks - (2.0 if fact.asks < 0.2 and score < 4 else 0.0)
        score -= 2.0 if fact.distinct < 0.05 and fact.values < 10 else 0.0
    else:
        score += min(fact.length, 200) / 100 - (4.0 if fact.numbers > 0.9 else 0.0)
    return score
