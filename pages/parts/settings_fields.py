"""Every hyperparameter as it stands on screen: its title, its help, its step."""

from __future__ import annotations

from typing import NamedTuple

from core.data.columns import TaskName
from core.train.settings import Settings
from core.words import N_


class Field(NamedTuple):
    """One input: the field of Settings, its name and help on screen, its step and format, whether it is shown in percent."""

    name: str
    title: str
    about: str
    step: float
    form: str
    in_percent: bool


FIELDS = (
    Field("epochs", N_("Epochs"), N_("How many times all training rows are gone through."), 1, "%d", False),
    Field(
        "batch_size",
        N_("Batch size (rows)"),
        N_("Rows read before each correction of the model. Larger: steadier, and more memory."),
        1,
        "%d",
        False,
    ),
    Field(
        "learning_rate",
        N_("Learning rate"),
        N_("Size of the corrections at their largest. Too large: the loss jumps. Too small: it hardly falls."),
        1e-5,
        "%.6f",
        False,
    ),
    Field(
        "max_tokens",
        N_("Longest input (word pieces)"),
        N_(
            "What is longer is cut. A word of French or English is one to three pieces. Twice as long costs more than twice the time."
        ),
        8,
        "%d",
        False,
    ),
    Field(
        "warmup_share",
        N_("Warm-up (% of the steps)"),
        N_("The learning rate rises from zero during this part, then falls back to zero."),
        1,
        "%.0f",
        True,
    ),
    Field(
        "weight_decay",
        N_("Weight decay"),
        N_("Pulls the weights towards zero, against learning by heart."),
        0.01,
        "%.3f",
        False,
    ),
    Field(
        "dropout",
        N_("Dropout (%)"),
        N_("Share of hidden values switched off at random at each step, against learning by heart."),
        5,
        "%.0f",
        True,
    ),
    Field(
        "balance",
        N_("Weight of rare labels (%)"),
        N_(
            "0: every row counts the same. 100: every label counts the same, however few its rows. For tables in which a few labels "
            "have most of the rows."
        ),
        10,
        "%.0f",
        True,
    ),
    Field(
        "negatives",
        N_("Wrong texts made for each text"),
        N_("Taken from the whole table, beside the other texts of the batch; others in each epoch."),
        1,
        "%d",
        False,
    ),
    Field(
        "hard_share",
        N_("Of these, near ones (%)"),
        N_("How many of them are drawn among the texts most like the right one, instead of among all."),
        10,
        "%.0f",
        True,
    ),
    Field(
        "patience",
        N_("Early stopping: patience (epochs)"),
        N_("Ends the training after so many epochs without a better figure on validation. 0: never."),
        1,
        "%d",
        False,
    ),
    Field(
        "validation_share",
        N_("Validation (% of the rows)"),
        N_("Rows kept aside to watch the training and choose the best epoch."),
        1,
        "%.0f",
        True,
    ),
    Field(
        "test_share",
        N_("Test (% of the rows)"),
        N_("Rows kept aside and looked at once, at the end: the honest figure. 0: no test."),
        1,
        "%.0f",
        True,
    ),
    Field(
        "seed",
        N_("Seed"),
        N_("The same seed, table and settings give the same result on the same machine."),
        1,
        "%d",
        False,
    ),
)
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
UNDECIDED = {
    **{"balance": 0.0, "negatives": 1, "hard_share": 0.5, "validation_share": 0.1, "test_share": 0.1, "seed": 42},
    **{field.name: Settings.model_fields[field.name].default for field in FINE},
}
"""What no preset decides."""
WHOLE = {
    "epochs",
    "batch_size",
    "max_tokens",
    "negatives",
    "patience",
    "seed",
    "frozen_layers",
    "lora",
    "pretraining_epochs",
}


NO_LABELS = frozenset({"balance", "focus", "label_smoothing"})
WRONG_TEXTS = frozenset({"negatives", "hard_share"})
UNUSED: dict[TaskName, frozenset[str]] = {
    "classes": WRONG_TEXTS,
    "several_labels": WRONG_TEXTS,
    "number": NO_LABELS | WRONG_TEXTS,
    "matching": NO_LABELS,
    "generation": NO_LABELS | WRONG_TEXTS | {"pretraining_epochs"},
}
"""Fields that mean nothing to a task: there are no labels to weigh, no wrong texts to tell from, or what writes guesses no hidden words."""


def fields_of(task: TaskName) -> list[Field]:
    """Those that mean something to it."""
    return [field for field in FIELDS if field.name not in UNUSED.get(task, ())]


def finer_of(task: TaskName) -> list[Field]:
    """The same of FINE."""
    return [field for field in FINE if field.name not in UNUSED.get(task, ())]
