"""What a cross-validation taught: mean and spread, each fold, what is taken for what over all rows, every answer to take away."""

from __future__ import annotations

from html import escape

import streamlit as st

from core.jobs.job_words import STATES, study_name
from core.jobs.queue import job_of
from core.results.folds import StudyResult, out_of_fold, out_of_fold_csv, study_result
from core.store.project import Project
from core.store.study import Study, list_studies
from core.train.tasks import Figure, Task, spread_said, task_of
from core.words import NO_BREAK_SPACE, Words
from pages.parts.baselines import show_study_baselines
from pages.parts.look import quiet
from pages.parts.routes import download_address
from pages.parts.sheet import figures_row, sheet
from pages.parts.shell import link
from pages.parts.study import more_of_study, show_study_curves
from pages.parts.study_together import show_together
from pages.parts.study_views import fold_name


def list_of_studies(project: Project, words: Words) -> None:
    """One line a cross-validation, the newest first, and the way to each."""
    _ = words.gettext
    studies = list_studies(project.id)
    if not studies:
        return
    st.header(_("Cross-validations"))
    for study in studies:
        record, result = study.record(), study_result(study)
        best = _task(study).figures[0]
        name, facts, opening = st.columns([3, 5, 2], vertical_alignment="center")
        name.markdown(f"**{study_name(record.number, words)}**")
        done = _("{done} of {folds} folds are done").format(
            done=words.integer(result.done), folds=words.integer(len(result.folds))
        )
        reached = _(best.title) + words.colon + " " + _said(result, best, words) if result.done else ""
        with facts:
            quiet(" · ".join(each for each in (reached, done, words.moment(record.created_at)) if each))
        with opening:
            link("results", _("Look at it"), study=study.id, icon=":material/arrow_forward:")


def show_study_results(study: Study, words: Words) -> None:
    _ = words.gettext
    record, result, task = study.record(), study_result(study), _task(study)
    link("results", _("All trainings"), icon=":material/arrow_back:", study="")
    title, others = st.columns([7, 1.6], vertical_alignment="center")
    title.header(study_name(record.number, words))
    states = [job.state for run in study.runs() if (job := job_of(run)) is not None]
    if not any(state in ("queued", "running") for state in states):
        with others:
            more_of_study(study, words)
    if not result.is_whole:
        said = _("{done} of {folds} folds are done: the figures are those of these, and will change with the others.")
        st.info(said.format(done=words.integer(result.done), folds=words.integer(len(result.folds))))
        link("train", _("Watch it"), study=study.id, icon=":material/arrow_forward:")
    if not result.done:
        return
    figures_row(
        [(_(figure.title), _said(result, figure, words)) for figure in task.figures if figure.name in result.over_folds]
    )
    _what_it_means(study, result, task, words)
    show_study_baselines(study, words)
    _each_fold(study, result, task, words)
    answers = out_of_fold(study)
    show_together(study, task, words)
    st.header(_("The answer to every row"))
    count = words.ngettext("{count} answer", "{count} answers", len(answers))
    quiet(_("Each by the model that had not seen the row: {answers}.").format(answers=count))
    path = out_of_fold_csv(study, ";" if words.language == "fr" else ",")
    label = _("Download the answers (CSV, {size})").format(size=words.size(path.stat().st_size))
    name = f"parafine-{record.number}-out-of-fold.csv"
    st.html(f"<a class='download' href='{download_address(path, name)}' download='{name}'>{escape(label)}</a>")
    st.header(_("Learning curves"))
    show_study_curves(study, words)
    _final(study, result, words)


def _said(result: StudyResult, figure: Figure, words: Words) -> str:
    spread = result.over_folds[figure.name]
    return spread_said({"mean": spread.mean, "deviation": spread.deviation}, figure, words)


def _what_it_means(study: Study, result: StudyResult, task: Task, words: Words) -> None:
    _ = words.gettext
    first = task.figures[0]
    said = _(
        "Mean over the folds ± standard deviation. Each fold was predicted by a model that learned from none of its rows."
    )
    if first.name in result.over_repeats and result.over_repeats[first.name].count > 1:
        spread = result.over_repeats[first.name]
        shown = spread_said({"mean": spread.mean, "deviation": spread.deviation}, first, words)
        said += " " + _("From repeat to repeat, {figure} is {spread}.").format(figure=_(first.title), spread=shown)
    quiet(said)


def _each_fold(study: Study, result: StudyResult, task: Task, words: Words) -> None:
    _ = words.gettext
    st.header(_("Fold by fold"))
    figures = [figure for figure in task.figures if figure.name in result.over_folds]
    columns = [_("Fold"), *(_(figure.title) for figure in figures), _("Rows"), _("Epoch kept"), _("Duration")]
    rows = []
    for fold in result.folds:
        reached = fold.figures
        cells = [figure.shown(reached[figure.name], words) if reached else "–" for figure in figures]
        rest = [words.integer(fold.rows), words.decimal(fold.best_epoch, 2), words.duration(fold.seconds)]
        name = fold_name(fold, study, words)
        # Short enough to stay on one line beside many figures.
        name = name if study.record().repeats > 1 else name.replace(" ", NO_BREAK_SPACE)
        rows.append([name, *cells, *(rest if reached else ["–"] * 3)])
    sheet(columns, rows, numbers=frozenset(range(1, len(columns))), whole=frozenset({0}))


def _final(study: Study, result: StudyResult, words: Words) -> None:
    _ = words.gettext
    final = study.final()
    if final is None:
        return
    st.header(_("The model on all rows"))
    told = (final.result() or {}).get("from_folds")
    if told is None or not final.has_model():
        job = job_of(final)
        if not result.is_whole or job is None:
            quiet(_("It comes once the folds are over."))
        else:
            quiet(_("The folds are over; its own training: {state}.").format(state=_(STATES[job.state])))
            link("train", _("Watch it"), run=final.id, icon=":material/arrow_forward:")
        return
    said = _(
        "It learned from every row, for {epochs}: the median of the epochs kept in {folds}. No row is left to measure it; what it can do "
        "is best told by the figures above."
    )
    quiet(
        said.format(
            epochs=words.ngettext("{count} epoch", "{count} epochs", int(told["epochs"])),
            folds=words.ngettext("{count} fold", "{count} folds", int(told["folds"])),
        )
    )
    link("use", _("Use this model"), run=final.id, icon=":material/arrow_forward:")


def _task(study: Study) -> Task:
    return task_of(study.roles())
