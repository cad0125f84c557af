"""What the division into parts cannot judge, and labels that are probably none: said on the Train page before the launch."""

from __future__ import annotations

import streamlit as st

from core.data.health_labels import own_labels
from core.data.unjudged import Unjudged, named, unjudged
from core.errors import UserError
from core.jobs.launch import freeze, learnable
from core.models.choice import ModelChoice
from core.store.draft import Draft
from core.store.project import Project
from core.store.test_file import stamp_of_test
from core.train.settings import Settings
from core.words import Words
from pages.parts.errors import show_error
from pages.parts.look import quiet
from pages.parts.plain import plain


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
    _say(found, words, is_file=is_file)
    return True


def _say(found: Unjudged, words: Words, *, is_file: bool) -> None:
    _ = words.gettext
    if found.alone:
        said = _(
            "Labels with one row only, or whose rows say the same or are kept together: {count} ({labels}). They are learned from, so "
            "neither validation nor the test can say whether the model knows these labels. Add rows, merge these labels with others, "
            "or set their rows aside on the Data page."
        )
        st.warning(said.format(count=words.integer(len(found.alone)), labels=plain(named(found.alone))))
    others = [
        (
            found.never,
            _(
                "Labels of which no row is in validation or test: {count} ({labels}). No figure says whether the model knows them."
            ),
        ),
        (
            found.not_in_validation,
            _("Labels of which no row is in validation: {count} ({labels}). The best epoch is chosen without them."),
        ),
        (
            found.not_in_test,
            _("Labels of which no row is in the test: {count} ({labels}). It cannot say whether the model knows them."),
        ),
    ]
    if not is_file:
        others.append(
            (
                found.not_learned,
                _("Labels that no row to learn from has: {count} ({labels}). Every answer to their rows is wrong."),
            )
        )
    lines = [said.format(count=words.integer(len(labels)), labels=named(labels)) for labels, said in others if labels]
    if lines:
        quiet(" ".join([*lines, _("More rows of these labels help, or larger shares.")]))


def say_if_own_labels(labels: int, rows: int, words: Words) -> None:
    """A warning where there are more labels than half the rows."""
    found = own_labels(labels, rows)
    if found is not None:
        st.warning(f"**{found.title(words)}.** {found.consequence(words)}")
