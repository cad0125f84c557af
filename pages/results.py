"""Results: the runs of the project, and what one of them reached."""

from __future__ import annotations

import streamlit as st

from core.data.test_rows import TestFacts
from core.jobs.job_words import STATES, name_of
from core.jobs.overview import Look
from core.models.catalogue import display_name
from core.store.project import Project
from core.store.run import Run, list_runs
from core.store.study import list_studies, study_of
from core.train.settings import Settings
from core.train.tasks import TASKS, task_of
from core.words import Words
from pages.parts import head_note
from pages.parts.baselines import show_baselines
from pages.parts.live import how_it_ended, show_curves, state_in
from pages.parts.look import lead, quiet
from pages.parts.protocol import show_test_facts
from pages.parts.pulse import look_at
from pages.parts.search import show_searches
from pages.parts.settings_fields import fields_of, finer_of
from pages.parts.settings_form import PRESETS
from pages.parts.sheet import sheet
from pages.parts.shell import begin, link
from pages.parts.study_results import list_of_studies, show_study_results
from pages.parts.task_results import measured, show_details, show_headline, show_margin
from pages.parts.task_words import in_brief


def show_list(runs: list[Run], looks: dict[str, Look | None], project: Project, words: Words) -> None:
    """All runs of the project, the newest first: the figures of their task, or each the first one of its own where they differ."""
    _ = words.gettext
    tasks = {run.record().roles.task for run in runs}
    shared = next(TASKS[task].figures[:2] for task in tasks) if len(tasks) == 1 else ()
    titles = [_(figure.title) for figure in shared] or [_("Result")]
    columns = [_("Training"), _("Start from"), _("State"), *titles, _("Measured on"), _("Duration"), _("Launched")]
    rows = []
    for run in runs:
        record, result = run.record(), run.result() or {}
        settings = Settings.model_validate(record.settings)
        part, figures = measured(result)
        known = figures or {}
        reached = [figure.shown(known[figure.name], words) if figure.name in known else "–" for figure in shared]
        rows.append(
            [
                name_of(run, looks[run.id], words),
                display_name(settings.model, project.id, words),
                _(STATES[state_in(looks[run.id])]),
                *(reached or [in_brief(task_of(record.roles), figures, words)]),
                part_name(part, words) if figures else "–",
                words.duration(result["seconds"]) if "seconds" in result else "–",
                words.moment(record.created_at),
            ]
        )
    last = 3 + len(titles)
    sheet(columns, rows, numbers=frozenset(range(3, last)), whole=frozenset({0, 2, last, last + 1, last + 2}))


def part_name(part: str, words: Words) -> str:
    return words.gettext("test part") if part == "test" else words.gettext("validation part")


def show_figures(run: Run, words: Words) -> None:
    """The headline, what was measured on what, each label, and the confusions."""
    _ = words.gettext
    record = run.record()
    part, figures = measured(run.result() or {})
    if figures is None:
        return
    show_headline(record, figures, words)
    if paraphrases := run.record().paraphrases:
        quiet(
            words.ngettext(
                "{count} of the training rows is an accepted paraphrase.",
                "{count} of the training rows are accepted paraphrases.",
                paraphrases,
            )
        )
    head_note.after(run.result() or {}, words)
    if part == "test":
        quiet(
            _(
                "Measured once, on the test part: rows that neither the training nor the choice of the best epoch ever saw."
            )
        )
    else:
        quiet(
            _(
                "Measured on the validation part, by which the training was watched: expect a little less on new texts. "
                "The test part has not been looked at."
            )
        )
    if record.test_file:
        show_test_facts(TestFacts(**record.test_file), record.roles.task, words)
    show_margin(record, figures, words)
    show_details(run, part, figures, words)


def show_settings(run: Run, project: Project, words: Words) -> None:
    """Everything the run was given, and on what it ran."""
    _ = words.gettext
    record, result = run.record(), run.result() or {}
    settings = Settings.model_validate(record.settings)
    rows = [(_("Start from"), display_name(settings.model, project.id, words))]
    rows.append((_("How thoroughly"), _(PRESETS[settings.preset]) if settings.preset in PRESETS else _("own settings")))
    for field in [*fields_of(record.roles.task), *finer_of(record.roles.task)]:
        value = getattr(settings, field.name)
        shown = (
            words.percent(value, 0)
            if field.in_percent
            else words.scientific(value)
            if field.name == "learning_rate"
            else words.number(round(float(value), 3))
        )
        rows.append((_(field.title), shown))
    rows += [
        (_("Table"), record.tables),
        (
            _("Training, validation and test rows"),
            " / ".join(words.integer(record.parts.get(part, 0)) for part in ("train", "validation", "test")),
        ),
        (
            _("Accepted paraphrases in training"),
            words.integer(record.paraphrases) if settings.paraphrases else _("not wanted"),
        ),
        (_("Fingerprint of the rows (sha256)"), record.fingerprint[:16] + "…"),
    ]
    if result:
        best = _("step {step}, epoch {epoch}").format(
            step=words.integer(result["best"]["step"]), epoch=words.decimal(result["best"]["epoch"], 2)
        )
        best_of = _("Best on validation ({figure})").format(figure=_(task_of(record.roles).best.title))
        rows += [
            (_("Weights kept: the last") if settings.keeps_last else best_of, best),
            (_("Device"), f"{result['device']}, {result['precision']}"),
        ]
    versions = ", ".join(f"{name} {version}" for name, version in record.versions.items())
    with st.expander(_("Settings used")):
        sheet([_("Setting"), _("Value")], [*rows, (_("Versions"), versions)])


def page() -> None:
    here = begin()
    words, project = here.words, here.project
    assert project is not None
    _ = words.gettext
    st.title(_("Results"))
    if here.study is not None:
        show_study_results(here.study, words)
        return
    list_of_studies(project, words)
    show_searches(project, words)
    runs = [run for run in list_runs(project.id) if study_of(run) is None or run == here.run]
    if not runs and list_studies(project.id):
        return
    if not runs:
        lead(_("Nothing has been trained yet in this project."))
        link("train", _("Launch a first training"), icon=":material/arrow_forward:")
        return
    looks = {run.id: look_at(run) for run in runs}
    show_list(runs, looks, project, words)
    run = choose_run(runs, looks, here.run, words)
    state = state_in(looks[run.id])
    if state in ("queued", "running"):
        st.info(_("This training is under way: its figures come when it is over."))
        link("train", _("Watch it"), run=run.id, icon=":material/arrow_forward:")
        return
    if state != "done":
        how_it_ended(run, looks[run.id], words, offer=False)
    show_figures(run, words)
    show_baselines(run, words)
    st.header(_("Learning curves"))
    show_curves(run, words)
    show_settings(run, project, words)
    if run.has_model():
        link("use", _("Use this model"), run=run.id, icon=":material/arrow_forward:")


def choose_run(runs: list[Run], looks: dict[str, Look | None], current: Run | None, words: Words) -> Run:
    """The run shown, in the URL."""
    identifiers = [run.id for run in runs]
    chosen = current.id if current is not None and current.id in identifiers else identifiers[0]
    if len(runs) > 1:
        names = {run.id: name_of(run, looks[run.id], words) for run in runs}
        picked = st.selectbox(
            words.gettext("Training to look at"),
            identifiers,
            index=identifiers.index(chosen),
            format_func=names.__getitem__,
            key=f"run_{chosen}",
        )
        if picked != chosen:
            st.query_params["run"] = picked
            st.rerun()
    if st.query_params.get("run") != chosen:
        st.query_params["run"] = chosen
    return next(run for run in runs if run.id == chosen)


page()
