"""The rows that could not be translated: why, and the ways to try again, with an engine that works now."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from core.augment.chosen import engine_of, label_of
from core.augment.draft import read_plan
from core.augment.engines.catalogue import ENTRIES, obstacle
from core.augment.engines.engine import Engine
from core.augment.estimate import estimate
from core.augment.plan import EngineChoice, Plan, legs
from core.errors import UserError
from core.jobs.augment import is_agreed, try_again
from core.store.arrivals import Failure, failures
from core.store.augmentation import open_augmentation
from core.store.project import Project
from core.words import Words
from pages.parts.errors import reported, show_error
from pages.parts.plan_consent import Agreement, ask_consent
from pages.parts.plan_engine import problem_of, show_state
from pages.parts.review_cards import path_words
from pages.parts.sheet import sheet

SHOWN = 50
"""Failures in the table."""
AT_SIGHT = 5
"""Failures that are seen without scrolling in the table: what came back stands below it."""
BEGINNING = 110
"""Characters of a text that tell which one it is."""


@dataclass(frozen=True)
class Again:
    """The failures of one back-translation, and how they are to be tried once more."""

    plan: Plan
    failed: list[Failure]

    @property
    def engine(self) -> Engine:
        return engine_of(self.plan.engine)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        return [leg for path in dict.fromkeys(each.task.path for each in self.failed) for leg in legs(path)]


def show_failures(project: Project, words: Words) -> None:
    """Nothing where no row failed."""
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
    names = ["", *(name for name in ENTRIES if _can(project, name, some))]
    taken = str(st.session_state.get("failed_taken", ""))
    with engine:
        name = st.selectbox(
            _("With"),
            names,
            index=names.index(taken) if taken in names else 0,
            format_func=lambda each: _name(each, words),
            key=f"failed_engine_{len(names)}_{taken}",
        )
    again, gone = _planned(project, some, name)
    agreements = _agreements(project, again, words)
    is_agreed_on = all(each.is_given for each in agreements)
    if go.button(
        _("Try again"), key="try_again", icon=":material/refresh:", width="stretch", disabled=not is_agreed_on
    ):
        st.session_state["failed_wanted"] = chosen, name
        if gone is not None:
            show_error(gone)
    if again and is_agreed_on and st.session_state.get("failed_wanted") == (chosen, name):
        with reported():
            _start(project, again, agreements, words)


def _start(project: Project, again: list[Again], agreements: list[Agreement], words: Words) -> None:
    """Each engine is tried with one sentence first; where one does not work, the next best is proposed and nothing starts."""
    tried: dict[str, bool] = {}
    for each in again:
        what = each.plan.engine.model_dump_json()
        if what in tried:
            continue
        pairs = [pair for one in again if one.plan.engine == each.plan.engine for pair in one.pairs]
        answer, other = show_state(each.plan.engine, pairs, words, key="failed_instead")
        tried[what] = answer is not None
        if other is not None:
            st.session_state.pop("failed_wanted")
            st.session_state["failed_taken"] = other.name
            st.rerun()
    if not all(tried.values()):
        return
    st.session_state.pop("failed_wanted")
    for agreement in agreements:
        agreement.keep()
    for each in again:
        try_again(project.id, [failure.id for failure in each.failed], each.plan, each.engine)
    st.rerun()


def _planned(project: Project, some: list[Failure], name: str) -> tuple[list[Again], UserError | None]:
    """Each back-translation is tried again as it was planned, with another engine where one is named; why one cannot be."""
    found, gone = [], None
    for job in dict.fromkeys(each.job_id for each in some):
        try:
            plan = Plan.model_validate(open_augmentation(project.id, job).record().plan)
        except UserError as error:
            gone = error
            continue
        if name:
            plan = plan.model_copy(update={"engine": _told(project, name)})
        found.append(Again(plan, [each for each in some if each.job_id == job]))
    return found, gone


def _agreements(project: Project, again: list[Again], words: Words) -> list[Agreement]:
    """A box for each service that nobody has agreed to."""
    found: dict[str, Agreement] = {}
    for each in again:
        engine = each.engine
        if engine.name in found or is_agreed(project.id, engine):
            continue
        tasks = [failure.task for one in again if one.plan.engine == each.plan.engine for failure in one.failed]
        reckoned = estimate(each.plan, tasks, engine)
        found[engine.name] = ask_consent(project, engine, reckoned, words, key="failed_consent")
    return list(found.values())


def _told(project: Project, name: str) -> EngineChoice:
    """An engine with what the form above tells it: an address, how words are drawn."""
    draft = read_plan(project)
    return draft.engine if draft is not None and draft.engine.name == name else EngineChoice(name=name)


def _can(project: Project, name: str, failed: list[Failure]) -> bool:
    """Whether nothing known keeps an engine from all the languages of these paths."""
    pairs = [leg for path in dict.fromkeys(each.task.path for each in failed) for leg in legs(path)]
    return obstacle(engine_of(_told(project, name)), pairs) is None


def _name(name: str, words: Words) -> str:
    if not name:
        return words.gettext("the same engine")
    return f"{label_of(name)} · {words.gettext(ENTRIES[name].about)}"
