"""What becomes of a model's head: told before the launch and with the result."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.data.targets import outputs_of
from core.jobs.launch import learnable
from core.models.choice import ModelChoice
from core.models.outlook import lacks_head, transfer_to
from core.models.transfer import Transfer, note
from core.store.project import Project
from core.words import Words
from pages.parts.look import quiet


@st.cache_data(max_entries=20, show_spinner=False)
def outputs_here(_project: Project, stamp: tuple[str, int, str]) -> list[str]:
    """The labels that a training of the project would learn. Raises UserError when there is nothing to learn."""
    assert _project.roles is not None
    return outputs_of(_project.roles.task, learnable(_project).examples["label"].tolist())


def before(project: Project, stamp: tuple[str, int, str], model: ModelChoice, words: Words) -> None:
    """For a model that lies on this machine."""
    _ = words.gettext
    assert project.roles is not None
    task = project.roles.task
    if lacks_head(model, project.id, task):
        quiet(_("This model has no head that tells labels apart or gives a number: a new one is made and learned."))
    _tell(transfer_to(model, project.id, task, outputs_here(project, stamp)), words)


def after(result: dict[str, Any], words: Words) -> None:
    """As it was when the model was loaded; older results say nothing."""
    if "head" in result:
        _tell(Transfer.model_validate(result["head"]), words)


def _tell(found: Transfer, words: Words) -> None:
    if said := note(found, words):
        quiet(said)
