"""The form of a back-translation: engine, rows, texts, languages, how many; what it comes to, the consent, the start."""

from __future__ import annotations

import re

import streamlit as st

from core.augment.chosen import SAMPLING, engine_of
from core.augment.draft import keep_plan, read_plan
from core.augment.engines.engine import Engine
from core.augment.plan import MOST_VARIANTS, EngineChoice, Plan, check_plan, legs, path_through
from core.data.language import main_language
from core.errors import UserError
from core.jobs.augment import Prepared, Trainable, launch_augmentation, prepare, trainable
from core.store.draft import read_draft
from core.store.project import Project, table_stamp
from core.store.run import list_runs
from core.words import N_, Words
from pages.parts.errors import reported, show_info
from pages.parts.look import quiet
from pages.parts.plan_consent import ask_consent, show_estimate
from pages.parts.plan_engine import choose_engine, mark, pivots_of, show_state

ROWS = {
    "all": N_("all rows"),
    "rare": N_("rare labels, up to balance"),
    "label": N_("one label"),
    "picked": N_("chosen rows"),
}
PARTS = {"text": N_("the text"), "question": N_("the question"), "both": N_("both")}
LANGUAGES = ("fr", "en", "de", "es", "it", "pt", "nl", "ca")
"""Offered for the rows; the one that was found comes first."""


@st.cache_data(max_entries=10, show_spinner=False)
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
        prepared = _prepared(project, plan, engine, rows, answer)
        if prepared is not None:
            show_estimate(prepared.estimate, engine, words)
            _start(project, plan, engine, prepared, works=answer is not None, words=words)


def _prepared(project: Project, plan: Plan, engine: Engine, rows: Trainable, answer: float | None) -> Prepared | None:
    """What the plan comes to; None, and said, where all of it is made already."""
    try:
        return prepare(project, plan, engine, rows, answer)
    except UserError as error:
        if error.code != "all_paraphrased":
            raise
        show_info(error)
        return None


def _start(project: Project, plan: Plan, engine: Engine, prepared: Prepared, *, works: bool, words: Words) -> None:
    agreed = ask_consent(project, engine, prepared.estimate, words)
    said = words.ngettext("Make {count} paraphrase", "Make {count} paraphrases", prepared.estimate.paraphrases)
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
        key=f"source_{proposed}",
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
        kind, label, picked = _rows(draft, rows, words)
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
        key=f"pivots_{choice.name}_{source}",
        placeholder=_("Choose at least one"),
        help=_("Each gives paraphrases of its own: there and back. Languages far apart change more, and lose more."),
    )
    with st.expander(_("Chains of languages"), expanded=bool(chains)):
        typed = st.text_input(
            _("Several languages one after the other"),
            value=", ".join(chains),
            placeholder=path_through(source, *[code for code in ("en", "de", "fr") if code != source][:2]),
            key=f"chains_{source}",
            help=_(
                "Separated by commas. Each language more changes the words further, and takes one more request a text."
            ),
        )
    typed_paths = [path for path in re.split(r"[,;\s]+", typed.replace("→", ">")) if path]
    return tuple(dict.fromkeys([*(path_through(source, code) for code in chosen), *typed_paths]))


def _rows(draft: Plan | None, rows: Trainable, words: Words) -> tuple[str, str | None, tuple[str, ...]]:
    """Which rows: kind, label, ids."""
    _ = words.gettext
    labels = rows.examples["label"].value_counts()
    kinds = [kind for kind in ROWS if kind in ("all", "picked") or len(labels) > 1]
    kind = st.radio(
        _("Rows"),
        kinds,
        index=kinds.index(draft.rows) if draft is not None and draft.rows in kinds else 0,
        format_func=lambda each: _(ROWS[each]),
        key="plan_rows",
        horizontal=True,
    )
    if kind == "label":
        names = [str(name) for name in labels.index[::-1]]
        known = draft.label if draft is not None and draft.label in names else names[0]
        return kind, st.selectbox(_("Label"), names, index=names.index(known), key="plan_label"), ()
    if kind == "picked":
        kept = ", ".join(each.removeprefix("r") for each in draft.picked) if draft else ""
        typed = st.text_input(_("Numbers of the rows"), value=kept, placeholder="1-40, 57", key="plan_picked")
        picked = numbers(typed)
        known = set(rows.examples["id"])
        missing = sum(f"r{number}" not in known for number in picked)
        if missing:
            quiet(
                words.ngettext(
                    "{count} of them is not among the rows that can be paraphrased.",
                    "{count} of them are not among the rows that can be paraphrased.",
                    missing,
                )
            )
        return kind, None, tuple(f"r{number}" for number in picked)
    return kind, None, ()


def numbers(typed: str) -> list[int]:
    """Of rows: "1-3, 7" is 1, 2, 3, 7; what is no number counts for nothing. At most 100,000."""
    found: dict[int, None] = {}
    for first, last in re.findall(r"(\d{1,7})(?:\s*[-–]\s*(\d{1,7}))?", typed):
        until = int(last or first)
        found.update(dict.fromkeys(range(int(first), min(until, int(first) + 100_000) + 1)))
    return list(found)
