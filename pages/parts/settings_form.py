"""The settings of a run: a preset, then every hyperparameter with its unit, its help and its bounds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.data.columns import TaskName
from core.store.draft import Draft, keep_draft
from core.store.project import Project
from core.train.presets import SHAPES, Size, preset
from core.train.settings import bounds
from core.words import N_, Words
from pages.parts.settings_fields import FIELDS, FINE, UNDECIDED, WHOLE, Field, fields_of, finer_of

PRESETS = {"quick": N_("Quick"), "balanced": N_("Balanced"), "thorough": N_("Thorough")}


def choose_preset(project: Project, draft: Draft, words: Words) -> Draft:
    """Three presets with what they mean for this table; choosing one forgets the changes."""
    _ = words.gettext
    chosen = st.segmented_control(
        _("How thoroughly"),
        list(PRESETS),
        format_func=lambda name: _(PRESETS[name]),
        default=draft.preset,
        required=True,
        key=f"preset_{project.id}_{draft.preset}",
        help=_("Computed from the number of rows and from the length of the texts."),
    )
    if chosen and chosen != draft.preset:
        keep_draft(project, draft.model_copy(update={"preset": chosen, "changed": _undecided_only(draft.changed)}))
        st.rerun()
    return draft


def _undecided_only(changed: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in changed.items() if name in UNDECIDED}


def preset_values(draft: Draft, size: Size) -> dict[str, Any]:
    """Every field but the model: the preset's, then the user's changes."""
    name = draft.preset if draft.preset in SHAPES else "balanced"
    return {**UNDECIDED, **preset(name, size)}  # type: ignore[arg-type]


def choose_values(project: Project, draft: Draft, size: Size, words: Words) -> dict[str, Any]:
    """One input a field; what is changed is kept at once."""
    _ = words.gettext
    computed = preset_values(draft, size)
    values = {**computed, **{name: value for name, value in draft.changed.items() if _is_possible(name, value, size)}}
    found: dict[str, Any] = {name: value for name, value in values.items() if name != "preset"}
    is_fine = any(values[field.name] != computed[field.name] for field in FINE)
    task: TaskName = project.roles.task if project.roles is not None else "classes"

    def ask(fields: Sequence[Field]) -> None:
        """Three in a line, on one height however long their titles are."""
        for place, field in enumerate(fields):
            if place % 3 == 0:
                columns = st.columns(3, vertical_alignment="bottom")
            name = field.name
            key = f"{name}_{project.id}_{draft.preset}_{computed[name]}_{_bounds(name, size)[1]:g}_{_turn(project.id)}"
            with columns[place % 3]:
                told = field._replace(title=_(field.title), about=_(field.about))
                found[name] = _field(told, values[name], key, size)

    ask(fields_of(task))
    found["keeps_last"] = _which_epoch(project, draft, computed, words)
    if _fine_wanted(project, is_fine, words):
        ask(finer_of(task))
    changed = {name: value for name, value in found.items() if value != computed[name]}
    # What is hidden for this task stays as it was, for another one.
    changed |= {name: value for name, value in draft.changed.items() if name in UNDECIDED and name not in found}
    if changed != draft.changed:
        keep_draft(project, draft.model_copy(update={"changed": changed}))
    return {**found, "preset": "own" if set(changed) - set(UNDECIDED) else draft.preset}


def _which_epoch(project: Project, draft: Draft, computed: dict[str, Any], words: Words) -> bool:
    """Whether the last weights are kept; the preset says so where validation is too small to tell a better epoch."""
    _ = words.gettext
    return bool(
        st.checkbox(
            _("Keep the last epoch instead of the best on validation"),
            value=bool(draft.changed.get("keeps_last", computed["keeps_last"])),
            key=f"keeps_last_{project.id}_{draft.preset}_{computed['keeps_last']}_{_turn(project.id)}",
            help=_(
                "A validation part of fewer than a hundred rows can hardly tell a better epoch from luck: there the last one is better "
                "more often. Early stopping then ends nothing."
            ),
        )
    )


def renew_inputs(project_id: str) -> None:
    """Other inputs take the place of those on screen, which would keep what they show: the draft has other values."""
    st.session_state[f"inputs_{project_id}"] = _turn(project_id) + 1


def _turn(project_id: str) -> int:
    return int(st.session_state.get(f"inputs_{project_id}", 0))


def _fine_wanted(project: Project, is_fine: bool, words: Words) -> bool:
    """Whether the finer settings are shown: on request, and always while one of them is changed."""
    _ = words.gettext
    return bool(st.toggle(_("Finer settings"), value=is_fine, disabled=is_fine, key=f"fine_{project.id}_{is_fine}"))


def _is_possible(name: str, value: Any, size: Size) -> bool:
    """Whether a value kept by another version, or for another model, may still be shown."""
    if name not in {field.name for field in (*FIELDS, *FINE)} or not isinstance(value, int | float):
        return False
    least, most = _bounds(name, size)
    return least <= value <= most


def _bounds(name: str, size: Size) -> tuple[float, float]:
    """Those of Settings; no input is longer than the model can read."""
    least, most = bounds(name)
    return least, min(most, size.longest) if name == "max_tokens" else most


def _field(field: Field, value: float, key: str, size: Size) -> float:
    least, most = _bounds(field.name, size)
    scale = 100 if field.in_percent else 1
    kind = int if field.name in WHOLE else float
    given = st.number_input(
        field.title,
        min_value=kind(least * scale),
        max_value=kind(round(most * scale, 6)),
        value=kind(round(value * scale, 9)),
        step=kind(field.step),
        format=field.form,
        help=field.about,
        key=key,
    )
    return given if field.name in WHOLE else round(given / scale, 9)
