"""How much memory and disk a training takes, with LoRA and without; LoRA proposed where the machine has too little."""

from __future__ import annotations

import streamlit as st

from core.errors import UserError
from core.jobs.resources import room_to_learn
from core.models.choice import ModelChoice
from core.models.hub import weights_there
from core.models.weights import is_known
from core.store.draft import keep_draft, read_draft
from core.store.project import Project, open_project
from core.train.footprint import Footprint, footprint, with_lora
from core.train.settings import Settings
from core.words import Words
from pages.parts.errors import show_error
from pages.parts.look import quiet
from pages.parts.settings_form import renew_inputs


def show_footprint(project: Project, settings: Settings, words: Words) -> None:
    """In the settings as they are chosen; for a model of the hub that nobody knows yet, how large it is can be asked."""
    _ = words.gettext
    assert project.roles is not None
    is_here = is_known(settings.model, project.id)
    if not is_here and not settings.model.name:
        return
    there = None if is_here else _asked_for(settings.model, words)
    if there is None and not is_here:
        return
    found = footprint(settings, project.id, project.roles.task, there)
    _say(found, settings, words)
    room = room_to_learn()
    fit = found.fit(room.memory, room.disk)
    if settings.lora or fit == "fits":
        return
    facts = {"memory": words.size(room.memory), "disk": words.size(room.disk)}
    if fit == "too_large":
        said = _(
            "This model is too large for this machine, which has {memory} of memory and {disk} of disk left, also with LoRA. "
            "Choose a smaller one, or free some."
        )
        st.warning(said.format(**facts))
        return
    said = _(
        "This model is large for this machine, which has {memory} of memory and {disk} of disk left. With LoRA it stays as it is, and narrow "
        "matrices learn in its place: that fits, and often does nearly as well. They are added to the model at the end."
    )
    with st.container(border=True):
        st.markdown(said.format(**facts))
        st.button(
            _("Learn with LoRA"),
            key=f"take_lora_{project.id}",
            icon=":material/compress:",
            on_click=take_lora,
            args=(project.id, settings.learning_rate),
            help=_(
                "Sets the width to 16, its weight to 32, and a learning rate ten times larger, as is usual. All of it can be changed."
            ),
        )


def _say(found: Footprint, settings: Settings, words: Words) -> None:
    _ = words.gettext
    facts = {
        "memory": words.size(found.whole.in_memory),
        "disk": words.size(found.whole.on_disk),
        "less_memory": words.size(found.narrow.in_memory),
        "less_disk": words.size(found.narrow.on_disk),
    }
    said = (
        _(
            "While it learns, with LoRA, the model takes about {less_memory} of memory and {less_disk} of disk; without, {memory} and {disk}."
        )
        if settings.lora
        else _(
            "While it learns, the model takes about {memory} of memory and {disk} of disk; with LoRA, {less_memory} and {less_disk}."
        )
    )
    quiet(said.format(**facts) + " " + _("The texts of a batch need some memory beside it."))


def _asked_for(model: ModelChoice, words: Words) -> int | None:
    """The weights of a model of the hub, once somebody wants to know; the answer stays for the visit."""
    _ = words.gettext
    known: dict[str, int] = st.session_state.setdefault("weights_there", {})
    if model.name not in known and st.button(
        _("How large is it?"),
        key="ask_weights",
        help=_("Asks the hub for the size of this model; nothing else is sent."),
    ):
        try:
            with st.spinner(_("Asking the hub…")):
                known[model.name] = weights_there(model.name)
        except UserError as error:
            show_error(error)
    return known.get(model.name)


def take_lora(project_id: str, learning_rate: float) -> None:
    """Into the form, before the page is drawn."""
    project = open_project(project_id)
    draft = read_draft(project)
    keep_draft(project, draft.model_copy(update={"changed": draft.changed | with_lora(learning_rate)}))
    renew_inputs(project_id)
