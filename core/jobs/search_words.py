"""A search in words: what became of a trial, the values it was given, what it reached."""

from __future__ import annotations

from core.store.search import SearchRecord
from core.train.search_space import DIMENSIONS
from core.train.tasks import task_of
from core.words import N_, Words

TRIAL_STATES: dict[str, str] = {
    "running": N_("under way"),
    "done": N_("done"),
    "pruned": N_("given up"),
    "cut": N_("cut by the time"),
    "diverged": N_("diverged"),
    "too_large": N_("not enough memory"),
}
"""By what became of a trial, see core.store.search.TrialState."""


def value_words(name: str, value: float, words: Words) -> str:
    """A setting as the form says it."""
    if DIMENSIONS[name].is_whole:
        return words.integer(int(value))
    if name == "learning_rate":
        return words.scientific(value)
    return words.percent(value, 1) if name == "dropout" else words.decimal(value, 3)


def score_words(record: SearchRecord, score: float | None, words: Words) -> str:
    """The figure that is searched for, of one trial."""
    if score is None:
        return "–"
    return task_of(record.run.roles).best.shown(score, words)


def figure_title(record: SearchRecord, words: Words) -> str:
    return words.gettext(task_of(record.run.roles).best.title)
