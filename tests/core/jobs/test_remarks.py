"""What is said of a launch before it begins: the same sentences at a terminal as on the Train page, and none of them in a document."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from core.data.columns import Roles
from core.data.findings import CONSEQUENCES
from core.data.reading import read
from core.data.remarks import (
    ALONE,
    CUT,
    CUT_BY_THE_MODEL,
    MORE_ROWS,
    NOT_IN_TEST,
    ONE_TEXT,
    OUTSIDE,
    SCARCE,
    UNSEEN,
    UNSEEN_OF_SEVERAL,
    Remark,
)
from core.jobs.processes import supervisor_lock
from core.jobs.remarks import remarks
from core.store.project import Project, set_roles
from core.store.test_file import keep_test_file
from core.train.settings import Settings
from core.words import Words
from tests import matching
from tests.core.jobs.terminal import settings_file, typed
from tests.tables import as_csv, graded, messages, tagged

LABELLED = Roles(text="text", label="label")
Rows = Sequence[dict[str, str]]


@pytest.fixture(autouse=True)
def still(home: Path) -> Iterator[None]:
    """Nobody takes what waits: this process holds the supervisor's place."""
    with supervisor_lock().acquire(timeout=30):
        yield


def rare(rows: int) -> list[dict[str, str]]:
    return [{"text": f"something rare number {place}", "label": "rare"} for place in range(rows)]


OWN = [
    {"text": f"letter number {place}", "label": f"case {place // 2 if place < 20 else place}"} for place in range(60)
]
LONG = [row | {"text": f"{row['text']} {'again and ' * 300}"} for row in messages(40)]
ONE = [{"text": "the one text" if place < 60 else f"text {place}", "question": f"why {place}?"} for place in range(100)]

TABLE: dict[str, tuple[Rows, Roles, dict[str, object], list[str]]] = {
    "nothing to say": (messages(60), LABELLED, {}, []),
    "one row in a class": ([*messages(60), *rare(1)], LABELLED, {}, [ALONE]),
    "a class missing from a part": ([*messages(60), *rare(2)], LABELLED, {"validation_share": 0.3}, [NOT_IN_TEST, MORE_ROWS]),
    "all texts cut by the settings": (LONG, LABELLED, {"max_tokens": 64}, [CUT]),
    "all texts cut by the model": (LONG, LABELLED, {"max_tokens": 512}, [CUT_BY_THE_MODEL]),
    "questions about one text": (ONE, matching.MATCHING, {}, [ONE_TEXT]),
}  # fmt: skip


def messages_of(found: list[Remark]) -> list[str]:
    return [remark.message for remark in found]


@pytest.mark.parametrize("case", TABLE)
def test_a_launch_at_a_terminal_says_what_the_page_says_beside_what_it_prints(
    case: str, make_project: Callable[..., Project], tmp_path: Path
) -> None:
    rows, roles, changed, expected = TABLE[case]
    project = make_project(as_csv(rows))
    set_roles(project.id, roles)
    settings = Settings(**{"max_tokens": 128, **changed})  # type: ignore[arg-type]
    found = remarks(project.id, settings)
    assert messages_of(found) == expected
    done = typed("launch", project.name, settings_file(tmp_path, settings.model_dump(mode="json")), "--lang", "fr")
    assert done.code == 0
    assert "est dans la file" in done.out
    said = "".join(f"{remark.sentence(Words('fr'))}\n" for remark in found)
    assert done.err == said
    assert "{" not in said


def test_nearly_a_label_a_row_has_its_heading_and_each_thing_is_said_once(
    make_project: Callable[..., Project], tmp_path: Path
) -> None:
    project = make_project(as_csv(OWN))
    set_roles(project.id, LABELLED)
    file = settings_file(tmp_path, [{"seed": 1}, {"seed": 2}])
    done = typed("launch", project.name, file, "--json")
    assert (done.code, len(json.loads(done.out))) == (0, 2)
    heading = "Nearly a label for each row: 50 labels in 60 rows. " + CONSEQUENCES["own_label"]
    assert [line for line in done.err.splitlines() if line.startswith("Nearly")] == [heading]
    lines = done.err.splitlines()
    assert len(lines) == len(set(lines))


@pytest.mark.parametrize("command", ["folds", "search"])
def test_a_cross_validation_and_a_search_say_theirs(
    command: str, make_project: Callable[..., Project], tmp_path: Path
) -> None:
    project = make_project(as_csv([*messages(60), *rare(2 if command == "folds" else 1)]))
    set_roles(project.id, LABELLED)
    done = typed(command, project.name, settings_file(tmp_path, {}), "--json")
    assert done.code == 0
    assert json.loads(done.out)
    expected = SCARCE if command == "folds" else ALONE
    assert done.err == expected.format(count=1, labels="rare") + "\n"


TESTED: dict[str, tuple[Rows, Roles, Rows, str, dict[str, str]]] = {
    "an unseen label": (messages(60), LABELLED, [*messages(6), *rare(2)], UNSEEN, {"rows": "2", "labels": "rare", "most": "75.0%"}),
    "one of several": (tagged(60), LABELLED.model_copy(update={"task": "several_labels", "separator": ";"}), [*tagged(6), {"text": "lovely", "label": "refund;rare"}, *rare(1)], UNSEEN_OF_SEVERAL, {"rows": "2", "labels": "rare", "most": "75.0%"}),
    "numbers outside": (graded(60), LABELLED.model_copy(update={"task": "number"}), [*graded(6), {"text": "well", "label": "9"}, {"text": "bad", "label": "-3"}, {"text": "so", "label": "4"}], OUTSIDE, {"rows": "2", "low": "1.5", "high": "4"}),
}  # fmt: skip


@pytest.mark.parametrize("case", TESTED)
def test_what_a_test_file_asks_that_no_answer_can_give_is_said_in_words_of_the_task(
    case: str, make_project: Callable[..., Project], tmp_path: Path
) -> None:
    rows, roles, asked, message, facts = TESTED[case]
    project = make_project(as_csv(rows))
    set_roles(project.id, roles)
    content = as_csv([row | {"text": f"{row['text']} once more"} for row in asked])
    keep_test_file(project.id, content, "mine.csv", read(content, "mine.csv"), {"text": "text", "label": "label"})
    done = typed("launch", project.name, settings_file(tmp_path, {"test_from": "file"}))
    assert (done.code, done.err) == (0, message.format(**facts) + "\n")
    [english] = [remark for remark in remarks(project.id, Settings(test_from="file")) if remark.message == message]
    french = english.sentence(Words("fr"))
    assert french != english.sentence(Words("en"))
    assert "{" not in french
