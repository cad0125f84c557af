"""A run at work: phase, step, time left, curves that grow in place, and what can be done with it."""

from __future__ import annotations

import streamlit as st

from core.jobs.control import wake
from core.jobs.job_words import ended_of, left_of, phase_of, reason_of, share_of, step_of
from core.jobs.overview import Look, look, project_names
from core.jobs.queue import Job, job_of, waiting_in_order
from core.store.job_folder import ENDED, State
from core.store.run import Run
from core.words import Words
from pages.parts.chart import chart
from pages.parts.errors import show_error
from pages.parts.figures import Figure, curves
from pages.parts.job_actions import (
    can_resume,
    change_button,
    from_where,
    log,
    more,
    needs_other_settings,
    report,
    resume_button,
    resume_now,
    stop_buttons,
)
from pages.parts.look import quiet
from pages.parts.meter import meter
from pages.parts.shell import go

LOOK_EVERY = 1.0
"""Seconds between two looks at a run."""


def look_at(run: Run) -> Look | None:
    """The run's job as it is now; None when it was never queued. A job that nobody works on gets a supervisor."""
    job = job_of(run)
    if job is None:
        return None
    wake(job)
    return look(job, project_names())


def state_in(seen: Look | None) -> State:
    return seen.job.state if seen is not None else "interrupted"


def watch(run: Run, words: Words) -> None:
    """The run, looked at every second while it works, and once when it is over."""
    seen = look_at(run)
    every = None if state_in(seen) in ENDED else LOOK_EVERY
    # The first look is of this moment: after a click, what was seen a second ago is no longer true.
    st.fragment(_look, run_every=every)(run, words, every is not None, [seen])
    if seen is not None:
        # Apart: a text that changes every second cannot be copied.
        st.fragment(report)(seen, words)


def _look(run: Run, words: Words, live: bool, first: list[Look | None]) -> None:
    seen = first.pop() if first else seen_of(run.project_id, run.id)
    state = state_in(seen)
    if live and state in ENDED:
        # The whole page once more: the timer ends, and the next step is offered.
        st.rerun()
    if seen is None or state in ENDED:
        how_it_ended(run, seen, words)
    else:
        _at_work(seen, words)
    show_curves(*figures_of(run.project_id, run.id, words.language), words)
    if seen is not None:
        log(seen, words)


@st.cache_data(ttl=LOOK_EVERY * 0.9, max_entries=50, show_spinner=False)
def seen_of(project_id: str, run_id: str) -> Look | None:
    """One look a second at a run, however many people watch it."""
    return look_at(Run(project_id, run_id))


@st.cache_data(ttl=LOOK_EVERY * 0.9, max_entries=50, show_spinner=False)
def figures_of(project_id: str, run_id: str, language: str) -> tuple[Figure, Figure]:
    """The curves of a run, read and drawn up once a second however many people watch it."""
    return both_curves(Run(project_id, run_id).metrics(), Words(language))


def both_curves(points: list[dict[str, object]], words: Words) -> tuple[Figure, Figure]:
    """Loss and macro-F1."""
    _ = words.gettext
    return curves(points, "loss", words, _("loss")), curves(points, "macro_f1", words, _("macro-F1"))


def _at_work(seen: Look, words: Words) -> None:
    _ = words.gettext
    progress, state = seen.progress, seen.job.state
    said = f"**{phase_of(state, progress, words)}**"
    facts = [fact for fact in (step_of(progress, words), left_of(progress, words)) if fact and state == "running"]
    said += "".join(f" · {fact}" for fact in facts) if facts else "…"
    st.progress(share_of(progress) if state == "running" else 0.0, text=said)
    if state == "queued":
        before = _before(seen.job)
        if before:
            quiet(words.ngettext("{count} job is before it.", "{count} jobs are before it.", before))
    stop_buttons(seen, words)
    if state == "running":
        with st.expander(_("What the machine has left"), key=f"machine_{seen.job.id}", on_change="rerun") as left:
            if left.open:
                meter(words, [seen.heartbeat])


def _before(job: Job) -> int:
    """Jobs that wait for the same devices and will be taken before this one."""
    same = [each for each in waiting_in_order() if each.kind == job.kind]
    return next((place for place, each in enumerate(same) if each.id == job.id), 0)


def show_curves(loss: Figure, macro_f1: Figure, words: Words) -> None:
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
        chart(loss, words, key="curve_loss", alt=alt)
    with right:
        st.markdown(
            "**" + _("Macro-F1") + "**",
            help=_(
                "Mean over the labels of how well each is found and not confused, from 0 to 100%. "
                "A rare label counts as much as a frequent one."
            ),
        )
        alt = _("Curve of the macro-F1 over the epochs, validation.")
        chart(macro_f1, words, key="curve_macro_f1", alt=alt)


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
