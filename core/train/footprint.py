"""What a training of these settings takes, what it would take with LoRA, and whether the machine has it. Loads no torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from core.data.columns import TaskName
from core.models.weights import Weights, weights_of
from core.train.settings import Settings, bounds

Fit = Literal["fits", "with_lora", "too_large"]

MOST_OF_MEMORY = 0.7
"""Share of the memory that is left, which weights and optimizer may take: the texts of a batch need room too, and so do others."""
WIDTH, ALPHA, RATE = 16, 32.0, 10
"""What is proposed: narrow matrices of this width, their weight, and so many times the learning rate (Hu et al. 2022, table 9)."""


@dataclass(frozen=True)
class Footprint:
    """whole: the model itself learns; narrow: LoRA in its place."""

    whole: Weights
    narrow: Weights

    def fit(self, memory: int, disk: int) -> Fit:
        """memory, disk: bytes that are left."""
        if _has_room(self.whole, memory, disk):
            return "fits"
        return "with_lora" if _has_room(self.narrow, memory, disk) else "too_large"


def _has_room(weights: Weights, memory: int, disk: int) -> bool:
    return weights.in_memory <= MOST_OF_MEMORY * memory and weights.on_disk <= disk


def weights_for(settings: Settings, project_id: str, task: TaskName) -> Weights:
    """As they are learned with these settings."""
    return weights_of(
        settings.model, project_id, task, lora=settings.lora, frozen=settings.frozen_layers, guesses=guesses(settings)
    )


def footprint(settings: Settings, project_id: str, task: TaskName, there: int | None = None) -> Footprint:
    """there: weights of a model that is not here yet, where they are known; LoRA as wide as set, else as proposed."""
    whole, narrow = (
        weights_of(
            settings.model,
            project_id,
            task,
            lora=lora,
            frozen=settings.frozen_layers,
            guesses=guesses(settings),
            there=there,
        )
        for lora in (0, settings.lora or WIDTH)
    )
    return Footprint(whole, narrow)


def guesses(settings: Settings) -> bool:
    """Whether all of the weights learn to guess hidden words first, whatever learns later."""
    return settings.pretraining_epochs > 0


def with_lora(learning_rate: float) -> dict[str, Any]:
    """The fields of Settings that the proposal changes."""
    return {"lora": WIDTH, "lora_alpha": ALPHA, "learning_rate": min(RATE * learning_rate, bounds("learning_rate")[1])}
