"""Use: try the model, label a table, take the model away."""

from __future__ import annotations

import streamlit as st

from core.jobs.job_words import name_of
from core.store.run import Run, RunRecord, list_runs, open_run
from core.train.tasks import task_of
from core.use.bundle import at_hand, bundle_path, is_current
from core.words import NO_BREAK_SPACE, Words
from pages.parts.label_table import label_a_table
from pages.parts.look import lead, quiet
from pages.parts.pulse import look_at
from pages.parts.routes import download_address
from pages.parts.shell import begin, link
from pages.parts.task_words import in_brief
from pages.parts.try_it import try_it


def take_away(run: Run, record: RunRecord, words: Words) -> None:
    """The zip, as a link to a file on the disk."""
    _ = words.gettext
    st.header(_("Take the model away"))
    if not is_current(run):
        with st.spinner(_("Packing the model…")):
            at_hand(run)
    size = words.size(bundle_path(run).stat().st_size)
    name = f"parafine-{record.number}.zip"
    label = _("Download the model ({size})").format(size=size)
    st.html(f"<a class='download' href='{download_address(bundle_path(run), name)}' download='{name}'>{label}</a>")
    quiet(
        _(
            "A zip with the weights (safetensors), the tokenizer, a card with the real figures, and predict.py, which needs transformers alone."
        )
    )


def page() -> None:
    here = begin()
    words, project = here.words, here.project
    assert project is not None
    _ = words.gettext
    st.title(_("Use"))
    runs = [run for run in list_runs(project.id) if run.has_model()]
    if not runs:
        lead(_("There is no trained model yet in this project."))
        link("train", _("Launch a first training"), icon=":material/arrow_forward:")
        return
    identifiers = [run.id for run in runs]
    chosen = here.run.id if here.run is not None and here.run.id in identifiers else identifiers[0]
    names = {run.id: name_of(run, look_at(run), words) + NO_BREAK_SPACE + reached(run, words) for run in runs}
    picked = st.selectbox(
        _("Model"), identifiers, index=identifiers.index(chosen), format_func=names.__getitem__, key=f"model_{chosen}"
    )
    if picked != st.query_params.get("run"):
        st.query_params["run"] = picked
        if picked != chosen:
            st.rerun()
    run = open_run(project.id, picked)
    record = run.record()
    try_it(run, record, words)
    label_a_table(run, record, words)
    take_away(run, record, words)


def reached(run: Run, words: Words) -> str:
    """The first figure of its task, named where it is not the accuracy."""
    figures = (run.result() or {}).get("test")
    if not figures:
        return ""
    task = task_of(run.record().roles)
    alone = task.figures[0].shown(figures[task.figures[0].name], words)
    return f"({alone})" if task.name == "classes" else f"({in_brief(task, figures, words)})"


page()
