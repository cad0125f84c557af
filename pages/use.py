"""Use: try the model, label a table, take the model away."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.data.columns import Roles, guess_roles
from core.data.reading import read
from core.errors import UserError
from core.store.run import Run, RunRecord, list_runs, open_run
from core.use.bundle import bundle_path, pack
from core.use.predictor import Predictor, with_predictions
from core.words import NO_BREAK_SPACE, Words
from pages.parts.aside import show_set_aside
from pages.parts.chart import chart
from pages.parts.errors import reported
from pages.parts.figures import probability_bars
from pages.parts.look import lead, quiet
from pages.parts.plain import plain
from pages.parts.routes import download_address
from pages.parts.sheet import figures_row, sheet
from pages.parts.shell import begin, link

SHOWN = 20
"""Rows of predictions shown; the file has all."""


@st.cache_resource(max_entries=2, on_release=lambda predictor: predictor.close(), show_spinner=False)
def predictor_of(project_id: str, run_id: str) -> Predictor:
    return Predictor(open_run(project_id, run_id))


def try_it(run: Run, record: RunRecord, words: Words) -> None:
    """One text, and the probability of each label."""
    _ = words.gettext
    st.header(_("Try it"))
    with st.form("try", border=False):
        text = st.text_area(
            _("Text"), height=110, placeholder=_("Type or paste a text like those of your table."), key="try_text"
        )
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


def label_a_table(run: Run, record: RunRecord, words: Words) -> None:
    """A CSV in, the same CSV with predictions out."""
    _ = words.gettext
    st.header(_("Label a table"))
    file = st.file_uploader(_("Table to label (CSV)"), key=f"table_{run.id}")
    if file is None:
        return
    with reported():
        content = file.getvalue()
        with st.spinner(_("Reading “{name}” ({size})…").format(name=plain(file.name), size=words.size(file.size))):
            reading = read(content, file.name, columns_needed=2 if record.roles.question else 1)
        show_set_aside([row.shown() for row in reading.set_aside], words)
        roles = columns_of(reading.table, record, words)
        key = (run.id, file.file_id, roles)
        if st.button(
            _("Label {rows}").format(rows=words.ngettext("{count} row", "{count} rows", len(reading.table))),
            key="label_table",
        ):
            st.session_state["labelled"] = (key, predict(run, reading.table, roles, words))
        held = st.session_state.get("labelled")
        if held is not None and held[0] == key:
            show_predictions(run, held[1], roles, file.name, reading.dialect.delimiter, words)


def columns_of(table: pd.DataFrame, record: RunRecord, words: Words) -> Roles:
    """The columns to read: those of the training when they are there, else guessed; changed by hand."""
    _ = words.gettext
    names = list(table.columns)
    guess = guess_roles(table)
    wanted = record.roles
    text = wanted.text if wanted.text in names else guess.text
    label = wanted.label if wanted.label in names else None
    question = None
    columns = st.columns(2)
    with columns[0]:
        text = st.selectbox(_("Text"), names, index=names.index(text), key=f"use_text_{text}")
    if wanted.question:
        proposed = wanted.question if wanted.question in names else guess.question or names[-1]
        with columns[1]:
            question = st.selectbox(_("Question"), names, index=names.index(proposed), key=f"use_question_{proposed}")
    if question == text:
        raise UserError("same_column_twice", column=text)
    return Roles(text=text, question=question, label=label if label not in (text, question) else None)


def predict(run: Run, table: pd.DataFrame, roles: Roles, words: Words) -> pd.DataFrame:
    """The table with predictions, in chunks, with a bar."""
    _ = words.gettext
    predictor = predictor_of(run.project_id, run.id)
    bar = st.progress(0.0, text=_("Loading the model…"))

    def progressed(done: int) -> None:
        said = _("{done} of {rows} rows").format(done=words.integer(done), rows=words.integer(len(table)))
        bar.progress(done / len(table), text=said)

    texts = table[roles.text].astype(str).str.strip().tolist()
    questions = table[roles.question].astype(str).str.strip().tolist() if roles.question else None
    shares = predictor.probabilities(texts, questions, progressed)
    bar.empty()
    return with_predictions(table, shares, predictor.labels)


def show_predictions(run: Run, labelled: pd.DataFrame, roles: Roles, name: str, delimiter: str, words: Words) -> None:
    """How far they agree with the labels of the table, when it has some; a glance; the file."""
    _ = words.gettext
    added = [column for column in labelled.columns if column.startswith(("prediction", "probability"))][-2:]
    if roles.label is not None:
        rows = labelled[labelled[roles.label].astype(str).str.strip() != ""]
        if len(rows):
            gold = rows[roles.label].astype(str).str.strip().tolist()
            figures = predictor_of(run.project_id, run.id).figures(gold, rows[added[0]].tolist())
            quiet(
                _(
                    "This table has labels of its own (column “{column}”): here is how far the predictions agree."
                ).format(column=roles.label)
            )
            figures_row(
                [
                    (_("Accuracy"), words.percent(figures["accuracy"])),
                    (_("Macro-F1"), words.percent(figures["macro_f1"])),
                    (_("Rows measured"), words.integer(len(rows))),
                ]
            )
    columns = [
        roles.text,
        *([roles.question] if roles.question else []),
        *([roles.label] if roles.label else []),
        *added,
    ]
    cells = [
        [*map(str, row[:-1]), words.percent(float(row[-1]))]
        for row in labelled.head(SHOWN)[columns].itertuples(index=False)
    ]
    with st.container(height=400, border=True):
        headers = [*columns[:-2], _("Prediction"), _("Probability")]
        sheet(headers, cells, numbers=frozenset({len(columns) - 1}))
    if len(labelled) > SHOWN:
        quiet(
            _("The first {shown} of {rows} rows; the file has them all.").format(
                shown=words.integer(SHOWN), rows=words.integer(len(labelled))
            )
        )
    if len(labelled.columns) - len(added) == 1:
        # The file had one column and so no delimiter of its own: the one that this person's spreadsheet expects.
        delimiter = ";" if words.language == "fr" else ","
    content = labelled.to_csv(index=False, sep=delimiter, lineterminator="\n").encode("utf-8-sig")
    st.download_button(
        _("Download the predictions (CSV)"),
        content,
        file_name=f"{name.rsplit('.', 1)[0]}-predictions.csv",
        mime="text/csv",
        type="primary",
    )


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
    names = {
        run.id: _("Training {number}").format(number=run.record().number) + NO_BREAK_SPACE + accuracy(run, words)
        for run in runs
    }
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
