"""Back-translations of a project: the one at work with its progress, how the last one ended, and the rows that failed."""

from __future__ import annotations

import streamlit as st

from core.augment.chosen import engine_of, label_of
from core.augment.engines.catalogue import ENTRIES, obstacle
from core.augment.plan import EngineChoice, Plan, legs
from core.jobs.augment import try_again
from core.jobs.job_words import ended_of, reason_of
from core.jobs.overview import Look
from core.store.arrivals import Failure, failures
from core.store.augmentation import Augmentation, list_augmentations, open_augmentation
from core.store.job_folder import ENDED
from core.store.project import Project
from core.words import Words
from pages.parts.errors import reported, show_error
from pages.parts.job_actions import from_where, more, resume_button, resume_now
from pages.parts.plan_engine import problem_of
from pages.parts.pulse import look_at
from pages.parts.review_cards import path_words
from pages.parts.sheet import sheet
from pages.parts.working import show_progress

SHOWN = 50
"""Failures in the table."""
AT_SIGHT = 5
"""Failures that are seen without scrolling in the table: what came back stands below it."""
BEGINNING = 110
"""Characters of a text that tell which one it is."""


def at_work(project: Project) -> list[Look]:
    """Back-translations that wait or work, the newest first."""
    looks = [look_at(each) for each in list_augmentations(project.id)]
    return [seen for seen in looks if seen is not None and seen.job.state not in ENDED]


def show_jobs(project: Project, words: Words) -> bool:
    """What works, or how the newest one ended; whether something works."""
    working = at_work(project)
    if working:
        st.fragment(_working)(project, [seen.job.id for seen in working], words)
    else:
        newest = next(iter(list_augmentations(project.id)), None)
        seen = look_at(newest) if newest is not None else None
        if newest is not None and seen is not None and seen.job.deleted_at is None:
            _over(newest, seen, words)
    return bool(working)


def _working(project: Project, known: list[str], words: Words) -> None:
    working = at_work(project)
    if [seen.job.id for seen in working] != known:
        # The whole page once more: there are new paraphrases to review.
        st.rerun()
    for seen in working:
        show_progress(seen, words)


def _over(augmentation: Augmentation, seen: Look, words: Words) -> None:
    """How the newest one ended, and the way on."""
    state = seen.job.state
    if state == "failed":
        show_error(reason_of(seen.job))
    else:
        {"done": st.success, "interrupted": st.warning}.get(state, st.info)(ended_of(seen, words))
    others, resuming, _rest = st.columns([1.6, 2, 5])
    with others:
        more(seen, words)
    with resuming:
        pressed = resume_button(seen, words, from_where(seen, words))
    if pressed:
        resume_now(seen.job.folder)


def show_failures(project: Project, words: Words) -> None:
    """The rows that could not be translated: why, and the ways to try again."""
    _ = words.gettext
    failed = failures(project.id)
    if not failed:
        return
    st.header(_("Not translated"))
    rows = [
        [
            each.task.origin.removeprefix("r"),
            _beginning(each.task.text),
            path_words(each.task.path),
            label_of(each.engine),
            problem_of(str(each.reason.get("code")), each.reason.get("facts", {}), words),
        ]
        for each in failed[:SHOWN]
    ]
    with st.container(height=340 if len(failed) > AT_SIGHT else "content", border=len(failed) > AT_SIGHT):
        sheet([_("Row"), _("Text"), _("Languages"), _("Engine"), _("Why")], rows, whole=frozenset({2, 3}))
    if len(failed) > SHOWN:
        st.caption(_("The first {shown} of {rows}.").format(shown=SHOWN, rows=words.integer(len(failed))))
    _ways(project, failed, words)


def _beginning(text: str) -> str:
    return text if len(text) <= BEGINNING else text[: BEGINNING - 1] + "…"


def _ways(project: Project, failed: list[Failure], words: Words) -> None:
    """All again, one row alone, or with another engine."""
    _ = words.gettext
    which, engine, go = st.columns([3, 3, 2], vertical_alignment="bottom")
    rows = {each.id: each for each in failed}
    with which:
        chosen = st.selectbox(
            _("Which rows"),
            [0, *rows],
            format_func=lambda each: (
                words.ngettext("the {count} that failed", "all {count} that failed", len(failed))
                if each == 0
                else _("row {row}, {path}").format(
                    row=rows[each].task.origin.removeprefix("r"), path=path_words(rows[each].task.path)
                )
            ),
            key="failed_rows",
        )
    some = failed if chosen == 0 else [rows[chosen]]
    names = ["", *(name for name in ENTRIES if _can(name, some))]
    with engine:
        name = st.selectbox(
            _("With"),
            names,
            format_func=lambda each: _name(each, words),
            key=f"failed_engine_{len(names)}",
        )
    if go.button(_("Try again"), key="try_again", icon=":material/refresh:", width="stretch"):
        with reported():
            # Each back-translation is tried again as it was planned.
            for job in dict.fromkeys(each.job_id for each in some):
                plan = Plan.model_validate(open_augmentation(project.id, job).record().plan)
                choice = EngineChoice(name=name) if name else plan.engine
                mine = [each.id for each in some if each.job_id == job]
                try_again(project.id, mine, plan.model_copy(update={"engine": choice}), engine_of(choice))
            st.rerun()


def _can(name: str, failed: list[Failure]) -> bool:
    """Whether nothing known keeps an engine from all the languages of these paths."""
    pairs = [leg for each in failed for leg in legs(each.task.path)]
    return obstacle(engine_of(EngineChoice(name=name)), pairs) is None


def _name(name: str, words: Words) -> str:
    if not name:
        return words.gettext("the same engine")
    return f"{label_of(name)} · {words.gettext(ENTRIES[name].about)}"
