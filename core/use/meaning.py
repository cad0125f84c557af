"""What the outputs of a model say, task by task: the answer to each text, and the columns that a labelled table gets. No torch in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from core.data.columns import TaskName
from core.data.targets import BETWEEN
from core.store.run import Run

Outputs = NDArray[Any]
"""(texts, `Meaning.width`): probabilities of labels, the number, or the probability that the question belongs to the text."""


@dataclass(frozen=True)
class Meaning:
    task: TaskName
    labels: list[str]
    """In the order of the outputs; empty for a number."""
    thresholds: list[float]
    """several_labels: the probability from which each label applies."""
    scale: tuple[float, float] | None
    """number: the bounds of every answer."""
    separator: str = BETWEEN
    """several_labels: what stands between labels in a table."""

    @property
    def width(self) -> int:
        """Outputs of each text."""
        return 1 if self.task in ("number", "matching") else len(self.labels)

    def applying(self, row: Sequence[float]) -> list[str]:
        """several_labels: the labels that a text gets, in the order of the outputs."""
        together = zip(self.labels, row, self.thresholds, strict=True)
        return [label for label, share, threshold in together if share >= threshold]

    def predictions(self, outputs: Outputs) -> list[str]:
        """The answer to each text as a table says it."""
        if self.task == "number":
            return [f"{float(row[0]):.4f}".rstrip("0").rstrip(".") for row in outputs]
        if self.task == "matching":
            return ["1" if float(row[0]) >= 0.5 else "0" for row in outputs]
        if self.task == "several_labels":
            return [self.separator.join(self.applying(row)) for row in outputs]
        return [self.labels[place] for place in outputs.argmax(axis=1)] if len(outputs) else []

    def columns(self, outputs: Outputs) -> dict[str, Any]:
        """What a labelled table gets: `prediction`, and for labels the probability of each; for one label a row its own before these."""
        found: dict[str, Any] = {"prediction": self.predictions(outputs)}
        if self.task == "number":
            return found
        if self.task == "matching":
            return found | {"probability": outputs[:, 0].round(4)}
        if self.task == "classes":
            found["probability"] = outputs.max(axis=1, initial=0.0).round(4)
        return found | {f"p({label})": outputs[:, place].round(4) for place, label in enumerate(self.labels)}


def meaning_of(run: Run) -> Meaning:
    """Of a run that is over."""
    record, result = run.record(), run.result() or {}
    thresholds = [float(threshold) for threshold in result.get("thresholds", [])]
    return Meaning(record.roles.task, record.labels, thresholds, record.scale, record.roles.separator or BETWEEN)
