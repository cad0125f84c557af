"""One text asked on the Use page, and the answer of the model in the way of its task."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from core.data.columns import TaskName
from core.errors import UserError
from core.store.run import Run, RunRecord, open_run
from core.use.meaning import Meaning
from core.use.predictor import Predictor
from core.words import Words
from pages.parts.chart import chart
from pages.parts.errors import reported
from pages.parts.figures import probability_bars
from pages.parts.look import quiet
from pages.parts.matching_use import find_a_text, show_whether
from pages.parts.sheet import figures_row
from pages.parts.task_figures import scale_gauge, threshold_bars
from pages.parts.written_use import text_to_try, write_about


@st.cache_resource(max_entries=2, on_release=lambda predictor: predictor.close(), show_spinner=False)
def predictor_of(project_id: str, run_id: str) -> Predictor:
    return Predictor(open_run(project_id, run_id))


def try_it(run: Run, record: RunRecord, words: Words) -> None:
    """One text, and what the model says of it."""
    _ = words.gettext
    st.header(_("Try it"))
    if record.roles.task == "matching":
        find_a_text(run, predictor_of, words)
        st.subheader(_("Does this question belong to this text?"))
    if record.roles.task == "generation":
        write_about(run, record, predictor_of, words)
        return
    with st.form("try", border=False):
        text = text_to_try(record, words)
        question = st.text_input(_("Question"), key="try_question") if record.roles.reads_question else None
        # Where questions find their text, that is the first thing to do.
        kind: Literal["primary", "secondary"] = "secondary" if record.roles.task == "matching" else "primary"
        asked = st.form_submit_button(_asking(record.roles.task, words), type=kind)
    if asked:
        st.session_state["tried"] = (run.id, text, question)
    tried = st.session_state.get("tried")
    if tried is None or tried[0] != run.id:
        return
    with reported():
        if record.roles.task == "matching" and not (tried[2] or "").strip():
            raise UserError("question_empty")
        if not tried[1].strip():
            raise UserError("predict_empty")
        with st.spinner(_("Asking the model (a few seconds the first time)…")):
            predictor = predictor_of(run.project_id, run.id)
            outputs = predictor.probabilities(
                [tried[1].strip()], [(tried[2] or "").strip()] if record.roles.reads_question else None
            )[0]
        show_answer(predictor.meaning, list(map(float, outputs)), words)


def _asking(task: TaskName, words: Words) -> str:
    if task == "matching":
        return words.gettext("Does it belong?")
    return words.gettext("Give it a number") if task == "number" else words.gettext("Label this text")


def show_answer(meaning: Meaning, outputs: list[float], words: Words) -> None:
    """outputs: those of one text."""
    if meaning.task == "number":
        _number(meaning, outputs[0], words)
    elif meaning.task == "matching":
        show_whether(outputs[0], words)
    elif meaning.task == "several_labels":
        _several(meaning, outputs, words)
    else:
        _one(dict(zip(meaning.labels, outputs, strict=True)), words)


def _one(shares: dict[str, float], words: Words) -> None:
    _ = words.gettext
    best = max(shares, key=shares.__getitem__)
    figures_row([(_("Label"), best), (_("Probability"), words.percent(shares[best], 2))])
    alt = _("Bar chart of the probabilities; the likeliest label is {label}, {share}.").format(
        label=best, share=words.percent(shares[best])
    )
    chart(probability_bars(shares, words), words, key="probabilities", alt=alt)


def _several(meaning: Meaning, outputs: list[float], words: Words) -> None:
    """The labels that apply, and how far each is above or below its threshold."""
    _ = words.gettext
    applying = meaning.applying(outputs)
    said = ", ".join(applying) or _("none applies")
    figures_row([(words.ngettext("{count} label applies", "{count} labels apply", len(applying)), said)])
    shares = dict(zip(meaning.labels, outputs, strict=True))
    thresholds = dict(zip(meaning.labels, meaning.thresholds, strict=True))
    alt = _("Bar chart of the probabilities with the threshold of each label; what applies: {labels}.")
    chart(threshold_bars(shares, thresholds, words), words, key="probabilities", alt=alt.format(labels=said))
    quiet(_("The line across each bar is the probability from which the label applies, chosen on the validation part."))


def _number(meaning: Meaning, number: float, words: Words) -> None:
    _ = words.gettext
    assert meaning.scale is not None
    low, high = (words.number(bound) for bound in meaning.scale)
    figures_row(
        [(_("Number"), words.decimal(number, 2)), (_("Scale"), _("{low} to {high}").format(low=low, high=high))]
    )
    alt = _("The number {number} on the scale from {low} to {high}.")
    said = alt.format(number=words.decimal(number, 2), low=low, high=high)
    chart(scale_gauge(number, meaning.scale, words), words, key="number", alt=said)
