"""A run at work: phase, step, time left, curves that grow in place, and a stop that keeps what was learned."""

from __future__ import annotations

import streamlit as st

from core.errors import SENTENCES, UserError
from core.jobs.launch import state_of, stop
from core.jobs.queue import job_of
from core.store.run import ENDED, Phase, Progress, Run, State
from core.words import N_, Words
from pages.parts.chart import chart
from pages.parts.errors import show_error
from pages.parts.figures import curves
from pages.parts.look import quiet
from pages.parts.shell import go

LOOK_EVERY = 1.0
"""Seconds between two looks at a run."""

PHASES: dict[Phase, str] = {
    "waiting": N_("Waiting for its turn"),
    "reading": N_("Starting"),
    "loading": N_("Loading the model"),
    "tokenising": N_("Cutting the texts into word pieces"),
    "probing": N_("First guess of the labels"),
    "training": N_("Training"),
    "evaluating": N_("Measuring on the test part"),
    "saving": N_("Saving the model"),
    "over": N_("Over"),
}
STATES: dict[State, str] = {
    "queued": N_("waiting"),
    "running": N_("under way"),
    "done": N_("done"),
    "stopped": N_("stopped"),
    "failed": N_("failed"),
    "interrupted": N_("interrupted"),
}


def watch(run: Run, words: Words) -> None:
    """The run, looked at every second while it works, and once when it is over."""
    every = None if state_of(run) in ENDED else LOOK_EVERY
    st.fragment(_look, run_every=every)(run, words, every is not None)


def _look(run: Run, words: Words, live: bool) -> None:
    _ = words.gettext
    state = state_of(run)
    if live and state in ENDED:
        # The whole page once more: the timer ends, and the next step is offered.
        st.rerun()
    progress = run.progress()
    if state in ENDED:
        how_it_ended(run, state, words)
    else:
        _at_work(run, state, progress, words)
    points = run.metrics()
    show_curves(points, words)


def _at_work(run: Run, state: State, progress: Progress, words: Words) -> None:
    _ = words.gettext
    phase = "waiting" if state == "queued" else progress.phase
    share = progress.step / progress.steps if progress.steps and phase == "training" else 0.0
    said = _(PHASES[phase])
    if phase == "training" and progress.steps:
        facts = _("step {step} of {steps} · epoch {epoch} of {epochs}").format(
            step=words.integer(progress.step),
            steps=words.integer(progress.steps),
            epoch=words.decimal(progress.epoch, 1),
            epochs=words.integer(progress.epochs),
        )
        said = f"**{said}** · {facts}"
        if progress.seconds_left is not None:
            said += " · " + _("about {duration} left").format(duration=words.duration(progress.seconds_left))
    else:
        said = f"**{said}**…"
    st.progress(min(share, 1.0), text=said)
    asked = run.stop_request.exists()
    button, remark = st.columns([3, 5], vertical_alignment="center")
    if button.button(_("Stop and keep what was learned"), disabled=asked, key=f"stop_{run.id}", width="stretch"):
        stop(run)
        st.rerun()
    with remark:
        quiet(
            _("Stopping: the best model so far is being saved.")
            if asked
            else _("You can close this page, the browser, even restart the server: the training goes on.")
        )


def show_curves(points: list[dict[str, object]], words: Words) -> None:
    """Loss and macro-F1 side by side; the same nodes for the whole life of the page."""
    _ = words.gettext
    left, right = st.columns(2)
    with left:
        st.markdown(
            "**" + _("Loss") + "**",
            help=_(
                "How wrong the model is, in nats: lower is better. "
                "If validation rises while training falls, it learns by heart."
            ),
        )
        alt = _("Curves of the loss over the epochs, training and validation.")
        chart(curves(points, "loss", words, _("loss")), words, key="curve_loss", alt=alt)
    with right:
        st.markdown(
            "**" + _("Macro-F1") + "**",
            help=_(
                "Mean over the labels of how well each is found and not confused, from 0 to 100%. "
                "A rare label counts as much as a frequent one."
            ),
        )
        alt = _("Curve of the macro-F1 over the epochs, validation.")
        chart(curves(points, "macro_f1", words, _("macro-F1")), words, key="curve_macro_f1", alt=alt)


def how_it_ended(run: Run, state: State, words: Words, *, offer: bool = True) -> None:
    """One sentence, and with `offer` the next step."""
    _ = words.gettext
    if state == "done":
        result = run.result() or {}
        early = " " + _("It ended early: validation no longer improved.") if result.get("ended_early") else ""
        st.success(
            _("The training is over, in {duration}.").format(duration=words.duration(result.get("seconds", 0))) + early
        )
    elif state == "stopped" and run.has_model():
        st.success(_("Stopped. The best model so far was kept and can be used."))
    elif state == "stopped":
        st.info(_("Stopped before anything was learned: there is no model."))
    elif state == "interrupted":
        st.warning(
            _(
                "The training was cut off (the machine stopped, or its process was ended). Its settings are kept: launch it again."
            )
        )
    else:
        show_reason(run)
    if (
        offer
        and run.has_model()
        and st.button(_("See the results"), type="primary", icon=":material/arrow_forward:", key=f"results_{run.id}")
    ):
        go("results", run=run.id)
    if not run.has_model():
        with st.expander(_("Last lines of the log")):
            st.code(last_lines(run), language=None)


def show_reason(run: Run) -> None:
    job = job_of(run)
    reason = (job.reason if job else None) or {}
    code = reason.get("code")
    if code in SENTENCES:
        show_error(UserError(code, **reason["facts"]))
    else:
        show_error(UserError("worker_failed", reference=run.id))


def last_lines(run: Run, count: int = 15) -> str:
    try:
        text = run.log.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return ""
    return "\n".join(text.splitlines()[-count:])
