"""A cross-validation on the Train page: how far all of its folds are, their curves in one figure, and what can be done with them."""

from __future__ import annotations

import streamlit as st

from core.jobs.control import wake
from core.jobs.folds import pause_all, resume_all, stop_all
from core.jobs.housekeeping import BIN_DAYS
from core.jobs.job_words import study_name
from core.jobs.queue import job_of
from core.jobs.study_bin import delete_study
from core.store.job_folder import RESUMABLE
from core.store.run import Run
from core.store.study import Study, study_of
from core.words import Words
from pages.parts.baselines import show_study_baselines
from pages.parts.chart import chart
from pages.parts.errors import reported
from pages.parts.follow import follow
from pages.parts.look import quiet
from pages.parts.shell import go, link
from pages.parts.study_views import best_of, study_curves, study_html, study_mark

LOOK_EVERY = 2.0
"""Seconds between two looks."""


def watch_study(study: Study, words: Words) -> None:
    _ = words.gettext
    record = study.record()
    st.markdown(f"**{study_name(record.number, words)}**")
    said = _(
        "{rows} in {folds}, each fold predicted once by a model that learned from the others; then one model learns from all rows."
    )
    if record.repeats > 1:
        said = _(
            "{rows} in {folds}, each fold predicted once by a model that learned from the others, and this {repeats} times, divided otherwise; "
            "then one model learns from all rows."
        )
    quiet(
        said.format(
            folds=words.ngettext("{count} fold", "{count} folds", record.folds),
            rows=words.ngettext("{count} row", "{count} rows", record.rows),
            repeats=words.integer(record.repeats),
        )
    )
    st.fragment(_look)(study, words, study_mark(study))
    show_study_baselines(study, words)
    if st.button(_("New training"), key="new_training", icon=":material/add:"):
        del st.query_params["study"]
        st.rerun()


def _look(study: Study, words: Words, known: str) -> None:
    """known: the mark of when the page was drawn."""
    # It may have been deleted in another window.
    mark = study_mark(study) if study.folder.exists() else ""
    if mark != known:
        st.rerun()
    jobs = [job for run in study.runs() if (job := job_of(run)) is not None]
    wake(*jobs)
    of = (words.language, study.project_id, study.id)
    live = any(job.state in ("queued", "running") for job in jobs)
    if live:
        follow(("study", *of), study_html(study, words), mark, key=f"study_{study.id}", every=LOOK_EVERY)
    else:
        st.html(study_html(study, words))
    _buttons(study, [job.state for job in jobs], words)
    show_study_curves(study, words, live=live)


def _buttons(study: Study, states: list[str], words: Words) -> None:
    _ = words.gettext
    places = iter(st.columns(4))
    under_way = any(state in ("queued", "running") for state in states)
    if any(state == "done" for state in states) and next(places).button(
        _("See the results"),
        type="primary",
        icon=":material/arrow_forward:",
        key=f"results_{study.id}",
        width="stretch",
    ):
        go("results", study=study.id)
    if under_way and next(places).button(_("Stop all"), key=f"stop_{study.id}", width="stretch"):
        stop_all(study)
        st.rerun()
    if under_way and next(places).button(_("Pause all"), key=f"pause_{study.id}", width="stretch"):
        pause_all(study)
        st.rerun()
    if any(state in RESUMABLE for state in states):
        about = _("Every fold goes on from its last checkpoint; those that are done stay as they are.")
        if next(places).button(_("Resume all"), key=f"resume_{study.id}", help=about, width="stretch"):
            with reported():
                resume_all(study)
                st.rerun()
    if not under_way:
        with next(places):
            more_of_study(study, words)
    if under_way:
        quiet(_("You can close this page, the browser, even restart the server: the work goes on."))


def more_of_study(study: Study, words: Words) -> None:
    """What else can be done with all of it, behind one button: the bin."""
    _ = words.gettext
    with st.popover(_("More"), key=f"more_{study.id}", width="stretch"):
        about = _("Into the bin with all of its trainings, from which they can be taken back together for {days} days.")
        if st.button(
            _("Delete the cross-validation"),
            key=f"delete_{study.id}",
            help=about.format(days=words.integer(BIN_DAYS)),
            width="stretch",
        ):
            with reported():
                delete_study(study)
                go("jobs", study="")


def show_study_curves(study: Study, words: Words, *, live: bool = False) -> None:
    """Side by side, of the validation parts; live: they grow while folds work."""
    _ = words.gettext
    loss, drawn = study_curves(study, words)
    of = (words.language, study.project_id, study.id)
    title = _(best_of(study).title)
    left, right = st.columns(2)
    with left:
        st.markdown("**" + _("Loss on the validation part of each fold") + "**")
        alt = _("Curves of the validation loss over the epochs, one a fold.")
        chart(loss, words, key="study_loss", alt=alt, view=("study_loss", *of) if live else None)
    with right:
        st.markdown("**" + _("{figure} on the validation part of each fold").format(figure=title) + "**")
        alt = _("Curves of the figure by which the best epoch is chosen, one a fold.")
        chart(drawn, words, key="study_best", alt=alt, view=("study_best", *of) if live else None)


def belongs_to(run: Run, words: Words) -> None:
    """Of a run that is part of a cross-validation: the way to the whole."""
    study = study_of(run)
    if study is not None:
        said = words.gettext("All of {study}").format(study=study_name(study.record().number, words))
        link("train", said, study=study.id, icon=":material/arrow_back:")
