"""Train: choose, launch, watch."""

from __future__ import annotations

import streamlit as st

from core.data.examples import Tally
from core.data.language import main_language
from core.data.remarks import of_labels, of_lengths, of_texts
from core.data.targets import scale_of
from core.jobs.launch import learnable
from core.jobs.queue import job_of
from core.models.catalogue import is_foreign, is_wide
from core.models.outlook import check_here, longest_setting
from core.store.accepted import accepted_stamp
from core.store.draft import keep_draft, read_draft
from core.store.project import Project, table_stamp
from core.store.run import Run
from core.train.presets import Size
from core.train.settings import Settings, make_settings
from core.words import Words
from pages.parts import head_note
from pages.parts.baselines import show_baselines, start
from pages.parts.errors import reported
from pages.parts.footprint import show_footprint
from pages.parts.launching import how_often, joining, summary, with_paraphrases
from pages.parts.lengths import lengths_of, show_lengths
from pages.parts.live import watch
from pages.parts.look import lead, quiet
from pages.parts.model_choice import choose_model
from pages.parts.plain import plain
from pages.parts.protocol import asked_share, choose_protocol, launch_study
from pages.parts.remarks import show_remarks
from pages.parts.search import search_in_address, show_search
from pages.parts.search_form import offer_search
from pages.parts.settings_form import choose_preset, choose_values
from pages.parts.shell import begin, go, link
from pages.parts.study import belongs_to, watch_study
from pages.parts.task_words import to_learn
from pages.parts.unjudged import say_unjudged
from pages.parts.written import say_if_modest


@st.cache_data(max_entries=20, show_spinner=False)
def facts_of(_project: Project, stamp: tuple[str, int, str]) -> tuple[Tally, tuple[float, float] | None, str | None]:
    """The rows in use, bounds of the numbers, main language. Raises UserError when there is nothing to learn."""
    selection = learnable(_project)
    assert _project.roles is not None
    scale = scale_of(_project.roles.task, selection.examples["label"].tolist())
    language = main_language(selection.examples["text"].tolist())
    return selection.tally, scale, language


def show_form(project: Project, words: Words) -> None:
    """The choices of a new run, and its launch."""
    _ = words.gettext
    stamp = table_stamp(project)
    with st.spinner(_("Looking at the table…")):
        tally, scale, language = facts_of(project, stamp)
    rows, labels = tally.used, len(tally.labels)
    assert project.roles is not None
    learned = to_learn(project.roles.task, rows, labels, scale, words)
    lead(_("To learn from: {rows}. Choose how thoroughly, and launch.").format(rows=learned))
    show_remarks([*of_texts(tally), *of_labels(labels, rows)], words)
    draft = read_draft(project)
    model = choose_model(project, draft.model, language, words)
    if model != draft.model:
        draft = draft.model_copy(update={"model": model})
        keep_draft(project, draft)
    if project.roles.task == "generation":
        say_if_modest(model, project.id, words)
    tokens: list[int] = []
    own = is_named = False
    with reported(), st.spinner(_("Measuring the texts…")):
        check_here(model, project.id, project.roles.task)
        tokens, own = lengths_of(project, stamp, model)
        is_named = model.kind in ("embedded", "run") or bool(model.name)
    if is_named:
        # Nothing about the inside of a model that was refused, nor what it would take.
        head_note.before(project, stamp, model, words)
    task = project.roles.task
    foreign = is_foreign(model, language, project.id)
    size = Size(rows, tokens, is_wide(model), longest_setting(model, project.id), task, foreign)
    draft = choose_preset(project, draft, words)
    with st.expander(_("All settings"), expanded=bool(draft.changed)):
        values = choose_values(project, draft, size, words)
        show_lengths(tokens, own, int(values["max_tokens"]), words)
    show_remarks(of_lengths(tokens, int(values["max_tokens"]), size.longest), words)
    chosen = make_settings({**values, "model": model})
    draft, can_be = choose_protocol(project, chosen, words)
    can_be &= say_unjudged(project, stamp, chosen, draft, words)
    summary(values | ({} if draft.protocol == "split" else {"test_share": asked_share(draft)}), rows, words)
    if is_named:
        show_footprint(project, chosen, words)
    times = how_often(words) if draft.protocol != "folds" else 1
    paraphrases = with_paraphrases(project, draft, joining(project, stamp, accepted_stamp(project.id)), words)
    launching = _("Launch the training") if times == 1 else _("Launch the trainings")
    if draft.protocol == "folds":
        launching = _("Launch the cross-validation")
    of_test = "file" if draft.protocol == "file" else "table"
    wanted = {**values, "model": model, "paraphrases": paraphrases, "test_from": of_test}
    if st.button(
        launching, type="primary", icon=":material/play_arrow:", key="launch", disabled=not (is_named and can_be)
    ):
        with reported():
            settings = make_settings(wanted)
            with st.spinner(_("Checking the model and dividing the table…")):
                if draft.protocol == "folds":
                    launch_study(project, settings, draft)
                run = start(project, settings, times)
            if run is None:
                go("jobs")
            go("train", run=run.id)
    offer_search(project, make_settings(wanted), rows, words, is_possible=is_named and can_be)


def show_run(run: Run, words: Words) -> None:
    _ = words.gettext
    record = run.record()
    settings = Settings.model_validate(record.settings)
    job = job_of(run)
    if job is not None and job.name:
        st.markdown(f"**{plain(job.name)}**")
    quiet(
        _("Training {number} · {rows} · {epochs}, seed {seed}").format(
            number=record.number,
            rows=to_learn(record.roles.task, sum(record.parts.values()), len(record.labels), record.scale, words),
            epochs=words.ngettext("{count} epoch", "{count} epochs", settings.epochs),
            seed=settings.seed,
        )
    )
    if record.paraphrases:
        quiet(
            words.ngettext(
                "{count} of the training rows is an accepted paraphrase.",
                "{count} of the training rows are accepted paraphrases.",
                record.paraphrases,
            )
        )
    watch(run, words)
    show_baselines(run, words)
    if st.button(_("New training"), key="new_training", icon=":material/add:"):
        del st.query_params["run"]
        st.rerun()


def page() -> None:
    here = begin()
    words, project = here.words, here.project
    assert project is not None
    _ = words.gettext
    st.title(_("Train"))
    if here.study is not None:
        watch_study(here.study, words)
    elif here.run is not None:
        belongs_to(here.run, words)
        show_run(here.run, words)
    elif (search := search_in_address(project)) is not None:
        show_search(search, words)
    elif project.table is None:
        lead(_("There is no table yet. Bring one first."))
        link("data", _("Go to the data"), icon=":material/arrow_forward:")
    else:
        with reported():
            show_form(project, words)


page()
