"""A cross-validation of each task on the Results page: its figures over all rows together, or why there are none."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest

from core.data.columns import Roles
from core.results.folds import out_of_fold
from core.results.over_all_rows import NOT_TOGETHER, over_all_rows
from core.store.study import Study
from core.train.tasks import task_of
from core.words import Words
from tests.core.results.test_over_all_rows import (
    finish_matching,
    finish_numbers,
    finish_questions,
    finish_sets,
    held,  # noqa: F401  # fixtures
    study_of,  # noqa: F401
)
from tests.matching import asked as pairs
from tests.pages.screen import errors, figures, said, table, texts, visit
from tests.tables import asked, graded, tagged

SETS = Roles(text="text", label="label", task="several_labels", separator=";")
NUMBER = Roles(text="text", label="label", task="number")
QUESTIONS = Roles(text="text", question="question", task="generation")
MATCHING = Roles(text="text", question="question", task="matching")


@pytest.mark.parametrize(
    ("rows", "roles", "finish"),
    [
        (tagged(30), SETS, finish_sets),
        (graded(30), NUMBER, finish_numbers),
        (asked(30), QUESTIONS, finish_questions),
        (pairs(24, 1), MATCHING, finish_matching),
    ],
    ids=["several_labels", "number", "generation", "matching"],
)
def test_each_task_says_what_it_can_over_all_rows(
    study_of: Callable[..., Study],  # noqa: F811
    rows: list[dict[str, str]],
    roles: Roles,
    finish: Callable[..., None],
    words: Words,
) -> None:
    study = study_of(rows, roles)
    for place, run in enumerate(study.folds()):
        finish(run, place)
    at = visit("results", words, project=study.project_id, study=study.id)
    assert errors(at) == []
    shown, found = texts(at), over_all_rows(study)
    assert said("Over all rows together", words) in shown
    if roles.task == "matching":
        assert found is None
        assert words.gettext(NOT_TOGETHER) in shown
        assert any(" ± " in text for text in shown)
        return
    assert found is not None
    for figure in task_of(roles).figures:
        assert (words.gettext(figure.title), figure.shown(found[figure.name], words)) in pairwise(shown)
    if roles.task == "several_labels":
        lines = {row[0]: row for row in table(at, said("Given from", words))[1:]}
        low, high = found["labels"][0]["thresholds"]
        assert lines[found["labels"][0]["label"]][5] == f"{words.percent(low, 0)} – {words.percent(high, 0)}"
    if roles.task == "number":
        drawn = figures(at)[f"scatter_{study.id}"]["figure"]["data"][0]
        assert drawn["x"] == out_of_fold(study)["label"].astype(float).tolist()
    if roles.task == "generation":
        assert len(table(at, said("Its question", words))) == 13
