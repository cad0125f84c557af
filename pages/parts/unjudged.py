"""What the division into parts cannot judge: said on the Train page before the launch."""

from __future__ import annotations

import streamlit as st

from core.data.remarks import of_unjudged
from core.data.unjudged import Unjudged, unjudged
from core.errors import UserError
from core.jobs.launch import freeze, learnable
from core.models.choice import ModelChoice
from core.store.draft import Draft
from core.store.project import Project
from core.store.test_file import stamp_of_test
from core.train.settings import Settings
from core.words import Words
from pages.parts.errors import show_error
from pages.parts.remarks import show_remarks


@st.cache_data(max_entries=50, show_spinner=False)
def found_in(
    _project: Project,
    stamp: tuple[str, int, str],
    file: int,
    model: ModelChoice,
    shares: tuple[float, float, int, bool],
) -> Unjudged | UserError:
    """Of the parts that a launch would make. shares: of validation and of the test, the seed, whether the test is a file.

    Accepted paraphrases do not count: where the rows of the table are does not depend on them.
    """
    assert _project.roles is not None
    validation, test, seed, is_file = shares
    settings = Settings(
        model=model,
        validation_share=validation,
        test_share=test,
        seed=seed,
        test_from="file" if is_file else "table",
        paraphrases=False,
    )
    try:
        return unjudged(freeze(_project, learnable(_project), settings), _project.roles.task)
    except UserError as error:
        return error


def say_unjudged(project: Project, stamp: tuple[str, int, str], settings: Settings, draft: Draft, words: Words) -> bool:
    """What no figure will tell; whether the table can be divided so. A cross-validation says its own."""
    if draft.protocol == "folds":
        return True
    is_file = draft.protocol == "file"
    shares = (settings.validation_share, settings.test_share, settings.seed, is_file)
    found = found_in(project, stamp, stamp_of_test(project) if is_file else 0, settings.model, shares)
    if isinstance(found, UserError):
        # That of a test file is shown beside the file.
        if not is_file:
            show_error(found)
        return False
    show_remarks(of_unjudged(found, is_file=is_file), words)
    return True
