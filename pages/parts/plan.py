"""The form of a back-translation: engine, rows, texts, languages, how many; what it comes to, the consent, the start."""

from __future__ import annotations

import re

import streamlit as st

from core.augment.chosen import SAMPLING, engine_of
from core.augment.draft import keep_plan, read_plan
from core.augment.engines.engine import Engine
from core.augment.estimate import Estimate
from core.augment.plan import MOST_VARIANTS, EngineChoice, Plan, check_plan, legs, path_through
from core.data.language import main_language
from core.errors import UserError
from core.jobs.augment import Trainable, launch_augmentation, prepare, trainable
from core.store.draft import read_draft
from core.store.paraphrases import counts
from core.store.project import Project, table_stamp
from core.store.run import list_runs
from core.words import N_, Words
from pages.parts.errors import reported, show_info
from pages.parts.judge_choice import choose_judge
from pages.parts.look import quiet
from pages.parts.plan_consent import ask_consent, show_estimate
from pages.parts.plan_engine import anew, choose_engine, mark, pivots_of, show_state
from pages.parts.plan_pick import pick_rows
from pages.parts.plan_rows import choose_rows

PARTS = {"text": N_("the text"), "question": N_("the question"), "both": N_("both")}
KNOWN = 60
"""Seconds that an estimate serves; the memory grows meanwhile."""
LANGUAGES = ("fr", "en", "de", "es", "it", "pt", "nl", "ca")
"""Offered for the rows; the one that was found comes first."""


@st.cache_resource(max_entries=10, show_spinner=False)
def _trainable(_project: Project, stamp: tuple[str, int, str], draft: str, runs: tuple[str, ...]) -> Trainable:
    return trainable(_project)


@st.cache_data(max_entries=20, show_spinner=False)
def _language(_project: Project, stamp: tuple[str, int, str]) -> str | None:
    return main_language(trainable(_project).examples["text"].tolist())


def rows_of(project: Project) -> Trainable:
    """The rows that may be paraphrased, looked up again when table, fixes, the division or the trainings change."""
    draft = read_draft(project).model_dump_json()
    return _trainable(project, table_stamp(project), draft, tuple(run.id for run in list_runs(project.id)))


def show_plan(project: Project, words: Words) -> None:
    """The choices, and the start."""
    _ = words.gettext
    with st.spinner(_("Looking at the table…")):
        rows, found = rows_of(project), _language(project, table_stamp(project))
    said = words.ngettext("{count} row can be paraphrased.", "{count} rows can be paraphrased.", len(rows.examples))
    if rows.held_out:
        said += " " + words.ngettext(
            "{count} row is kept for validation or test and is left out: nothing is learned from what measures.",
            "{count} rows are kept for validation or test and are left out: nothing is learned from what measures.",
            rows.held_out,
        )
    quiet(said)
    draft = read_plan(project)
    left, right = st.columns(2)
    with right:
        source = _source(draft, found, words)
    with left:
        choice = choose_engine(draft.engine if draft else None, source, words)
    engine = engine_of(choice)
    mark(engine, words)
    plan = _choices(project, draft, choice, engine, source, rows, words)
    if plan != draft:
        keep_plan(project, plan)
    with reported():
        check_plan(plan)
        answer, other = show_state(choice, [leg for path in plan.paths for leg in legs(path)], words)
        if other is not None:
            keep_plan(project, plan.model_copy(update={"engine": other}))
            st.rerun()
        reckoned = _reckoned(project, plan, answer)
        if reckoned is not None:
            show_estimate(reckoned, engine, words)
            _start(project, plan, engine, reckoned, works=answer is not None, words=words)


def _reckoned(project: Project, plan: Plan, answer: float | None) -> Estimate | None:
    """What the plan comes to; None, and said, where all of it is made already."""
    changes = (
        table_stamp(project),
        read_draft(project).model_dump_json(),
        tuple(run.id for run in list_runs(project.id)),
        counts(project.id).all,
    )
    try:
        return _estimate(project, changes, plan.model_dump_json(), answer)
    except UserError as error:
        if error.code != "all_paraphrased":
            raise
        show_info(error)
        return None


