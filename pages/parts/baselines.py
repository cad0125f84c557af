"""A training beside simple models on the same rows: a small table, and in plain words whether the training was worth it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.jobs.baselines import ask_for_baselines, can_be_measured
from core.jobs.job_words import ended_of, reason_of
from core.jobs.launch import launch, launch_all
from core.results.rivals import Verdict, measured_part, verdict
from core.store.baselines import Baselines, baselines_of
from core.store.job_folder import ENDED
from core.store.project import Project
from core.store.run import Run
from core.train.settings import Settings
from core.train.tasks import Figure, Task, task_of
from core.words import N_, Words
from pages.parts.errors import reported, show_error
from pages.parts.job_actions import from_where, resume_button, resume_now
from pages.parts.look import quiet
from pages.parts.pulse import look_at
from pages.parts.sheet import sheet
from pages.parts.working import until_it_ends

NAMES = {
    "majority": N_("The most usual answer, whatever the text"),
    "tfidf": N_("Words and pieces of words, counted and weighed"),
    "embeddings": N_("The embedded model, left as it is"),
    "chance": N_("Texts in any order, by chance"),
    "tfidf_cosine": N_("Words and pieces of words in common"),
    "embeddings_cosine": N_("The embedded model, left as it is"),
    "usual_question": N_("The most usual question, whatever the text"),
    "nearest_question": N_("The question of the nearest text learned from, by its words"),
    "first_sentence": N_("The first sentence of the text"),
}
"""What each simple model is called, by its name in core.train.simple."""


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
    task = task_of(record.roles)
    if not can_be_measured(record):
        return
    st.header(_("Beside simple models"))
    found = baselines_of(run)
    if found is None:
        quiet(
            _(
                "Simple models are measured on the same rows in seconds to minutes. They tell whether a training is worth its time."
            )
        )
        if st.button(_("Measure simple models"), key=f"ask_baselines_{run.id}"):
            with reported():
                ask_for_baselines(run)
                st.rerun()
        return
    result = found.result()
    if result is None:
        _under_way(found, words)
        return
    _table(run, task, result["baselines"], words)
    said = compared(run, found)
    if said is not None:
        {"better": st.success, "unclear": st.info, "worse": st.warning}[said.standing](sentence(said, words))
    _about(run, float(result["seconds"]), words)


@st.cache_data(max_entries=50, show_spinner=False)
def _verdict(_run: Run, _baselines: Baselines, stamp: tuple[str, int, str]) -> Verdict | None:
    return verdict(_run, _baselines)


def compared(run: Run, baselines: Baselines) -> Verdict | None:
    """As core.results.rivals.verdict; drawn once for everybody who looks."""
    result = run.result()
    return _verdict(run, baselines, (run.id, int(result["attempt"]), baselines.id)) if result is not None else None


def _under_way(baselines: Baselines, words: Words) -> None:
    seen = look_at(baselines)
    if seen is None:
        return
    if seen.job.state not in ENDED:
        st.fragment(until_it_ends)(baselines, words)
        return
    if seen.job.state == "failed":
        show_error(reason_of(seen.job))
    else:
        quiet(ended_of(seen, words))
    if resume_button(seen, words, from_where(seen, words)):
        resume_now(baselines)


def _table(run: Run, task: Task, models: list[dict[str, Any]], words: Words) -> None:
    """The models on the part that the training is measured on; while it learns, on validation, where its curves are."""
    _ = words.gettext
    result = run.result()
    part = measured_part(result) if result is not None else "validation"
    rows = []
    if result is not None and part in result:
        rows.append([_("This training"), *_cells(task, result[part], words), words.duration(result["seconds"])])
    for each in models:
        name = NAMES[each["name"]]
        if each[part] is not None:
            rows.append([_(name), *_cells(task, each[part], words), words.duration(each["seconds"])])
    columns = [_("Answered by"), *(_(figure.title) for figure in task.figures), _("Duration")]
    sheet(columns, rows, numbers=frozenset(range(1, len(columns))))
    count = next((each[part]["rows"] for each in models if each[part] is not None), 0)
    if part == "test":
        said = words.ngettext(
            "Measured on the {count} row of the test part.", "Measured on the {count} rows of the test part.", count
        )
    else:
        said = words.ngettext(
            "Measured on the {count} row of the validation part, as the curves are.",
            "Measured on the {count} rows of the validation part, as the curves are.",
            count,
        )
    quiet(said)


def _cells(task: Task, figures: dict[str, Any], words: Words) -> list[str]:
    return [figure.shown(float(figures[figure.name]), words) for figure in task.figures]


def sentence(said: Verdict, words: Words) -> str:
    """The verdict in words that need no statistics."""
    _ = words.gettext
    facts = {
        "name": _(NAMES[said.rival]),
        "figure": _(said.figure.title),
        "difference": difference(said.figure, abs(said.difference), words),
        "low": difference(said.figure, said.low, words),
        "high": difference(said.figure, said.high, words),
        "rows": words.integer(said.rows),
    }
    if said.standing == "better":
        return _(
            "This training was worth it: in {figure} it lies {difference} above the best simple model, “{name}”. With other rows to measure on "
            "it would most likely lie between {low} and {high} above it."
        ).format(**facts)
    if said.standing == "worse":
        return _(
            "This training does not beat the best simple model: in {figure}, “{name}” lies {difference} above it, by more than "
            "chance explains. Try more epochs, a model that knows the language of the texts, or more rows; or do with the simple model."
        ).format(**facts)
    return _(
        "This training is not clearly better than the best simple model, “{name}”: with other rows to measure on, the difference in {figure} "
        "could lie anywhere between {low} and {high} ({rows} rows were measured). Chance alone may decide between the two."
    ).format(**facts)


def difference(figure: Figure, value: float, words: Words) -> str:
    """In points where the figure is a share."""
    if not figure.in_percent:
        return words.decimal(value, 3)
    return words.gettext("{number} points").format(number=words.decimal(100 * value, 1))


def _about(run: Run, seconds: float, words: Words) -> None:
    _ = words.gettext
    said = _(
        "They were given exactly the rows that this training was given, chose nothing by looking at the test part, and took {duration} "
        "together."
    ).format(duration=words.duration(seconds))
    if count := run.record().paraphrases:
        said += " " + words.ngettext(
            "The {count} accepted paraphrase was among these rows.",
            "The {count} accepted paraphrases were among these rows.",
            count,
        )
    quiet(said)
