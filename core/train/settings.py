"""The settings of a run: every hyperparameter, with its unit and its bounds, frozen when the run is launched."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field, ValidationError

from core.errors import UserError
from core.models.choice import ModelChoice

PresetName = Literal["quick", "balanced", "thorough", "own"]


class Settings(BaseModel, frozen=True):
    model: ModelChoice = ModelChoice()
    preset: PresetName = "balanced"
    epochs: int = Field(5, ge=1, le=100)
    """Times the whole training part is gone through."""
    batch_size: int = Field(16, ge=1, le=128)
    """Examples a step of the optimizer."""
    learning_rate: float = Field(1e-4, ge=1e-7, le=1e-2)
    """Largest step of AdamW, reached at the end of the warm-up, then falling linearly to 0."""
    max_tokens: int = Field(128, ge=8, le=512)
    """Longest input kept, in word pieces, both texts together; the rest is cut from the longer one."""
    warmup_share: float = Field(0.1, ge=0.0, le=0.5)
    """Share of all steps during which the learning rate rises from 0."""
    weight_decay: float = Field(0.01, ge=0.0, le=0.3)
    """AdamW's decoupled decay, per step and unit of learning rate."""
    dropout: float = Field(0.1, ge=0.0, le=0.5)
    """Share of hidden values switched off at each step, in the layers and before the head."""
    balance: float = Field(0.0, ge=0.0, le=1.0)
    """How far the loss weighs rare labels up: 0 counts every row alike, 1 every label alike (core.train.weighting)."""
    negatives: int = Field(1, ge=1, le=8)
    """matching: wrong texts made for each text of a batch, beside those that the batch holds anyway."""
    hard_share: float = Field(0.5, ge=0.0, le=1.0)
    """matching: how many of these are drawn among the nearest texts instead of among all."""
    focus: float = Field(0.0, ge=0.0, le=5.0)
    """How far rows that are right already count less: the exponent of the focal loss. 0: all count alike."""
    label_smoothing: float = Field(0.0, ge=0.0, le=0.4)
    """Share of the certainty about a label that the loss gives to the other labels."""
    distillation: float = Field(0.0, ge=0.0, le=1.0)
    """Share of what is asked of a row that comes from a simple model on counted words instead of from its label (core.train.teaching)."""
    layer_decay: float = Field(1.0, ge=0.5, le=1.0)
    """Learning rate of each layer as a share of that of the layer above it. 1: the same for all."""
    frozen_layers: int = Field(0, ge=0, le=48)
    """Layers that learn nothing, from the bottom, word embeddings included. As many as the model has, or more: the head alone learns."""
    lora: int = Field(0, ge=0, le=256)
    """Width of the narrow matrices that learn in place of the network (core.train.adapters). 0: the network itself learns."""
    lora_alpha: float = Field(16.0, ge=1.0, le=512.0)
    """What the narrow matrices give counts this much over their width."""
    pretraining_epochs: int = Field(0, ge=0, le=50)
    """Times the texts of the training part, and those without a label, are gone through to guess masked words before the labels are learned."""
    validation_share: float = Field(0.1, ge=0.05, le=0.4)
    """Share of the examples that watch the training: best epoch, early stopping."""
    test_share: float = Field(0.1, ge=0.0, le=0.4)
    """Share of the examples looked at once, at the end. 0: no test."""
    patience: int = Field(3, ge=0, le=50)
    """Epochs without a better validation macro-F1 before the training ends early. 0: never."""
    keeps_last: bool = False
    """Whether the last weights leave, instead of those that were best on validation; then no training ends early."""
    test_from: Literal["table", "file"] = "table"
    """Where the test part comes from: a share of the table, or the project's separate test file; then test_share does not count."""
    seed: int = Field(42, ge=0, le=2**31 - 1)
    paraphrases: bool = True
    """Whether accepted paraphrases are learned from beside the rows of the table. The parts of the rows are the same either way."""


def make_settings(values: dict[str, Any]) -> Settings:
    """Raises UserError("settings_invalid") that names every field out of bounds."""
    try:
        return Settings(**values)
    except ValidationError as error:
        names = list(dict.fromkeys(str(fault["loc"][0]) for fault in error.errors()))
        raise UserError("settings_invalid", problem=", ".join(map(_with_bounds, names))) from None


def _with_bounds(field: str) -> str:
    try:
        least, most = bounds(field)
    except KeyError:
        return field
    return f"{field} ({least:g}–{most:g})"


def bounds(field: str) -> tuple[float, float]:
    """Smallest and largest value of a numeric field."""
    limits = {type(limit).__name__: limit for limit in Settings.model_fields[field].metadata}
    return limits["Ge"].ge, limits["Le"].le
