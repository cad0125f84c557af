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
    "matching": N_("A model that finds the text of a question, made with Parafine"),
}

READING: dict[TaskName, str] = {
    "several_labels": N_(
        "The logits are one for each label: after a sigmoid, a label applies when its probability reaches its threshold, which stands in "
        "`model.config.thresholds` in the order of the labels."
    ),
    "matching": N_(
        "Texts and questions are read apart: the vector of each is the mean of the last states of its word pieces, of length 1. The higher the "
        "cosine of the two, the more likely the question belongs to the text; scale and bias in `model.config.matching` make it a probability."
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
    if record.roles.task == "matching":
        return _("It says whether a question belongs to a text, and finds the text of a question among many.")
    return _("It gives a text one of {count} labels: {labels}.").format(count=count, labels=labels)


def reading(task: TaskName, words: Words) -> list[str]:
    """How the outputs are to be read in a program; nothing where transformers says it."""
    return [words.gettext(READING[task])] if task in READING else []


def using(task: TaskName, words: Words) -> str:
    """What predict.py can be asked."""
    _ = words.gettext
    if task == "matching":
        return _(
            '`python predict.py "a text" "a question"` answers at once; `python predict.py --find "a question" table.csv` shows the best texts '
            "of a table; `python predict.py table.csv` adds predictions to one. In a program:"
        )
    return _(
        '`python predict.py "a text"` answers at once; `python predict.py table.csv` adds predictions to a table. In a program:'
    )


def limits(task: TaskName, words: Words) -> str:
    _ = words.gettext
    if task == "several_labels":
        return _(
            "The figures hold for texts like those it learned from. On other texts, in another language, or years later, check it "
            "again on rows labelled by hand. It knows no other labels than these."
        )
    if task == "matching":
        return _(
            "The figures hold for texts and questions like those it learned from, and ranks for as many texts as were compared: among more, "
            "a text is harder to find. It learned that only the text of its row is right; another one may answer a question as well. The "
            "probability is right where half of the pairs belong together; where few do, expect more false alarms."
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
