"""The settings of a run: a preset, then every hyperparameter with its unit, its help and its bounds."""

from __future__ import annotations

from typing import Any, NamedTuple

import streamlit as st

from core.data.columns import TaskName
from core.store.draft import Draft, keep_draft
from core.store.project import Project
from core.train.presets import SHAPES, Size, preset
from core.train.settings import bounds
from core.words import N_, Words

PRESETS = {"quick": N_("Quick"), "balanced": N_("Balanced"), "thorough": N_("Thorough")}


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
UNUSED: dict[TaskName, frozenset[str]] = {task: frozenset({"balance"}) for task in ("number", "matching", "generation")}
"""Fields that mean nothing to a task: there are no labels to weigh."""
UNDECIDED = {"balance": 0.0, "validation_share": 0.1, "test_share": 0.1, "seed": 42}
"""What no preset decides."""
WHOLE = {"epochs", "batch_size", "max_tokens", "patience", "seed"}


def fields_of(task: TaskName) -> list[Field]:
    """Those that mean something to it."""
    return [field for field in FIELDS if field.name not in UNUSED.get(task, ())]


def choose_preset(project: Project, draft: Draft, words: Words) -> Draft:
    """Three presets with what they mean for this table; choosing one forgets the changes."""
    _ = words.gettext
    chosen = st.segmented_control(
        _("How thoroughly"),
        list(PRESETS),
        format_func=lambda name: _(PRESETS[name]),
        default=draft.preset,
        key=f"preset_{project.id}_{draft.preset}",
        help=_("Computed from the number of rows and from the length of the texts."),
    )
    if chosen and chosen != draft.preset:
        keep_draft(project, draft.model_copy(update={"preset": chosen, "changed": _undecided_only(draft.changed)}))
        st.rerun()
    return draft


def _undecided_only(changed: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in changed.items() if name in UNDECIDED}


def preset_values(draft: Draft, size: Size) -> dict[str, Any]:
    """Every field but the model: the preset's, then the user's changes."""
    name = draft.preset if draft.preset in SHAPES else "balanced"
    return {**UNDECIDED, **preset(name, size)}  # type: ignore[arg-type]


def choose_values(project: Project, draft: Draft, size: Size, words: Words) -> dict[str, Any]:
    """One input a field; what is changed is kept at once."""
    _ = words.gettext
    computed = preset_values(draft, size)
    values = {**computed, **{name: value for name, value in draft.changed.items() if _is_possible(name, value)}}
    found: dict[str, Any] = {}
    columns = st.columns(3)
    for place, field in enumerate(fields_of(project.roles.task if project.roles is not None else "classes")):
        name = field.name
        with columns[place % 3]:
            key = f"{name}_{project.id}_{draft.preset}_{computed[name]}"
            found[name] = _field(field._replace(title=_(field.title), about=_(field.about)), values[name], key)
    changed = {name: value for name, value in found.items() if value != computed[name]}
    # What is hidden for this task stays as it was, for another one.
    changed |= {name: value for name, value in draft.changed.items() if name in UNDECIDED and name not in found}
    if changed != draft.changed:
        keep_draft(project, draft.model_copy(update={"changed": changed}))
    return {**found, "preset": "own" if set(changed) - set(UNDECIDED) else draft.preset}


def _is_possible(name: str, value: Any) -> bool:
    """Whether a value kept by another version may still be shown."""
    if name not in {field.name for field in FIELDS} or not isinstance(value, int | float):
        return False
    least, most = bounds(name)
    return least <= value <= most


def _field(field: Field, value: float, key: str) -> float:
    least, most = bounds(field.name)
    scale = 100 if field.in_percent else 1
    kind = int if field.name in WHOLE else float
    given = st.number_input(
        field.title,
        min_value=kind(least * scale),
        max_value=kind(round(most * scale, 6)),
        value=kind(round(value * scale, 9)),
        step=kind(field.step),
        format=field.form,
        help=field.about,
        key=key,
    )
    return given if field.name in WHOLE else round(given / scale, 9)
