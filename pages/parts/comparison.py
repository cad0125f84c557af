"""Which language should I choose? Engines and pivots tried on twenty rows of the user's own table, as a job."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from core.augment.comparison import ROWS, best
from core.augment.draft import read_plan
from core.augment.plan import EngineChoice
from core.jobs.job_words import ended_of, reason_of
from core.jobs.overview import Look
from core.store.augmentation import list_augmentations
from core.store.comparison import Comparison, ComparisonRecord, Way, newest_comparison
from core.store.job_folder import ENDED
from core.store.project import Project, open_project
from core.words import NO_BREAK_SPACE, Words
from pages.parts.comparison_start import choose_ways, way_words
from pages.parts.errors import show_error
from pages.parts.job_actions import from_where, resume_button, resume_now
from pages.parts.look import quiet
from pages.parts.plain import plain
from pages.parts.plan_engine import problem_of, take_over
from pages.parts.pulse import look_at
from pages.parts.review_thresholds import reading_words
from pages.parts.sheet import sheet
from pages.parts.working import until_it_ends


def show_comparison(project: Project, words: Words) -> None:
    """The question, the ways to try, and what the last comparison found."""
    _ = words.gettext
    newest = newest_comparison(project.id)
    seen = look_at(newest) if newest is not None else None
    is_working = seen is not None and seen.job.state not in ENDED
    # The answer stands open until something was made after it.
    is_open = is_working or (newest is not None and not _is_old(newest))
    with st.expander(_("Which language should I choose?"), icon=":material/compare_arrows:", expanded=is_open):
        if newest is not None and seen is not None and is_working:
            st.fragment(until_it_ends)(newest, words)
            return
        quiet(
            _(
                "Each way is tried on the same {rows} rows of your table: how much of the meaning it keeps, how much it changes, "
                "how often it fails, how long it takes."
            ).format(rows=ROWS)
        )
        choose_ways(project, words)
        if newest is not None and seen is not None:
            _over(newest, seen, words)


def _is_old(comparison: Comparison) -> bool:
    """Whether a back-translation was started after it."""
    made = next(iter(list_augmentations(comparison.project_id)), None)
    return made is not None and made.record().created_at > comparison.record().created_at


def _over(comparison: Comparison, seen: Look, words: Words) -> None:
    if seen.job.state == "failed":
        show_error(reason_of(seen.job))
    elif seen.job.state != "done":
        st.warning(ended_of(seen, words))
    if seen.job.state != "done" and resume_button(seen, words, from_where(seen, words)):
        resume_now(comparison)
    if trials := comparison.trials():
        show_trials(trials, comparison.record(), words)
        _take(comparison, trials, words)


def _take(comparison: Comparison, trials: list[dict[str, Any]], words: Words) -> None:
    """The way to propose into the form above, with one click."""
    found, project = best(trials), open_project(comparison.project_id)
    plan, record = read_plan(project), comparison.record()
    way = next((each for each in record.ways if found and (each.engine, each.path) == _way(found)), None)
    if way is None or plan is None:
        return
    choice = EngineChoice(name=way.engine, options=way.options)
    taken = plan.model_copy(update={"engine": choice, "source": record.language, "paths": (way.path,)})
    st.button(
        words.gettext("Use {way} in the form above").format(way=way_words(way)),
        key="take_way",
        icon=":material/input:",
        disabled=taken == plan,
        on_click=partial(take_over, project, taken),
    )


def _way(trial: dict[str, Any]) -> tuple[str, str]:
    return trial["engine"], trial["path"]


def show_trials(trials: list[dict[str, Any]], record: ComparisonRecord, words: Words) -> None:
    """The answer in a sentence, the figures in a table with the model that read them, and samples to judge by."""
    _ = words.gettext
    found = best(trials)
    if found is not None:
        said = _(
            "**{way}** keeps {meaning} of the meaning, about as much as the best here, and changes {novelty}. Read the samples before "
            "you believe it: they say more than the figures."
        )
        facts = {"meaning": words.percent(found["similarity"], 0), "novelty": words.percent(found["novelty"], 0)}
        st.markdown(said.format(way=plain(_name(found)), **facts))
    else:
        st.warning(_("None of these ways brought back what could be used."))
    sheet(
        [_("Way"), _("Meaning kept"), _("New"), _("With a mark"), _("Unchanged"), _("Failed"), _("Time")],
        [
            [
                _name(each),
                _percent(each["similarity"], words),
                _percent(each["novelty"], words),
                words.integer(each["flagged"]),
                words.integer(each["unchanged"]),
                words.integer(each["failed"]),
                _seconds(each["seconds"], words),
            ]
            for each in trials
        ],
        numbers=frozenset(range(1, 7)),
    )
    quiet(" ".join(reading_words([record.judge], [record.language], words)))
    for each in trials:
        if each["problem"]:
            quiet(f"{_name(each)}{words.colon} {problem_of(each['problem']['code'], each['problem']['facts'], words)}")
    st.subheader(_("Samples"))
    texts = list(dict.fromkeys(before for each in trials for before, _after in each["samples"]))[:5]
    with st.container(key="samples"):
        for text in texts:
            lines = [[_("the table"), text]]
            lines += [[_name(each), after] for each in trials for before, after in each["samples"] if before == text]
            sheet([_("Way"), _("Text")], lines, whole=frozenset({0}))


def _seconds(seconds: float, words: Words) -> str:
    return words.duration(seconds) if seconds >= 10 else f"{words.decimal(seconds, 1)}{NO_BREAK_SPACE}s"


def _name(trial: dict[str, Any]) -> str:
    return way_words(Way(engine=trial["engine"], path=trial["path"]))


def _percent(value: float | None, words: Words) -> str:
    return "–" if value is None else words.percent(max(value, 0.0), 0)