@st.cache_data(ttl=KNOWN, max_entries=20, show_spinner=False)
def _estimate(_project: Project, changes: tuple[object, ...], plan: str, answer: float | None) -> Estimate:
    wanted = Plan.model_validate_json(plan)
    return prepare(_project, wanted, engine_of(wanted.engine), rows_of(_project), answer).estimate


def _start(project: Project, plan: Plan, engine: Engine, reckoned: Estimate, *, works: bool, words: Words) -> None:
    agreed = ask_consent(project, engine, reckoned, words)
    said = words.ngettext("Make {count} paraphrase", "Make {count} paraphrases", reckoned.paraphrases)
    if st.button(
        said, type="primary", icon=":material/translate:", key="augment", disabled=not (works and agreed.is_given)
    ):
        with reported():
            agreed.keep()
            launch_augmentation(project.id, plan, engine)
            st.rerun()


def _source(draft: Plan | None, found: str | None, words: Words) -> str:
    _ = words.gettext
    proposed = (draft.source if draft else None) or found or words.language
    codes = list(dict.fromkeys([proposed, *LANGUAGES]))
    return st.selectbox(
        _("Language of the rows"),
        codes,
        format_func=words.language_name,
        key=anew(f"source_{proposed}"),
        help=_("Found in the texts; choose another one where it was mistaken."),
    )


def _choices(
    project: Project,
    draft: Plan | None,
    choice: EngineChoice,
    engine: Engine,
    source: str,
    rows: Trainable,
    words: Words,
) -> Plan:
    _ = words.gettext
    left, right = st.columns(2)
    with left:
        paths = _paths(draft, choice, engine, source, words)
    with right:
        parts = "text"
        if project.roles is not None and project.roles.question:
            parts = (
                st.segmented_control(
                    _("What is translated"),
                    list(PARTS),
                    format_func=lambda part: _(PARTS[part]),
                    default=draft.parts if draft else "both",
                    key="plan_parts",
                )
                or "both"
            )
        variants = 1
        if choice.name in SAMPLING and choice.options.get("sampling"):
            variants = st.number_input(
                _("Paraphrases of each row along each path"),
                min_value=1,
                max_value=MOST_VARIANTS,
                value=draft.variants if draft else 1,
                key="plan_variants",
            )
        kind, label = choose_rows(draft, rows, project.roles.task if project.roles is not None else "classes", words)
        judge = choose_judge(draft.judge if draft else None, source, words, key="plan")
    picked = draft.picked if draft else ()
    if kind == "picked":
        picked = pick_rows(project, draft, rows, words)
    return Plan.model_validate(
        {
            "engine": choice,
            "source": source,
            "paths": paths,
            "rows": kind,
            "label": label,
            "picked": picked,
            "parts": parts,
            "variants": variants,
            "judge": judge,
        }
    )


def _paths(draft: Plan | None, choice: EngineChoice, engine: Engine, source: str, words: Words) -> tuple[str, ...]:
    """One path a pivot, and chains as they were typed."""
    _ = words.gettext
    offered = pivots_of(engine, source)
    kept = draft.paths if draft is not None and draft.source == source else ()
    single = [path.split(">")[1] for path in kept if path.count(">") == 2]
    chains = [path for path in kept if path.count(">") > 2]
    chosen = st.multiselect(
        _("Pivot languages"),
        offered,
        default=[code for code in single if code in offered] or ([] if chains else offered[:1]),
        format_func=words.language_name,
        key=anew(f"pivots_{choice.name}_{source}"),
        placeholder=_("Choose at least one"),
        help=_("Each gives paraphrases of its own: there and back. Languages far apart change more, and lose more."),
    )
    with st.expander(_("Chains of languages"), expanded=bool(chains)):
        typed = st.text_input(
            _("Several languages one after the other"),
            value=", ".join(chains),
            placeholder=path_through(source, *[code for code in ("en", "de", "fr") if code != source][:2]),
            key=anew(f"chains_{source}"),
            help=_(
                "Separated by commas. Each language more changes the words further, and takes one more request a text."
            ),
        )
    typed_paths = [path for path in re.split(r"[,;\s]+", typed.replace("→", ">")) if path]
    return tuple(dict.fromkeys([*(path_through(source, code) for code in chosen), *typed_paths]))
