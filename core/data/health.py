"""How healthy a table is: everything found in it that will trouble the training, without torch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from core.data.columns import Roles
from core.data.enough import Volume, volume
from core.data.examples import Selection
from core.data.findings import Finding
from core.data.health_cells import damage, empty_cells, formulas, personal_data
from core.data.health_copies import copies, near_copies
from core.data.health_labels import amounts, leakage, spellings
from core.data.health_numbers import outliers
from core.data.health_texts import languages, lengths, questions
from core.data.subject import Subject

Counting = Callable[[list[str], list[str] | None], list[int]]
"""Word pieces of each text, or of each text with its question."""

ORDER = {"fault": 0, "warning": 1, "good": 2}


@dataclass(frozen=True)
class Report:
    findings: tuple[Finding, ...]
    """The gravest first."""
    rows: int
    """Rows of the table that were looked at: those in use."""
    pieces: tuple[int, ...]
    """Word pieces of some of the inputs, evenly taken: enough for a picture. Empty when nothing counts them."""
    volume: Volume | None
    """Whether there are enough rows; None where nothing can be told apart."""


def examine(
    table: pd.DataFrame,
    roles: Roles,
    selection: Selection,
    *,
    limit: int = 512,
    known: Sequence[str] = (),
    count: Counting | None = None,
) -> Report:
    """The findings in the rows that `selection` has left in use, and in those that it could not use.

    limit: word pieces that the chosen model can read; known: codes of the languages it was made for, none when that is
    not known; count: its tokenizer. A row that a fix has set aside is not found again.
    """
    subject = Subject.of(selection, roles)
    texts, pieces = lengths(subject, limit, count)
    findings = [
        *empty_cells(selection, roles),
        *damage(subject),
        *amounts(subject),
        *spellings(subject),
        *outliers(subject),
        *copies(subject),
        *near_copies(subject),
        *leakage(subject),
        *texts,
        *languages(subject, known),
        *questions(subject),
        *personal_data(subject),
        *formulas(table, selection),
    ]
    findings.sort(key=lambda finding: ORDER[finding.level])
    return Report(tuple(findings), len(subject.rows), tuple(pieces), volume(subject, tuple(findings)))
