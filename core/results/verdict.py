"""A training beside simple models in words: what each of them is called, its figures, and plainly whether the training was worth it."""

from __future__ import annotations

from core.results.beside import Beside, Line
from core.results.rivals import Verdict
from core.train.tasks import Figure, Task, spread_said
from core.words import N_, Words

NAMES = {
    "majority": N_("The most usual answer, whatever the text"),
    "tfidf": N_("Words and pieces of words, counted and weighed"),
    "embeddings": N_("The embedded model, left as it is"),
    "chance": N_("Texts in any order, by chance"),
    "tfidf_cosine": N_("Words and pieces of words in common"),
    "embeddings_cosine": N_("The embedded model, left as it is"),
    "usual_question": N_("The most usual question, whatever the text"),
    "nearest_question": N_("The question of the nearest text learned from, by its words"),
    "first_sentence": N_("The first sentence of the text"),
}
"""What each simple model is called, by its name in core.train.simple."""

OF_TRAINING = {
    "better": N_(
        "This training was worth it: in {figure} it lies {difference} above the best simple model, “{name}”. With other rows to measure on "
        "it would most likely lie between {low} and {high} above it."
    ),
    "worse": N_(
        "This training does not beat the best simple model: in {figure}, “{name}” lies {difference} above it, by more than "
        "chance explains. Try more epochs, a model that knows the language of the texts, or more rows; or do with the simple model."
    ),
    "unclear": N_(
        "This training is not clearly better than the best simple model, “{name}”: with other rows to measure on, the difference in {figure} "
        "could lie anywhere between {low} and {high} ({rows} rows were measured). Chance alone may decide between the two."
    ),
}
OF_STUDY = {
    "better": N_(
        "Training was worth it: in {figure} over all rows together it lies {difference} above the best simple model, “{name}”. With other "
        "rows to measure on it would most likely lie between {low} and {high} above it."
    ),
    "worse": N_(
        "Training does not beat the best simple model: in {figure} over all rows together, “{name}” lies {difference} above it, by more than "
        "chance explains. Try more epochs, a model that knows the language of the texts, or more rows; or do with the simple model."
    ),
    "unclear": N_(
        "Training is not clearly better than the best simple model, “{name}”: with other rows to measure on, the difference in {figure} "
        "over all rows together could lie anywhere between {low} and {high} ({rows} rows were measured). Chance alone may decide between the two."
    ),
}
OF_FOLDS = {
    "better": N_(
        "Training was worth it: in {figure}, mean over {rows} folds, it lies {difference} above the best simple model, “{name}”. The ranks of "
        "different folds cannot be put together, so this is told from how far the folds differ: most likely by {low} to {high}."
    ),
    "worse": N_(
        "Training does not beat the best simple model: in {figure}, mean over {rows} folds, “{name}” lies {difference} above it. The ranks of "
        "different folds cannot be put together, so this is told from how far the folds differ, which is by less. Try more epochs, a model that "
        "knows the language of the texts, or more rows; or do with the simple model."
    ),
    "unclear": N_(
        "Training is not clearly better than the best simple model, “{name}”. The ranks of different folds cannot be put together; from how "
        "far {rows} folds differ, the difference in {figure} could lie anywhere between {low} and {high}. Chance alone may decide between the two."
    ),
}
SENTENCES = {"all_rows": OF_STUDY, "folds": OF_FOLDS}


def sentence(said: Verdict, words: Words) -> str:
    """The verdict in words that need no statistics."""
    _ = words.gettext
    return _(SENTENCES.get(said.part, OF_TRAINING)[said.standing]).format(
        name=_(NAMES[said.rival]),
        figure=_(said.figure.title),
        difference=difference(said.figure, abs(said.difference), words),
        low=difference(said.figure, said.low, words),
        high=difference(said.figure, said.high, words),
        rows=words.integer(said.rows),
    )


def difference(figure: Figure, value: float, words: Words) -> str:
    """In points where the figure is a share."""
    if not figure.in_percent:
        return words.decimal(value, 3)
    return words.gettext("{number} points").format(number=words.decimal(100 * value, 1))


def table_of(found: Beside, task: Task, words: Words) -> tuple[list[str], list[list[str]]]:
    """Titles, and a row a line: what answered, its figures, how long it took."""
    _ = words.gettext
    shown = [figure for figure in task.figures if any(figure.name in line.figures for line in found.lines)]
    own = _("This cross-validation") if found.part == "folds" else _("This training")

    def cell(line: Line, figure: Figure) -> str:
        reached = line.figures.get(figure.name)
        return "–" if reached is None else spread_said(vars(reached), figure, words)

    rows = [
        [
            _(NAMES[line.name]) if line.name else own,
            *(cell(line, figure) for figure in shown),
            words.duration(line.seconds),
        ]
        for line in found.lines
    ]
    return [_("Answered by"), *(_(figure.title) for figure in shown), _("Duration")], rows


def measured_on(found: Beside, words: Words) -> str:
    if found.part == "folds":
        said = words.ngettext(
            "On the same {count} fold.", "Mean ± standard deviation over the same {count} folds.", found.measured
        )
    elif found.part == "test":
        said = words.ngettext(
            "Measured on the {count} row of the test part.",
            "Measured on the {count} rows of the test part.",
            found.measured,
        )
    else:
        said = words.ngettext(
            "Measured on the {count} row of the validation part, as the curves are.",
            "Measured on the {count} rows of the validation part, as the curves are.",
            found.measured,
        )
    return said
