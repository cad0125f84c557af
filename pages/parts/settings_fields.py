"""Every hyperparameter as it stands on screen: its title, its help, its step."""

from __future__ import annotations

from typing import Any

from core.data.columns import TaskName
from core.train.settings import Settings
from core.words import N_
from pages.parts.settings_finer import FINE, Field

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


NO_LABELS = frozenset({"balance", "focus", "label_smoothing", "distillation"})
WRONG_TEXTS = frozenset({"negatives", "hard_share"})
UNUSED: dict[TaskName, frozenset[str]] = {
    "classes": WRONG_TEXTS,
    "several_labels": WRONG_TEXTS,
    "number": NO_LABELS | WRONG_TEXTS,
    "matching": NO_LABELS,
    "generation": NO_LABELS | WRONG_TEXTS | {"pretraining_epochs"},
}
"""Fields that mean nothing to a task: there are no labels to weigh, or what writes guesses no hidden words."""


def in_the_form(settings: Settings) -> dict[str, Any]:
    """What the inputs hold with these settings, as Draft.changed keeps it."""
    return {name: getattr(settings, name) for name in (*(field.name for field in (*FIELDS, *FINE)), "keeps_last")}


def fields_of(task: TaskName) -> list[Field]:
    """Those that mean something to it."""
    return [field for field in FIELDS if field.name not in UNUSED.get(task, ())]


def finer_of(task: TaskName) -> list[Field]:
    """The same of FINE."""
    return [field for field in FINE if field.name not in UNUSED.get(task, ())]
