"""How the result will be checked: one split, a cross-validation, a test file of one's own; and what each of these costs."""

from __future__ import annotations

import streamlit as st

from core.data.columns import TaskName
from core.data.folds import FEWEST, MOST, MOST_REPEATS, check_folds, scarce_labels
from core.data.kin import tied
from core.data.remarks import of_folds, of_test_file
from core.data.test_rows import TestFacts
from core.errors import UserError
from core.jobs.baselines import ask_for_study_baselines
from core.jobs.folds import launch_folds, room_for_all
from core.jobs.launch import beside_test_file, facts_of_test, gathered, learnable
from core.store.draft import Draft, keep_draft, read_draft
from core.store.project import Project, table_stamp
from core.store.test_file import kept_test_file, stamp_of_test
from core.train.settings import Settings
from core.words import N_, Words
from pages.parts.errors import show_error
from pages.parts.look import quiet
from pages.parts.plain import plain
from pages.parts.remarks import show_remarks
from pages.parts.shell import go
from pages.parts.test_file import bring_test_file

PROTOCOLS = {"split": N_("One split"), "folds": N_("Cross-validation"), "file": N_("My own test file")}
ABOUT = {
    "split": N_(
        "A part of the rows is kept aside and measured once, at the end. Quick; with few rows, luck has a say."
    ),
    "folds": N_(
        "Every row is predicted once, by a model that has not seen it: the surest figure, and how far it varies. It costs as many trainings "
        "as there are folds."
    ),
    "file": N_(
        "The rows of a file that you bring are predicted once, at the end; all of the table is there to learn from."
    ),
}


def choose_protocol(project: Project, settings: Settings, words: Words) -> tuple[Draft, bool]:
    """The choice, kept at once, and whether it can be launched as it stands."""
    _ = words.gettext
    draft = read_draft(project)
    st.markdown("**" + _("How the result is checked") + "**")
    chosen = st.segmented_control(
        _("How the result is checked"),
        list(PROTOCOLS),
        format_func=lambda each: _(PROTOCOLS[each]),
        default=draft.protocol,
        required=True,
        key=f"protocol_{project.id}_{draft.protocol}",
        label_visibility="collapsed",
    )
    if chosen and chosen != draft.protocol:
        draft = draft.model_copy(update={"protocol": chosen})
        keep_draft(project, draft)
        st.rerun()
    quiet(_(ABOUT[draft.protocol]))
    if draft.protocol == "folds":
        return _folds(project, draft, settings, words)
    if draft.protocol == "file":
        return draft, _file(project, settings.test_share, words)
    return draft, True


def _folds(project: Project, draft: Draft, settings: Settings, words: Words) -> tuple[Draft, bool]:
    _ = words.gettext
    left, right = st.columns(2)
    about = _("Into so many parts the rows are divided; each is predicted by a model that learned from the others.")
    folds = int(
        left.number_input(
            _("Folds"), FEWEST, MOST, min(max(draft.folds, FEWEST), MOST), key=f"folds_{project.id}", help=about
        )
    )
    about = _("The same once more, divided otherwise: how much of the result is luck of the division.")
    repeats = int(
        right.number_input(
            _("Repeats"),
            1,
            MOST_REPEATS,
            min(max(draft.repeats, 1), MOST_REPEATS),
            key=f"repeats_{project.id}",
            help=about,
        )
    )
    if (folds, repeats) != (draft.folds, draft.repeats):
        draft = draft.model_copy(update={"folds": folds, "repeats": repeats})
        keep_draft(project, draft)
    runs = folds * repeats + 1
    cost = _(
        "{count} trainings: {folds} folds × {repeats}, and one on all rows at the end, which is the model to use. About {count} times the "
        "time of a single one; up to {size} on the disk."
    )
    quiet(
        cost.format(
            count=words.integer(runs),
            folds=words.integer(folds),
            repeats=words.integer(repeats),
            size=words.size(room_for_all(settings, project, runs)),
        )
    )
    refusal, scarce = _foldable(project, table_stamp(project), folds)
    if refusal is not None:
        show_error(refusal)
    show_remarks(of_folds(scarce), words)
    return draft, refusal is None


@st.cache_data(max_entries=20, show_spinner=False)
def _foldable(_project: Project, stamp: tuple[str, int, str], folds: int) -> tuple[UserError | None, list[str]]:
    """Why the table cannot be divided so; else the labels that some folds will lack."""
    assert _project.roles is not None
    examples = tied(learnable(_project).examples, _project.roles.task)
    try:
        check_folds(examples, folds)
    except UserError as error:
        return error, []
    return None, scarce_labels(examples, folds)


def _file(project: Project, test_share: float, words: Words) -> bool:
    """The uploader, then what the file would measure; whether it can."""
    _ = words.gettext
    bring_test_file(project, words)
    if kept_test_file(project) is None:
        return False
    if test_share > 0:
        quiet(_("The share for the test in the settings does not count: no row of the table is kept aside for it."))
    told = _measurable(project, table_stamp(project), stamp_of_test(project))
    if isinstance(told, UserError):
        show_error(told)
        return False
    assert project.roles is not None
    show_test_facts(told, project.roles.task, words)
    return True


@st.cache_data(max_entries=20, show_spinner=False)
def _measurable(_project: Project, stamp: tuple[str, int, str], file: int) -> TestFacts | UserError:
    settings = Settings(test_from="file")
    try:
        examples = gathered(_project, learnable(_project), settings)
        return facts_of_test(_project, beside_test_file(_project, examples, settings))
    except UserError as error:
        return error


def show_test_facts(told: TestFacts, task: TaskName, words: Words) -> None:
    """What a test file asks, and what it changes in what is learned."""
    _ = words.gettext
    said = [
        _("Asked once, at the end: {rows} of “{name}”.").format(
            rows=words.ngettext("{count} row", "{count} rows", told.rows), name=plain(told.name)
        )
    ]
    if told.unusable:
        said.append(
            words.ngettext(
                "{count} of its rows has no text or no label and measures nothing.",
                "{count} of its rows have no text or no label and measure nothing.",
                told.unusable,
            )
        )
    if told.leaking:
        said.append(
            words.ngettext(
                "{count} row of the table says what a test row says, or belongs together with one: it is not learned from.",
                "{count} rows of the table say what a test row says, or belong together with one: they are not learned from.",
                told.leaking,
            )
        )
    quiet(" ".join(said))
    show_remarks(of_test_file(told, task), words)


def asked_share(draft: Draft) -> float:
    """Of the rows of the table, by each training."""
    return 1 / draft.folds if draft.protocol == "folds" else 0.0


def launch_study(project: Project, settings: Settings, draft: Draft) -> None:
    """Queues a cross-validation with its simple models, and opens it."""
    study = launch_folds(project.id, settings, draft.folds, draft.repeats)
    ask_for_study_baselines(study)
    go("train", study=study.id)
