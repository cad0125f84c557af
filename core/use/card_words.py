"""What the model card says of a task: what the model gives, how its outputs are read, where it ends."""

from __future__ import annotations

from core.data.columns import TaskName
from core.store.run import RunRecord
from core.words import N_, Words

NAMED = 30
"""Labels named."""

TITLES: dict[TaskName, str] = {
    "classes": N_("A text classifier made with Parafine"),
    "several_labels": N_("A model that gives texts their labels, made with Parafine"),
    "number": N_("A model that gives texts a number, made with Parafine"),
}

READING: dict[TaskName, str] = {
    "several_labels": N_(
        "The logits are one for each label: after a sigmoid, a label applies when its probability reaches its threshold, which stands in "
        "`model.config.thresholds` in the order of the labels."
    ),
    "number": N_("The model has one output, the number; what lies outside the scale is set to its nearer bound."),
}


def title(task: TaskName, words: Words) -> str:
    return words.gettext(TITLES.get(task, TITLES["classes"]))


def purpose(record: RunRecord, words: Words) -> str:
    """What it gives a text."""
    _ = words.gettext
    labels = ", ".join(record.labels[:NAMED]) + (", …" if len(record.labels) > NAMED else "")
    count = words.integer(len(record.labels))
    if record.roles.task == "several_labels":
        said = _("It gives a text all that apply of {count} labels, or none: {labels}.")
        return said.format(count=count, labels=labels)
    if record.roles.task == "number" and record.scale is not None:
        low, high = (f"{bound:g}" for bound in record.scale)
        return _("It gives a text a number from {low} to {high}.").format(low=low, high=high)
    return _("It gives a text one of {count} labels: {labels}.").format(count=count, labels=labels)


def reading(task: TaskName, words: Words) -> list[str]:
    """How the outputs are to be read in a program; nothing where transformers says it."""
    return [words.gettext(READING[task])] if task in READING else []


def limits(task: TaskName, words: Words) -> str:
    _ = words.gettext
    if task == "several_labels":
        return _(
            "The figures hold for texts like those it learned from. On other texts, in another language, or years later, check it "
            "again on rows labelled by hand. It knows no other labels than these."
        )
    if task == "number":
        return _(
            "The figures hold for texts like those it learned from. On other texts, in another language, or years later, check it "
            "again on rows numbered by hand. It always answers with a number of its scale, also when none is right."
        )
    return _(
        "The figures hold for texts like those it learned from. On other texts, in another language, or years later, check it "
        "again on rows labelled by hand. It always answers with one of its labels, also when none is right."
    )
