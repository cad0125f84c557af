"""Which ways are compared: engines and pivots of this machine, services that somebody agreed to, and only what works now."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core.augment.chosen import engine_of, label_of
from core.augment.draft import read_plan
from core.augment.engines.catalogue import ENTRIES, obstacle
from core.augment.engines.engine import FAILURES, Failed
from core.augment.engines.marian import Marian
from core.augment.plan import EngineChoice, Plan, legs, path_through
from core.augment.trying import WHOLE, in_place_of, try_ways
from core.errors import UserError
from core.jobs.augment import is_agreed
from core.jobs.compare import launch_comparison
from core.store.comparison import Way
from core.store.project import Project
from core.words import Words
from pages.parts.errors import reported, show_warning
from pages.parts.look import quiet
from pages.parts.plan import rows_of
from pages.parts.plan_engine import pivots_of
from pages.parts.review_cards import path_words

FIRST = 6
"""Ways proposed before anybody chooses."""


def way_words(way: Way) -> str:
    return f"{label_of(way.engine)}, {path_words(way.path)}"


def choose_ways(project: Project, words: Words) -> None:
    """The ways to try, and the start; what does not work now is said, with what to take instead, and nothing starts."""
    _ = words.gettext
    plan = read_plan(project)
    assert plan is not None, "the form above keeps one"
    ways, silent = _ways(project, plan)
    if silent:
        names = ", ".join(label_of(name) for name in silent)
        quiet(_("Left out, for nobody has agreed that texts go there: {names}.").format(names=names))
    if not ways:
        st.info(_("No engine of this machine knows this language. Install Apertium, or agree to a service above."))
        return
    key = f"ways_{project.id}_{plan.source}"
    known = st.session_state.get(key, [way for way in ways if _is_at_hand(way)][:FIRST])
    st.session_state[key] = [way for way in known if way in ways]
    chosen = st.multiselect(
        _("Ways to try"), ways, format_func=way_words, key=key, placeholder=_("Choose at least one")
    )
    tried = f"tried_{project.id}"
    if st.button(_("Compare them"), key="compare", disabled=not chosen):
        with st.spinner(_("Trying each engine with one sentence of ours…")):
            found = try_ways(chosen)
            broken = [way for way, failed in zip(chosen, found, strict=True) if failed is not None]
            other = in_place_of(broken[0], ways, chosen) if broken else None
        if not broken:
            _launch(project, plan, chosen)
        st.session_state[tried] = chosen, found, other
    of, found, other = st.session_state.get(tried, ([], [], None))
    if chosen and of == chosen and any(found):
        _instead(project, plan, chosen, found, other, key, words)


def _launch(project: Project, plan: Plan, ways: list[Way]) -> None:
    with reported():
        launch_comparison(project, rows_of(project), plan.source, ways, plan.judge)
        st.session_state.pop(f"tried_{project.id}", None)
        st.rerun()


def _instead(
    project: Project,
    plan: Plan,
    chosen: list[Way],
    found: list[Failed | None],
    other: Way | None,
    key: str,
    words: Words,
) -> None:
    """What does not work and why; the others without it, or the next best way in its place."""
    _ = words.gettext
    said = set()
    for way, failed in zip(chosen, found, strict=True):
        if failed is None:
            continue
        # What holds for all languages is said once.
        name = label_of(way.engine) if failed.code in WHOLE else way_words(way)
        if name not in said:
            problem = {"message": FAILURES[failed.code], **failed.facts}
            show_warning(UserError("engine_not_working", engine=name, problem=problem))
            said.add(name)
    working = [way for way, failed in zip(chosen, found, strict=True) if failed is None]
    left, right = st.columns(2)
    if working:
        without = words.ngettext("Compare the {count} that works", "Compare the {count} that work", len(working))
        if left.button(without, key="compare_working", width="stretch"):
            _launch(project, plan, working)
    if other is not None:
        right.button(
            _("Take {way} in its place").format(way=way_words(other)),
            key="compare_other",
            icon=":material/swap_horiz:",
            width="stretch",
            on_click=partial(st.session_state.__setitem__, key, [*working, other]),
        )
    if not working and other is None:
        quiet(_("No other way works now: try again later, or install Apertium on this machine."))


def _ways(project: Project, plan: Plan) -> tuple[list[Way], list[str]]:
    """The ways that may be tried, and the engines that nobody has agreed to."""
    source, ways, silent = plan.source, [], []
    for name in ENTRIES:
        options = plan.engine.options if plan.engine.name == name else {}
        engine = engine_of(EngineChoice(name=name, options=options))
        paths = [path_through(source, pivot) for pivot in pivots_of(engine, source)]
        paths = [path for path in paths if obstacle(engine, legs(path)) is None]
        if paths and not is_agreed(project.id, engine):
            silent.append(name)
            continue
        ways += [Way(engine=name, options=options, path=path) for path in paths]
    return ways, silent


def _is_at_hand(way: Way) -> bool:
    """Whether it needs neither the net nor a download."""
    engine = engine_of(EngineChoice(name=way.engine, options=way.options))
    if isinstance(engine, Marian):
        return all(engine.is_here(*leg) for leg in legs(way.path))
    return engine.sends_text_to is None
