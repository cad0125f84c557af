"""Use: try the model, label a table, take the model away."""

from __future__ import annotations

import streamlit as st

from core.data.joining import join_parts
from core.errors import UserError
from core.jobs.job_words import name_of
from core.store.run import Run, RunRecord, list_runs, open_run
from core.use.bundle import bundle_path, pack
from core.use.predictor import Predictor
from core.words import NO_BREAK_SPACE, Words
from pages.parts.chart import chart
from pages.parts.errors import reported
from pages.parts.figures import probability_bars
from pages.parts.label_table import label_a_table
from pages.parts.look import lead, quiet
from pages.parts.plain import plain
from pages.parts.pulse import look_at
from pages.parts.routes import download_address
from pages.parts.sheet import figures_row
from pages.parts.shell import begin, link


@st.cache_resource(max_entries=2, on_release=lambda predictor: predictor.close(), show_spinner=False)
def predictor_of(project_id: str, run_id: str) -> Predictor:
    return Predictor(open_run(project_id, run_id))


def try_it(run: Run, record: RunRecord, words: Words) -> None:
    """One text, and the probability of each label."""
    _ = words.gettext
    st.header(_("Try it"))
    with st.form("try", border=False):
        text = _text_to_try(record, words)
        question = st.text_input(_("Question"), key="try_question") if record.roles.question else None
        asked = st.form_submit_button(_("Label this text"), type="primary")
    if asked:
        st.session_state["tried"] = (run.id, text, question)
    tried = st.session_state.get("tried")
    if tried is None or tried[0] != run.id:
        return
    with reported():
        if not tried[1].strip():
            raise UserError("predict_empty")
        with st.spinner(_("Asking the model (a few seconds the first time)…")):
            predictor = predictor_of(run.project_id, run.id)
            shares = predictor.probabilities(
                [tried[1].strip()], [(tried[2] or "").strip()] if record.roles.question else None
            )[0]
        found = dict(zip(predictor.labels, map(float, shares), strict=True))
        best = max(found, key=found.__getitem__)
        figures_row([(_("Label"), best), (_("Probability"), words.percent(found[best], 2))])
        alt = _("Bar chart of the probabilities; the likeliest label is {label}, {share}.").format(
            label=best, share=words.percent(found[best])
        )
        chart(probability_bars(found, words), words, key="probabilities", alt=alt)


def _text_to_try(record: RunRecord, words: Words) -> str:
    """One field; one for each column where the texts of the training were made of several."""
    _ = words.gettext
    like_yours = _("Type or paste a text like those of your table.")
    if not record.roles.text_more:
        return st.text_area(_("Text"), height=110, placeholder=like_yours, key="try_text")
    parts = [
        st.text_area(plain(column), height=80, placeholder=like_yours, key=f"try_text_{place}")
        for place, column in enumerate(record.roles.texts)
    ]
    return join_parts(*([part] for part in parts))[0]


def take_away(run: Run, record: RunRecord, words: Words) -> None:
    """The zip, as a link to a file on the disk."""
    _ = words.gettext
    st.header(_("Take the model away"))
    if not bundle_path(run).exists():
        with st.spinner(_("Packing the model…")):
            pack(run)
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
    names = {run.id: name_of(run, look_at(run), words) + NO_BREAK_SPACE + accuracy(run, words) for run in runs}
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


def accuracy(run: Run, words: Words) -> str:
    figures = (run.result() or {}).get("test")
    return f"({words.percent(figures['accuracy'])})" if figures else ""


page()
