"""A search for the best settings, as it is asked for: what may change, between which bounds, for how long."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core.jobs.search import estimate, launch_search
from core.store.project import Project
from core.train.search_space import DIMENSIONS, MOST_MINUTES, MOST_TRIALS, SEARCHED, TRIALS, Space, proposed
from core.train.settings import Settings, bounds
from core.words import N_, Words
from pages.parts.errors import reported
from pages.parts.look import quiet
from pages.parts.settings_fields import FIELDS
from pages.parts.shell import open_search_page

BUDGETS = {"trials": N_("trials"), "minutes": N_("minutes")}
MINUTES = 60


def offer_search(project: Project, settings: Settings, rows: int, words: Words, *, is_possible: bool = True) -> None:
    """To stand below the form. settings: what the form says; rows: that have a label; is_possible: whether a model is chosen."""
    _ = words.gettext
    with st.expander(_("Search the best settings"), icon=":material/travel_explore:"):
        quiet(
            _(
                "Tries settings one after the other, each in a training of its own, and learns from what they reach on the validation "
                "part. The test part is not looked at: it is there for the training that you launch with the best ones."
            )
        )
        space = _choose_space(project, settings, words)
        trials, minutes = _choose_budget(project, words)
        _cost(project, settings, space, trials, rows, words)
        if st.button(_("Launch the search"), icon=":material/travel_explore:", key="search", disabled=not is_possible):
            with reported():
                with st.spinner(_("Checking the model and dividing the table…")):
                    search = launch_search(project.id, settings, space, trials, minutes)
                open_search_page(project.id, search.id)


def _choose_space(project: Project, settings: Settings, words: Words) -> Space:
    """One line a setting: whether it is searched, from where, to where."""
    _ = words.gettext
    found: Space = {}
    for name, (low, high) in proposed(settings).items():
        field = next(field for field in FIELDS if field.name == name)
        of = f"{name}_{project.id}_{low}_{high}"
        chosen, lowest, highest = st.columns([2, 2, 2], vertical_alignment="bottom")
        if not chosen.checkbox(_(field.title), value=name in SEARCHED, key=f"searched_{of}", help=_(field.about)):
            continue
        scale = 100 if field.in_percent else 1
        kind = int if DIMENSIONS[name].is_whole else float
        least, most = bounds(name)
        given = partial(
            st.number_input,
            min_value=kind(least * scale),
            max_value=kind(round(most * scale, 6)),
            step=kind(field.step),
            format=field.form,
        )
        with lowest:
            bottom = given(_("from"), value=kind(round(low * scale, 9)), key=f"lowest_{of}")
        with highest:
            top = given(_("to"), value=kind(round(high * scale, 9)), key=f"highest_{of}")
        found[name] = (round(bottom / scale, 9), round(top / scale, 9))
    return found


def _choose_budget(project: Project, words: Words) -> tuple[int | None, float | None]:
    """Trials, or minutes."""
    _ = words.gettext
    what, how_many = st.columns([2, 4], vertical_alignment="bottom")
    with what:
        unit = st.radio(
            _("How long"), list(BUDGETS), format_func=lambda name: _(BUDGETS[name]), key="search_unit", horizontal=True
        )
    with how_many:
        if unit == "trials":
            return int(st.number_input(_("Trials"), 1, MOST_TRIALS, TRIALS, key="search_trials")), None
        return None, float(st.number_input(_("Minutes of work"), 1, MOST_MINUTES, MINUTES, key="search_minutes"))


def _cost(project: Project, settings: Settings, space: Space, trials: int | None, rows: int, words: Words) -> None:
    _ = words.gettext
    training = round(rows * (1 - settings.validation_share - settings.test_share))
    seconds = estimate(project.id, settings, space, trials or 1, training)
    if seconds is None:
        quiet(_("How long a trial takes is known after the first one."))
    elif trials is None:
        quiet(
            _("A trial takes about {duration}, by a former training of this table.").format(
                duration=words.duration(seconds)
            )
        )
    else:
        said = _("About {duration} in all, by a former training: hopeless trials are given up early.")
        quiet(said.format(duration=words.duration(seconds)))
