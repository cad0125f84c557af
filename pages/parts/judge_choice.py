"""Which model judges how much of the meaning a paraphrase keeps: embedded, the multilingual one of the hub, another, a folder."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from core.augment.similarity import MULTILINGUAL, MULTILINGUAL_SIZE, name_of, reads_well
from core.models.catalogue import EMBEDDED_NAME
from core.models.choice import ModelChoice
from core.models.hub import is_here
from core.words import Words
from pages.parts.look import quiet

READS_MANY = ModelChoice(kind="hub", name=MULTILINGUAL)
LISTED = [ModelChoice(), READS_MANY]
SPECIAL = [ModelChoice(kind="hub"), ModelChoice(kind="folder")]


def choose_judge(current: ModelChoice | None, source: str, words: Words, key: str) -> ModelChoice:
    """A choice, with what it means below it. current: None proposes what this machine has for the language of the rows."""
    _ = words.gettext
    current = current or proposed(source)
    listed = current if current in LISTED else next((each for each in SPECIAL if each.kind == current.kind), LISTED[0])
    options = [*LISTED, *SPECIAL]
    chosen = st.selectbox(
        _("Judged by"),
        options,
        index=options.index(listed),
        format_func=lambda choice: _title(choice, words),
        key=f"{key}_judge_{listed.kind}_{bool(listed.name)}",
        help=_(
            "The model that says how much of the meaning a paraphrase keeps, on this machine. It reads the row and the paraphrase and "
            "measures how close they are; no text is sent anywhere."
        ),
    )
    if chosen in SPECIAL:
        chosen = _typed(chosen, current, words, key)
    if not reads_well(chosen, source):
        quiet(
            _(
                "{model} learned to read English. Of texts in another language ({language}) it sees common words rather than the meaning: "
                "trust its figures less, or choose the multilingual model."
            ).format(model=EMBEDDED_NAME, language=words.language_name(source))
        )
    elif chosen.kind == "hub":
        quiet(_("The model is fetched once from the hub, which needs internet; your texts are not sent."))
    return chosen


def proposed(source: str) -> ModelChoice:
    """The embedded model, or the multilingual one where it reads better and is on this machine already."""
    return READS_MANY if not reads_well(ModelChoice(), source) and is_here(MULTILINGUAL) else ModelChoice()


def _title(choice: ModelChoice, words: Words) -> str:
    _ = words.gettext
    if choice == ModelChoice():
        language, need = words.language_name("en"), _("comes with Parafine, no internet")
        return f"{EMBEDDED_NAME} · {language} · {need}"
    if choice == READS_MANY:
        languages, size = _("fifty languages, French among them"), words.size(MULTILINGUAL_SIZE)
        need = _("already here") if is_here(MULTILINGUAL) else _("needs internet")
        return f"{name_of(choice)} · {languages} · {size} · {need}"
    return _("A folder on this machine…") if choice.kind == "folder" else _("Another model of the Hugging Face hub…")


def _typed(choice: ModelChoice, current: ModelChoice, words: Words, key: str) -> ModelChoice:
    _ = words.gettext
    value = current.name if current.kind == choice.kind and current not in LISTED else ""
    if choice.kind == "hub":
        name = st.text_input(
            _("Name of the model on the hub"), value=value, placeholder=MULTILINGUAL, key=f"{key}_judge_hub"
        )
    else:
        name = st.text_input(
            _("Folder of the model on the machine that runs Parafine"),
            value=value,
            placeholder=str(Path.home() / "model"),
            key=f"{key}_judge_folder",
        )
    return ModelChoice(kind=choice.kind, name=name.strip())
