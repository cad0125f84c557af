"""A cross-validation over all rows together: the figures, each label, confusions, numbers against numbers, questions."""

from __future__ import annotations

import streamlit as st

from core.results.folds import out_of_fold
from core.results.over_all_rows import NOT_TOGETHER, over_all_rows
from core.store.study import Study
from core.train.tasks import Task
from core.words import Words
from pages.parts.chart import chart
from pages.parts.figures import confusion_matrix
from pages.parts.look import quiet
from pages.parts.sheet import figures_row
from pages.parts.task_results import label_by_label, numbers_against
from pages.parts.written import written_sheet


def show_together(study: Study, task: Task, words: Words) -> None:
    """Nothing while no fold is done; why there is nothing, where ranks of different folds cannot be compared."""
    _ = words.gettext
    found, record = over_all_rows(study), study.record()
    st.header(_("Over all rows together"))
    if found is None:
        quiet(_(NOT_TOGETHER))
        return
    figures_row(
        [(_(figure.title), figure.shown(found[figure.name], words)) for figure in task.figures if figure.name in found]
        + [(_("Rows measured"), words.integer(found["rows"]))]
    )
    said = _(
        "The answers of all folds as if one model had given them: not the mean of the folds above, for here every row weighs the same."
    )
    if record.repeats > 1:
        said += " " + _("Over all repeats: each row counts once in each.")
    quiet(said)
    if "labels" in found:
        label_by_label(found["labels"], words)
    if "confusion" in found:
        st.header(_("What is taken for what"))
        alt = _("Confusion matrix: true labels in rows, predicted labels in columns.")
        matrix = confusion_matrix(found["confusion"], record.labels, words)
        chart(matrix, words, key=f"confusion_{study.id}", alt=alt)
    if task.name == "number":
        _numbers(study, words)
    if task.name == "generation":
        _questions(study, words)


def _numbers(study: Study, words: Words) -> None:
    scale = study.folds()[0].record().scale
    if scale is not None:
        numbers_against(out_of_fold(study), scale, words, key=f"scatter_{study.id}")


def _questions(study: Study, words: Words) -> None:
    """Beside the true ones, of the first repeat: in the others each row comes again."""
    st.header(words.gettext("What it asks"))
    answers = out_of_fold(study)
    examples = next(run.examples() for run in study.folds() if (run.folder / "examples.parquet").exists())
    first = answers[answers["repeat"] == answers["repeat"].min()]
    written_sheet(first.merge(examples[["id", "text", "question"]], on="id"), words)
