"""The finer hyperparameters as they stand on screen; and what an input of the settings is."""

from __future__ import annotations

from typing import NamedTuple

from core.words import N_


class Field(NamedTuple):
    """One input: the field of Settings, its name and help on screen, its step and format, whether it is shown in percent."""

    name: str
    title: str
    about: str
    step: float
    form: str
    in_percent: bool


FINE = (
    Field(
        "label_smoothing",
        N_("Label smoothing (%)"),
        N_(
            "Asks for less than full certainty: this share goes to the other labels. Against learning wrong labels by heart. Not used for "
            "numbers."
        ),
        5,
        "%.0f",
        True,
    ),
    Field(
        "focus",
        N_("Focus on hard rows"),
        N_(
            "The exponent of the focal loss: the larger, the less a row counts that is right already. 2 is usual where a few labels have most "
            "of the rows; 0 counts all alike. Not used for numbers."
        ),
        0.5,
        "%.1f",
        False,
    ),
    Field(
        "distillation",
        N_("Learned from counted words (%)"),
        N_(
            "Distillation: this share of what is asked of a row comes from a simple model that counts words (TF-IDF) and has not learned from "
            "that row, the rest from its label. Helps where labels are noisy, or the model does not read the language of the texts well. Not "
            "used for numbers."
        ),
        10,
        "%.0f",
        True,
    ),
    Field(
        "layer_decay",
        N_("Learning rate of the layer below (%)"),
        N_(
            "Each layer learns at this share of the rate of the one above it, so that what lies deep, the language itself, changes least. "
            "100: all alike."
        ),
        5,
        "%.0f",
        True,
    ),
    Field(
        "frozen_layers",
        N_("Frozen layers"),
        N_(
            "So many layers from the bottom learn nothing, nor do the word embeddings: quicker, with less memory. As many as the model has, "
            "or more: only its head learns."
        ),
        1,
        "%d",
        False,
    ),
    Field(
        "pretraining_epochs",
        N_("Pre-training on your texts (epochs)"),
        N_(
            "Before it learns the labels, the model guesses hidden words in the texts of the training part and in the rows without a label, so "
            "often. Never in those of validation and test. Worth a try with many texts of a special kind; 0: none."
        ),
        1,
        "%d",
        False,
    ),
    Field(
        "lora",
        N_("LoRA: width"),
        N_(
            "For large models and little memory: the model stays as it is, and narrow matrices of this width learn in its place; 8 or 16 are "
            "usual, with a learning rate several times larger. They are added to the model at the end. 0: the model itself learns."
        ),
        8,
        "%d",
        False,
    ),
    Field(
        "lora_alpha",
        N_("LoRA: weight"),
        N_("What the narrow matrices give counts this much, divided by their width. Twice the width is usual."),
        8,
        "%.0f",
        False,
    ),
)
"""Shown on request: whoever begins does without."""
