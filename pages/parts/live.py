"""A run at work: phase, step, time left, curves that grow in place, and what can be done with it."""

from __future__ import annotations

import streamlit as st

from core.jobs.job_words import ended_of, reason_of
from core.jobs.overview import Look
from core.store.job_folder import ENDED, State
from core.store.run import Run
from core.train.tasks import Task, task_of
from core.words import N_, Words
from pages.parts.chart import chart
from pages.parts.errors import show_error
from pages.parts.figures import both_curves
from pages.parts.follow import follow
from pages.parts.job_actions import (
    can_resume,
    change_button,
    from_where,
    more,
    needs_other_settings,
    report,
    resume_button,
    resume_now,
    stop_buttons,
)
from pages.parts.look import quiet
from pages.parts.pulse import growing_curves, look_at
from pages.parts.reading_curve import reading_curve, reading_points
from pages.parts.shell import go
from pages.parts.views import log_html, machine_html, progress_html, progress_mark
from pages.parts.written import samples_html

LOOK_EVERY = 2.0
"""Seconds between two looks at a run."""


def state_in(seen: Look | None) -> State:
    return seen.job.state if seen is not None else "interrupted"


def watch(run: Run, words: Words) -> None:
    """The run; while it works, the browser looks again and again, and the script runs when there is something else to do."""
    seen = look_at(run)
    st.fragment(_look)(run, words, state_in(seen) not in ENDED)
    if seen is not None:
        # Apart: a text that changes every second cannot be copied.
        st.fragment(report)(seen, words)


def _look(run: Run, words: Words, works: bool) -> None:
    """works: as it was when the page was drawn."""
    seen = look_at(run)
    state = state_in(seen)
    if works and state in ENDED:
        # The whole page once more, also what stands beside this.
        st.rerun()
    if seen is None or state in ENDED:
        how_it_ended(run, seen, words)
    else:
        _at_work(run, seen, words)
    show_curves(run, words, live=works)
    if works and run.record().roles.task == "generation":
        _samples(run, words)
    if seen is not None:
        _log(run, seen, words, live=works)


def _at_work(run: Run, seen: Look, words: Words) -> None:
    _ = words.gettext
    of = (words.language, run.project_id, run.id)
    html, mark = progress_html(seen, words), progress_mark(seen)
    follow(("progress", *of), html, mark, key=f"progress_{run.id}", every=LOOK_EVERY)
    stop_buttons(seen, words)
    if seen.job.state == "running":
        with st.expander(_("What the machine has left"), key=f"machine_{seen.job.id}", on_change="rerun") as left:
            if left.open:
                held = machine_html([seen.heartbeat], words)
                follow(("machine", *of), held, mark, key=f"meter_{run.id}", every=LOOK_EVERY)


def _samples(run: Run, words: Words) -> None:
    """What it writes about the same rows, evaluation by evaluation."""
    st.markdown("**" + words.gettext("What it asks by now") + "**")
    view = ("samples", words.language, run.project_id, run.id)
    follow(view, samples_html(run.samples(), words), "", key=f"samples_{run.id}", every=LOOK_EVERY)


def _log(run: Run, seen: Look, words: Words, *, live: bool) -> None:
    """The end of the log; read only while somebody has it open."""
    with st.expander(words.gettext("Last lines of the log"), key=f"log_{seen.job.id}", on_change="rerun") as lines:
        if lines.open and live:
            view = ("log", words.language, run.project_id, run.id)
            follow(view, log_html(seen, words), progress_mark(seen), key=f"lines_{run.id}", every=LOOK_EVERY)
        elif lines.open:
            st.html(log_html(seen, words))


def show_curves(run: Run, words: Words, *, live: bool = False) -> None:
    """Loss and the task's best figure side by side; the same nodes for the whole life of the page. live: they grow while the run works."""
    _ = words.gettext
    task = task_of(run.record().roles)
    loss, score = (
        growing_curves(run.project_id, run.id, words) if live else both_curves(run.metrics(), task.best, words)
    )
    of = (words.language, run.project_id, run.id)
    show_reading(run, words, live=live)
    left, right = st.columns(2)
    with left:
        st.markdown("**" + _("Loss") + "**", help=_(about_loss(task)))
        alt = _("Curves of the loss over the epochs, training and validation.")
        chart(loss, words, key="curve_loss", alt=alt, view=("loss", *of) if live else None)
    with right:
        st.markdown("**" + _(task.best.title) + "**", help=_(task.best.about))
        alt = _("Curve over the epochs, validation: {figure}.").format(figure=_(task.best.title))
        chart(score, words, key="curve_score", alt=alt, view=("score", *of) if live else None)


def show_reading(run: Run, words: Words, *, live: bool = False) -> None:
    """Nothing for a training that reads no texts beforehand. live: it grows while the run works."""
    points = run.metrics()
    if not run.record().settings.get("pretraining_epochs") or not (live or reading_points(points)):
        return
    _ = words.gettext
    about = _(
        "Before it learns your labels, the model reads your texts with some words hidden and guesses them. The loss says how far off its "
        "guesses are: when it falls, the model gets to know your vocabulary. What it learns of the labels begins below."
    )
    st.markdown("**" + _("Getting to know your texts (guessing hidden words)") + "**", help=about)
    alt = _("Curve of the loss of the guessed words over the epochs of reading.")
    view = ("reading", words.language, run.project_id, run.id) if live else None
    chart(reading_curve(points, words), words, key="curve_reading", alt=alt, view=view)


def about_loss(task: Task) -> str:
    """An English msgid."""
    if task.name == "number":
        return N_(
            "How wrong the model is: the mean of the squared errors, the scale counted from 0 to 1. Lower is better. "
            "If validation rises while training falls, it learns by heart."
        )
    return N_(
        "How wrong the model is, in nats: lower is better. "
        "If validation rises while training falls, it learns by heart."
    )


def how_it_ended(run: Run, seen: Look | None, words: Words, *, offer: bool = True) -> None:
    """One sentence, and with `offer` the next step."""
    _ = words.gettext
    state = state_in(seen)
    if seen is None:
        st.warning(_("The launch of this training was cut off. Resume it: it starts from the beginning."))
    elif state == "failed":
        show_error(reason_of(seen.job))
    else:
        box = {"done": st.success, "interrupted": st.warning}.get(state, st.success if run.has_model() else st.info)
        box(ended_of(seen, words))
    if not offer:
        return
    next_step, others, _rest = st.columns([3, 1.6, 3.4])
    with next_step:
        if run.has_model() and st.button(
            _("See the results"),
            type="primary",
            icon=":material/arrow_forward:",
            key=f"results_{run.id}",
            width="stretch",
        ):
            go("results", run=run.id)
        if seen is not None:
            elsewise = needs_other_settings(seen)
            if elsewise:
                change_button(seen, words, primary=True)
            pressed = resume_button(seen, words, primary=not (run.has_model() or elsewise))
        else:
            # Its launch was cut off between the folder and the queue.
            pressed = st.button(_("Resume"), key=f"resume_{run.id}", type="primary", width="stretch")
    if pressed:
        resume_now(run)
    if seen is None:
        return
    with others:
        more(seen, words)
    if can_resume(seen):
        quiet(from_where(seen, words))
