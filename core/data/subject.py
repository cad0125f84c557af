"""The rows under examination, as plain lists; what several examinations need is worked out once."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from core.data.columns import Roles
from core.data.examples import Selection
from core.data.fixes import Fix
from core.data.joining import in_short
from core.data.targets import BETWEEN, labels_of

LABELLED = ("classes", "several_labels")
"""Tasks that choose among labels."""


@dataclass(frozen=True)
class Subject:
    """Rows in use. rows: their numbers in the table, from 1; the lists run along them."""

    rows: list[int]
    texts: list[str]
    questions: list[str] | None
    labels: list[str] | None
    """Classes, or sets of labels as core.data.targets.label_set writes them; None without, and where a number is learned."""
    roles: Roles
    numbers: list[float] | None = None
    """Where a number is learned."""

    @classmethod
    def of(cls, selection: Selection, roles: Roles) -> Subject:
        examples = selection.examples
        labels = examples["label"].tolist() if roles.has_labels and roles.task in LABELLED else None
        return cls(
            rows=[int(identifier[1:]) for identifier in examples["id"]],
            texts=examples["text"].tolist(),
            questions=examples["question"].tolist() if roles.question else None,
            labels=labels,
            roles=roles,
            numbers=[float(label) for label in examples["label"]] if roles.task == "number" else None,
        )

    @cached_property
    def keys(self) -> list[str]:
        """The same for inputs that say the same, spaces and case aside: as core.data.kin.content_key, unhashed."""
        if self.questions is None:
            return list(map(in_short, self.texts))
        return ["\x1f".join(map(in_short, pair)) for pair in zip(self.texts, self.questions, strict=True)]

    @cached_property
    def sets(self) -> list[tuple[str, ...]]:
        """The labels of each row: one, or those that apply."""
        several = self.roles.task == "several_labels"
        return [labels_of(label) if several else (label,) for label in self.labels or ()]

    @cached_property
    def counts(self) -> Counter[str]:
        """Rows of each label."""
        return Counter(label for labels in self.sets for label in labels)

    @cached_property
    def folded(self) -> list[str]:
        """Labels without case, accents and needless spaces; of a row with several, all of them in order."""
        fold = {label: folded(label) for label in self.counts}
        return [BETWEEN.join(sorted(fold[label] for label in labels)) for labels in self.sets]

    def aside(self, code: str, rows: Iterable[int]) -> Fix | None:
        """The fix that sets these rows aside; none when nothing would be left."""
        chosen = tuple(sorted(rows))
        return Fix(code=code, roles=self.roles, does="aside", rows=chosen) if 0 < len(chosen) < len(self.rows) else None


def folded(label: str) -> str:
    """« Étiquette  A » and "etiquette a" are the same."""
    letters = unicodedata.normalize("NFKD", " ".join(label.split()).casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
