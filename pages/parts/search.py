"""A search: how far it is, what its trials reached, which settings matter; and its best ones into the form."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core.errors import UserError
from core.jobs.job_words import ended_of, reason_of, search_name
from core.jobs.overview import Look
from core.jobs.search_words import TRIAL_STATES, figure_title, score_words, value_words
from core.models.catalogue import display_name
from core.store.draft import keep_draft, read_draft
from core.store.job_folder import ENDED
from core.store.project import Project, open_project
from core.store.search import Search, list_searches, open_search
from core.train.search_space import DIMENSIONS, with_values
from core.train.settings import Settings
from core.words import Words
from pages.parts.chart import chart
from pages.parts.errors import show_error
from pages.parts.follow import follow
from pages.parts.job_actions import can_resume, from_where, more, resume_button, resume_now
from pages.parts.look import quiet
from pages.parts.parallel_figure import parallel_figure
from pages.parts.pulse import look_at
from pages.parts.search_figures import best_html, importance_figure, trial_curve, trials_figure
from pages.parts.settings_fields import in_the_form
from pages.parts.settings_form import PRESETS
from pages.parts.sheet import sheet
from pages.parts.shell import go, open_search_page
from pages.parts.working import LOOK_EVERY, show_progress


def search_in_address(project: Project) -> Search | None:
    """The search that the URL names."""
    identifier = st.query_params.get("search")
    if not identifier:
        return None
    try:
        return open_search(project.id, identifier)
    except UserError as error:
        show_error(error)
        del st.query_params["search"]
        return None


def show_search(search: Search, words: Words) -> None:
    """Everything about one search, live while it works."""
    _ = words.gettext
    record = search.record()
    st.header(search_name(record.number, words))
    budget = (
        words.ngettext("{count} trial", "{count} trials", record.trials)
        if record.trials is not None
        else words.ngettext("{count} minute", "{count} minutes", round(record.minutes or 0))
    )
    quiet(
        _("{budget} · from {model} · judged by {figure} on {rows}").format(
            budget=budget,
            model=display_name(Settings.model_validate(record.run.settings).model, search.project_id, words),
            figure=figure_title(record, words),
            rows=words.ngettext(
                "{count} validation row", "{count} validation rows", record.run.parts.get("validation", 0)
            ),
        )
    )
    seen = look_at(search)
    works = seen is not None and seen.job.state not in ENDED
    st.fragment(_look)(search, words, works)
    if not works:
        _show_findings(search, words)
    if st.button(_("New training"), key="new_training", icon=":material/add:"):
        go("train", project=search.project_id)


def _look(search: Search, words: Words, works: bool) -> None:
    """works: as it was when the page was drawn."""
    _ = words.gettext
    seen = look_at(search)
    if works and (seen is None or seen.job.state in ENDED):
        st.rerun()
    of = (words.language, search.project_id, search.id)
    if works and seen is not None:
        show_progress(seen, words)
        follow(("best_trial", *of), best_html(search, words), "", key=f"best_{search.id}", every=LOOK_EVERY)
    elif seen is not None:
        _how_it_ended(search, seen, words)
        st.html(best_html(search, words, is_over=seen.job.state == "done"))
    left, right = st.columns([3, 2]) if works else (st.container(), None)
    with left:
        st.markdown("**" + _("What each trial reached") + "**")
        alt = _("Dots: the score of each trial on validation. Line: the best so far.")
        view = ("trials", *of) if works else None
        chart(trials_figure(search, words), words, key=f"trials_{search.id}", alt=alt, view=view)
    if right is not None:
        with right:
            st.markdown("**" + _("The newest trial") + "**")
            alt = _("Curve of the score of the newest trial over its epochs, on validation.")
            chart(trial_curve(search, words), words, key=f"newest_{search.id}", alt=alt, view=("trial_curve", *of))


def _how_it_ended(search: Search, seen: Look, words: Words) -> None:
    _ = words.gettext
    state, best = seen.job.state, search.findings().best
    if state == "failed":
        show_error(reason_of(seen.job))
    else:
        (st.success if state == "done" else st.warning)(ended_of(seen, words))
    if can_resume(seen):
        taking, resuming, others, _rest = st.columns([3.8, 2, 1.6, 0.8])
    else:
        taking, others, resuming, _rest = st.columns([3.8, 1.6, 2, 0.8])
    with taking:
        if best is not None:
            st.button(
                _("Take the best settings"),
                type="primary",
                icon=":material/input:",
                key=f"take_{search.id}",
                on_click=partial(take_best, search),
                help=_(
                    "Puts them into the form of the Train page; the training that you launch there is measured on the test part."
                ),
                width="stretch",
            )
    if st.session_state.pop("search_taken", None) == search.id:
        go("train", project=search.project_id)
    with resuming:
        pressed = resume_button(seen, words, from_where(seen, words), primary=best is None)
    with others:
        more(seen, words)
    if pressed:
        resume_now(search)


def take_best(search: Search) -> None:
    """Puts the best settings into the form of the project, before any page is drawn."""
    best = search.findings().best
    if best is None:
        return
    base = Settings.model_validate(search.record().run.settings)
    settings = with_values(base, best.values)
    preset = base.preset if base.preset in PRESETS else "balanced"
    changed = in_the_form(settings)
    project = open_project(search.project_id)
    taken = {"preset": preset, "model": base.model, "changed": changed, "paraphrases": base.paraphrases}
    keep_draft(project, read_draft(project).model_copy(update=taken))
    # What was typed into the form before would outweigh what it now proposes.
    for key in [
        key for key in st.session_state if any(str(key).startswith(f"{name}_{search.project_id}") for name in changed)
    ]:
        del st.session_state[key]
    st.session_state["search_taken"] = search.id


def _show_findings(search: Search, words: Words) -> None:
    """Which settings go with which scores, which of them matter, and every trial."""
    _ = words.gettext
    record, findings = search.record(), search.findings()
    if findings.best is not None:
        quiet(
            _(
                "The best of many trials owes part of its score to luck with the validation rows. What its settings are worth, the test "
                "part says, once you launch them."
            )
        )
    measured = [line for line in findings.trials if line.score is not None]
    if len(measured) > 1:
        st.header(_("Which settings reached what"))
        alt = _("Each line is a trial, through the value of each setting to its score; the best one is the thick line.")
        chart(parallel_figure(search, words), words, key=f"parallel_{search.id}", alt=alt)
    if findings.importance:
        st.header(_("What matters most"))
        alt = _("Bars: the share of the differences between the scores that each setting explains.")
        chart(importance_figure(findings.importance, words), words, key=f"importance_{search.id}", alt=alt)
        quiet(
            _(
                "Share of the differences between the scores that each setting explains, within its bounds. With few trials this is a hint, "
                "no more: a search of other bounds may say otherwise."
            )
        )
    if findings.trials:
        st.header(_("All trials"))
        names = list(record.space)
        with st.container(key="trials"):
            sheet(
                [
                    _("Trial"),
                    *(_(DIMENSIONS[name].title) for name in names),
                    figure_title(record, words),
                    _("State"),
                    _("Duration"),
                ],
                [
                    [
                        words.integer(line.place + 1),
                        *(value_words(name, line.values[name], words) for name in names),
                        score_words(record, line.score, words),
                        _(TRIAL_STATES[line.state]),
                        words.duration(line.seconds),
                    ]
                    for line in findings.trials
                ],
                numbers=frozenset({len(names) + 1, len(names) + 3}),
                whole=frozenset(range(len(names) + 1)),
            )


def show_searches(project: Project, words: Words) -> None:
    """The searches of a project, each in a line of its own: their trials are no trainings of the list."""
    _ = words.gettext
    searches = list_searches(project.id)
    if not searches:
        return
    with st.expander(_("Searches for the best settings"), icon=":material/travel_explore:"):
        for search in searches:
            record, findings = search.record(), search.findings()
            best, name = findings.best, search_name(record.number, words)
            what, opening = st.columns([6, 1.6], vertical_alignment="center")
            with what:
                trials = words.ngettext("{count} trial", "{count} trials", len(findings.trials))
                score = score_words(record, best.score if best else None, words)
                quiet(f"{name} · {trials} · {figure_title(record, words)}{words.colon} {score}")
            if opening.button(_("Open"), key=f"open_search_{search.id}", width="stretch"):
                open_search_page(project.id, search.id)
