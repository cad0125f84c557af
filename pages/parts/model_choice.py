"""Which model to start from: embedded, hub, folder, or a run of the project."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from core.data.columns import TaskName
from core.data.language import NAMES
from core.models.catalogue import EMBEDDED, HUB, Entry
from core.models.choice import ModelChoice
from core.models.hub import is_here
from core.store.project import Project
from core.store.run import list_runs
from core.words import N_, Words

LANGUAGES = {**NAMES, "…": N_("a hundred others")}
TYPED, FOLDER = "typed", "folder"


def choose_model(project: Project, current: ModelChoice, language: str | None, words: Words) -> ModelChoice:
    """A choice, with what it means below it: size, language, whether internet is needed."""
    _ = words.gettext
    options = [ModelChoice(), *(ModelChoice(kind="hub", name=entry.name) for entry in HUB), *_runs(project)]
    special = [ModelChoice(kind="hub", name=""), ModelChoice(kind="folder", name="")]
    listed = (
        current if current in options else next((each for each in special if each.kind == current.kind), options[0])
    )
    chosen = st.selectbox(
        _("Start from"),
        [*options, *special],
        index=[*options, *special].index(listed),
        format_func=lambda choice: title(choice, project, words),
        key=f"model_{project.id}_{listed.kind}_{listed.name}_{len(options)}",
        help=_("A model that has already read millions of texts; the training teaches it your labels."),
    )
    if chosen in special:
        chosen = _typed(chosen, current, words)
    _explain(chosen, language, project.roles.task if project.roles else "classes", words)
    return chosen


def title(choice: ModelChoice, project: Project, words: Words) -> str:
    """One line for a list."""
    _ = words.gettext
    if choice.kind == "embedded":
        need = _("comes with Parafine, no internet")
        return f"{EMBEDDED.name} · {_languages(EMBEDDED, words)} · {need}"
    if choice.kind == "run":
        numbers = {run.id: run.record().number for run in list_runs(project.id)}
        return _("Training {number} of this project (transfer learning)").format(number=numbers.get(choice.name, "?"))
    if choice.kind == "folder":
        return choice.name or _("A folder on this machine…")
    entry = _entry(choice)
    if entry is None:
        return choice.name or _("Another model of the Hugging Face hub…")
    need = _("already here") if is_here(entry.name) else _("needs internet")
    return f"{entry.name} · {_languages(entry, words)} · {words.size(entry.size)} · {need}"


def _typed(choice: ModelChoice, current: ModelChoice, words: Words) -> ModelChoice:
    _ = words.gettext
    value = current.name if current.kind == choice.kind and _entry(current) is None else ""
    if choice.kind == "hub":
        name = st.text_input(
            _("Name of the model on the hub"), value=value, placeholder="camembert-base", key="hub_name"
        )
    else:
        name = st.text_input(
            _("Folder of the model on the machine that runs Parafine"),
            value=value,
            placeholder=str(Path.home() / "model"),
            key="folder_name",
        )
    return ModelChoice(kind=choice.kind, name=name.strip())


def _explain(choice: ModelChoice, language: str | None, task: TaskName, words: Words) -> None:
    _ = words.gettext
    if choice.kind == "hub":
        st.caption(
            _(
                "The model is fetched once from the hub; your texts are not sent. "
                "It is larger than the embedded one: expect a training several times longer."
            )
        )
    if choice.kind == "embedded" and language not in (None, "en"):
        said = _(
            "Your texts are in another language ({language}) and the embedded model reads English: "
            "it will find patterns in your words, "
            "but a model of that language learns better from fewer rows. With internet, choose one above, for French camembert-base."
        )
        if task == "generation":
            said = _(
                "Your texts are in another language ({language}) and the embedded model reads English: it will find patterns in your words, "
                "but hardly write that language. With internet, choose one that writes it: “Another model of the Hugging Face hub…”, for "
                "French moussaKam/barthez."
            )
        st.warning(said.format(language=_(LANGUAGES.get(language or "", language or ""))), icon=":material/translate:")


def _languages(entry: Entry, words: Words) -> str:
    return ", ".join(words.gettext(LANGUAGES[code]) for code in entry.languages)


def _entry(choice: ModelChoice) -> Entry | None:
    return next((entry for entry in HUB if choice.kind == "hub" and entry.name == choice.name), None)


def _runs(project: Project) -> list[ModelChoice]:
    return [ModelChoice(kind="run", name=run.id) for run in list_runs(project.id) if run.has_model()]
