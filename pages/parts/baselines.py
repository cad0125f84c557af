"""A training, or a cross-validation, beside simple models on the same rows: a small table, and in plain words whether it was worth it."""

from __future__ import annotations

import streamlit as st

from core.jobs.baselines import ask_for_baselines, ask_for_study_baselines, can_be_measured
from core.jobs.job_words import ended_of, reason_of, study_name
from core.jobs.launch import launch, launch_all
from core.results.beside import Beside, beside_run, beside_study
from core.results.verdict import measured_on, sentence, table_of
from core.store.baselines import Baselines, baselines_of
from core.store.job_folder import ENDED
from core.store.project import Project
from core.store.run import Run
from core.store.study import Study, study_of
from core.store.study_baselines import StudyBaselines, study_baselines_of
from core.train.settings import Settings
from core.train.tasks import Task, task_of
from core.words import Words
from pages.parts.errors import reported, show_error
from pages.parts.job_actions import from_where, resume_button, resume_now
from pages.parts.look import quiet
from pages.parts.pulse import look_at
from pages.parts.sheet import sheet
from pages.parts.shell import link
from pages.parts.working import until_it_ends


def start(project: Project, settings: Settings, times: int) -> Run | None:
    """The run that was launched; None when there are several, to be seen in the panel."""
    seeds = [(settings.seed + place) % 2**31 for place in range(times)]
    wanted = [settings.model_copy(update={"seed": seed}) for seed in seeds]
    runs = [launch(project.id, settings)] if times == 1 else launch_all(project.id, wanted)
    ask_for_baselines(*runs)
    return runs[0] if times == 1 else None


def show_baselines(run: Run, words: Words) -> None:
    """Where the training stands among simple models; how their job stands, and how to ask for it where nobody has."""
    _ = words.gettext
    record = run.record()
    if not can_be_measured(record):
        return
    st.header(_("Beside simple models"))
    found, study = baselines_of(run), study_of(run)
    if found is None and study is not None and study_baselines_of(study) is not None:
        quiet(_("They are measured on all folds of the cross-validation, and stand beside its results."))
        link("results", study_name(study.record().number, words), study=study.id, icon=":material/arrow_forward:")
    elif found is None:
        about = _(
            "Simple models are measured on the same rows in seconds to minutes. They tell whether a training is worth its time."
        )
        if _wanted(run.id, about, words):
            with reported():
                ask_for_baselines(run)
                st.rerun()
    elif found.result() is None:
        _under_way(found, words)
    else:
        result = run.result()
        beside = _beside_run(run, (run.id, found.id, int(result["attempt"]) if result is not None else 0))
        assert beside is not None
        _compared(beside, task_of(record.roles), words)
        said = [
            _(
                "They were given exactly the rows that this training was given, chose nothing by looking at the test part, and took {duration} "
                "together."
            ).format(duration=words.duration(beside.seconds))
        ]
        if count := record.paraphrases:
            said.append(
                words.ngettext(
                    "The {count} accepted paraphrase was among these rows.",
                    "The {count} accepted paraphrases were among these rows.",
                    count,
                )
            )
        quiet(" ".join(said))


def show_study_baselines(study: Study, words: Words) -> None:
    """The same of a cross-validation, on all of its folds."""
    _ = words.gettext
    st.header(_("Beside simple models"))
    found = study_baselines_of(study)
    if found is None:
        about = _(
            "Simple models are measured on the same folds in seconds to minutes. They tell whether the trainings are worth their time."
        )
        if _wanted(study.id, about, words):
            with reported():
                ask_for_study_baselines(study)
                st.rerun()
    elif found.result() is None:
        _under_way(found, words)
    else:
        attempts = ((fold.result() or {}).get("attempt", 0) for fold in study.folds())
        beside = _beside_study(study, (study.id, found.id, *map(int, attempts)))
        assert beside is not None
        _compared(beside, task_of(study.roles()), words)
        said = _(
            "On each fold they were given exactly the rows that its training was given, chose nothing by looking at the rows that it asks, and "
            "took {duration} together."
        )
        quiet(said.format(duration=words.duration(beside.seconds)))


@st.cache_data(max_entries=50, show_spinner=False)
def _beside_run(_run: Run, stamp: tuple[str, str, int]) -> Beside | None:
    """Drawn once for everybody who looks."""
    return beside_run(_run)


@st.cache_data(max_entries=50, show_spinner=False)
def _beside_study(_study: Study, stamp: tuple[str | int, ...]) -> Beside | None:
    return beside_study(_study)


def _wanted(key: str, about: str, words: Words) -> bool:
    """Whether somebody asks for what nobody has asked for yet."""
    quiet(about)
    return st.button(words.gettext("Measure simple models"), key=f"ask_baselines_{key}")


def _under_way(found: Baselines | StudyBaselines, words: Words) -> None:
    seen = look_at(found)
    if seen is None:
        return
    if seen.job.state not in ENDED:
        st.fragment(until_it_ends)(found, words)
        return
    if seen.job.state == "failed":
        show_error(reason_of(seen.job))
    else:
        quiet(ended_of(seen, words))
    if resume_button(seen, words, from_where(seen, words)):
        resume_now(found)


def _compared(beside: Beside, task: Task, words: Words) -> None:
    """Each in a line, on what they were measured, and the verdict in the colour of it."""
    columns, rows = table_of(beside, task, words)
    sheet(columns, rows, numbers=frozenset(range(1, len(columns))))
    quiet(measured_on(beside, words))
    if (said := beside.verdict) is not None:
        {"better": st.success, "unclear": st.info, "worse": st.warning}[said.standing](sentence(said, words))
