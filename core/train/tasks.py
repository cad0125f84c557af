"""The tasks: what each learns, by which figures it is judged, and what the pages call these. How it learns: core.train.lessons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from core.data.columns import Roles, TaskName
from core.words import N_, Words


class Figure(NamedTuple):
    """A figure that a model is judged by. name: its key in metrics.jsonl and result.json; title, about: English msgids."""

    name: str
    title: str
    about: str
    in_percent: bool = True

    def shown(self, value: float, words: Words) -> str:
        """In the digits of the language."""
        return words.percent(value) if self.in_percent else words.decimal(value, 3)


ACCURACY = Figure("accuracy", N_("Accuracy"), N_("Share of the rows that get their right label."))
MACRO_F1 = Figure(
    "macro_f1",
    N_("Macro-F1"),
    N_(
        "Mean over the labels of how well each is found and not confused, from 0 to 100%. "
        "A rare label counts as much as a frequent one."
    ),
)
MICRO_F1 = Figure(
    "micro_f1",
    N_("Micro-F1"),
    N_("How well the labels of all rows are found and not confused, each label given counted once, from 0 to 100%."),
)
EXACT = Figure("exact", N_("Exactly right"), N_("Share of the rows that get all their labels and no other."))
PEARSON = Figure(
    "pearson",
    N_("Pearson correlation"),
    N_("How close the answers lie to a straight line through the true numbers: 1 at best, 0 for chance."),
    False,
)
SPEARMAN = Figure(
    "spearman",
    N_("Spearman correlation"),
    N_("Whether the answers put the rows in the right order: 1 at best, 0 for chance."),
    False,
)
MAE = Figure("mae", N_("Mean error"), N_("By how much an answer is off, on average, in units of the scale."), False)
MRR = Figure(
    "mrr",
    N_("MRR"),
    N_(
        "Mean reciprocal rank of the right text among all: 1 when it always comes first, one half when it always comes second. The mean of one over its place."
    ),
    False,
)
AUC = Figure(
    "auc",
    N_("AUC"),
    N_(
        "How often a question that belongs to a text scores higher than one that does not: 1 at best, one half for chance."
    ),
    False,
)
RECALL = tuple(
    Figure(name, title, N_("Share of the questions whose text is among so many first ones."))
    for name, title in (
        ("recall_1", N_("Found first")),
        ("recall_5", N_("Found among 5")),
        ("recall_10", N_("Found among 10")),
    )
)
CHRF = Figure(
    "chrf",
    N_("chrF"),
    N_("How many pieces of the words of the true question come back, from 0 to 100: the same question has 100."),
    False,
)
ROUGE_L = Figure("rouge_l", N_("ROUGE-L"), N_("Share of the words of the true question that come back in its order."))


class Task(NamedTuple):
    """One thing to learn. title, about: English msgids. figures: those on top of the results, the first in lists of trainings."""

    name: TaskName
    title: str
    about: str
    best: Figure
    """Of the validation part: drawn beside the loss, and by it the best weights are chosen, the higher the better."""
    figures: tuple[Figure, ...]


TASKS: dict[TaskName, Task] = {
    task.name: task
    for task in (
        Task("classes", N_("One label a row"), N_("Gives a text one of your labels."), MACRO_F1, (ACCURACY, MACRO_F1)),
        Task(
            "several_labels",
            N_("Several labels a row"),
            N_("Gives a text all of your labels that apply, or none."),
            MICRO_F1,
            (MICRO_F1, MACRO_F1, EXACT),
        ),
        Task(
            "number",
            N_("A number"),
            N_("Gives a text a number on your scale: a grade, a similarity."),
            PEARSON,
            (PEARSON, SPEARMAN, MAE),
        ),
        Task(
            "matching",
            N_("Does the question belong to the text?"),
            N_(
                "Learns from texts and their questions alone, without labels, and finds the text that a question is about."
            ),
            MRR,
            (MRR, *RECALL, AUC, ACCURACY),
        ),
        Task(
            "generation",
            N_("Ask a question about a text"),
            N_("Writes a question that a text answers."),
            CHRF,
            (CHRF, ROUGE_L),
        ),
    )
}


def task_of(roles: Roles) -> Task:
    return TASKS[roles.task]


def spread_said(spread: Mapping[str, float | None], figure: Figure, words: Words) -> str:
    """Mean ± standard deviation; the mean alone where a deviation cannot be known. spread: "mean", "deviation"."""
    mean, deviation = spread["mean"], spread["deviation"]
    assert mean is not None
    said = figure.shown(mean, words)
    return said if deviation is None else f"{said} ± {figure.shown(deviation, words)}"
