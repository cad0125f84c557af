"""Columns that say which rows belong together: an author, a document, a patient. Rows of one value tell of each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.data.columns import Roles, plain

if TYPE_CHECKING:
    import pandas as pd

TELLING = frozenset(
    [
        "author",
        "auteur",
        "autrice",
        "user",
        "utilisateur",
        "username",
        "usager",
        "client",
        "customer",
        "patient",
        "person",
        "personne",
        "speaker",
        "locuteur",
        "respondent",
        "repondant",
        "document",
        "doc",
        "article",
        "conversation",
        "thread",
        "fil",
        "session",
        "dossier",
        "ticket",
        "file",
        "fichier",
        "url",
        "video",
        "meeting",
        "reunion",
        "interview",
        "entretien",
        "student",
        "eleve",
        "etudiant",
        "contrat",
        "contract",
    ]
)
"""Words of names that tell of who or what several rows come from."""
FEWEST = 5
"""Different values, at least: fewer are a kind of row (a channel, a status), not where it comes from."""


def likely_columns(columns: list[str], roles: Roles) -> list[str]:
    """Those whose names tell, and that have no other role."""
    taken = set(roles.columns())
    return [column for column in columns if column not in taken and TELLING & set(plain(column).split("_"))]


def comes_back(values: pd.Series) -> bool:
    """Whether values come back as those of authors and documents do: many of them, and a good part of the rows shares its own."""
    said = values.astype(str).str.strip()
    said = said[said != ""]
    counts = said.value_counts()
    shared = int(counts[counts > 1].sum())
    return len(counts) >= FEWEST and shared >= 0.2 * len(said) and int(counts.iloc[0]) <= 0.5 * len(said)
