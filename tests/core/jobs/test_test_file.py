"""A test file of one's own: exactly its rows are asked, and nothing that gives them away is learned from."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.columns import Roles
from core.data.fixes import Fix
from core.data.kin import content_key
from core.data.reading import read
from core.data.test_rows import beside
from core.errors import UserError
from core.jobs.launch import launch
from core.jobs.processes import supervisor_lock
from core.models.choice import ModelChoice
from core.store.fixes import add_fix
from core.store.project import Project, set_roles
from core.store.run import list_runs
from core.store.test_file import ROOM, keep_test_file, kept_test_file, remove_test_file
from core.train.settings import Settings
from tests.core.data.test_split_paraphrases import first_origin, keys_of, tables
from tests.tables import as_csv, lay_down, messages

TABLE, TESTS = messages(60), [{**row, "text": f"asked: {row['text']}"} for row in messages(12)]


@pytest.fixture(autouse=True)
def held(home: object) -> Iterator[None]:
    with supervisor_lock().acquire(timeout=0):
        yield


def keep(project: Project, rows: list[dict[str, str]], **mapping: str) -> bytes:
    content = as_csv(rows)
    mapping = mapping or {"text": "text", "label": "label"}
    keep_test_file(project.id, content, "test.csv", read(content, "test.csv"), mapping)
    return content


WANTED = Settings(test_from="file")


def test_the_test_part_is_exactly_that_file(project: Project) -> None:
    content = keep(project, TESTS)
    assert (project.folder / ROOM / "upload" / "test.csv").read_bytes() == content
    run = launch(project.id, WANTED)
    asked = run.examples().query("part == 'test'")
    assert asked["id"].tolist() == [f"t{row}" for row in range(1, 13)]
    assert asked["text"].tolist() == [row["text"] for row in TESTS]
    record = run.record()
    # A tenth of the table would have been the test: all of it is learned from, or watches.
    assert record.parts == {"train": 54, "validation": 6, "test": 12}
    assert record.test_file == {
        "name": "test.csv",
        "rows": 12,
        "unusable": 0,
        "leaking": 0,
        "unseen_rows": 0,
        "unseen": [],
        "outside": 0,
        "scale": None,
    }


def test_columns_of_other_names_go_where_they_are_sent(project: Project) -> None:
    rows = [{"classe": row["label"], "verbatim": row["text"]} for row in TESTS]
    keep(project, rows, classe="label", verbatim="text")
    asked = launch(project.id, WANTED).examples().query("part == 'test'")
    assert asked["label"].tolist() == [row["label"] for row in TESTS]


def test_what_is_told_of_the_file(project: Project) -> None:
    """Rows of the table that say the same are left out; strange labels and rows without a label are counted."""
    rows = [*TESTS, {**TABLE[0], "text": TABLE[0]["text"].upper()}, TABLE[4]]
    rows += [{"text": "strange", "label": "praise"}, {"text": "nothing", "label": ""}]
    keep(project, rows)
    run = launch(project.id, WANTED)
    examples = run.examples()
    assert examples.loc[examples["part"] == "unused", "id"].tolist() == ["r1", "r5"]
    assert run.record().test_file == {
        "name": "test.csv",
        "rows": 15,
        "unusable": 1,
        "leaking": 2,
        "unseen_rows": 1,
        "unseen": ["praise"],
        "outside": 0,
        "scale": None,
    }
    assert run.record().labels == ["account", "delivery", "praise", "refund"]


def test_rows_that_stay_together_with_a_test_row_are_not_learned_from(make_project: Callable[..., Project]) -> None:
    table = [{**row, "author": f"a{place // 4}"} for place, row in enumerate(TABLE)]
    project = make_project(as_csv(table))
    set_roles(project.id, Roles(text="text", label="label", together="author"))
    keep(
        project, [{**TESTS[0], "author": "a3"}, {**TESTS[1], "author": ""}], text="text", label="label", author="author"
    )
    run = launch(project.id, WANTED)
    examples = run.examples()
    assert examples.loc[examples["part"] == "unused", "id"].tolist() == ["r13", "r14", "r15", "r16"]
    assert (run.record().test_file or {})["leaking"] == 4


def test_nor_are_rows_that_stay_together_with_what_says_the_same(make_project: Callable[..., Project]) -> None:
    """Of the author of a row that a test row repeats, whoever the file says has written that one."""
    rows = [row | {"author": f"a{place // 5}"} for place, row in enumerate(TABLE)]
    project = make_project(as_csv(rows))
    set_roles(project.id, Roles(text="text", label="label", together="author"))
    keep(project, [rows[7] | {"author": "unknown"}], text="text", label="label", author="author")
    parts = launch(project.id, WANTED).examples().set_index("id")["part"]
    assert parts[parts == "unused"].index.tolist() == [f"r{row}" for row in range(6, 11)]


def test_labels_that_were_merged_are_merged_in_the_test_file_too(project: Project) -> None:
    roles = Roles(text="text", label="label")
    add_fix(project.folder, Fix(code="spellings", roles=roles, does="merge", rows=(), labels={"Refund": "refund"}))
    keep(project, [{**row, "label": row["label"].replace("refund", "Refund")} for row in TESTS])
    asked = launch(project.id, WANTED).examples().query("part == 'test'")
    assert asked["label"].tolist() == [row["label"] for row in TESTS]


@pytest.mark.parametrize(
    ("rows", "code"),
    [(None, "no_test_file"), (TABLE, "test_file_is_all"), ([{"text": "", "label": "refund"}], "added_without_text")],
)
def test_a_file_that_cannot_test_is_said_and_nothing_is_made(
    project: Project, rows: list[dict[str, str]] | None, code: str
) -> None:
    def keep_and_launch() -> None:
        if rows is not None:
            keep(project, rows)
        launch(project.id, WANTED)

    with pytest.raises(UserError) as caught:
        keep_and_launch()
    assert caught.value.code == code
    assert list_runs(project.id) == []


def test_a_model_that_has_learned_from_a_test_row_is_not_tested_with_it(project: Project, tiny_bert: Path) -> None:
    former = lay_down(project)
    (former.folder / "result.json").write_text("{}", encoding="utf-8")
    shutil.copytree(tiny_bert, former.model_folder)
    learned = former.examples().query("part == 'train'").iloc[0]
    keep(project, [*TESTS, {"text": learned["text"], "label": learned["label"]}])
    with pytest.raises(UserError) as caught:
        launch(project.id, WANTED.model_copy(update={"model": ModelChoice(kind="run", name=former.id)}))
    assert (caught.value.code, caught.value.facts) == ("test_file_learned", {"rows": 1})


def test_it_is_replaced_and_removed(project: Project) -> None:
    keep(project, TESTS)
    keep(project, TESTS[:3])
    file = kept_test_file(project)
    assert file is not None
    assert (file.facts.name, file.facts.rows) == ("test.csv", 3)
    remove_test_file(project)
    assert kept_test_file(project) is None
    assert not (project.folder / ROOM).exists()


@settings(max_examples=80, deadline=None)
@given(table=tables(), tests=tables(), seed=st.integers(0, 3))
def test_nothing_learned_gives_a_test_row_away(table: pd.DataFrame, tests: pd.DataFrame, seed: int) -> None:
    asked = tests[tests["origin"] == ""].head(5)
    asked = asked.assign(id="t" + asked["id"].str.slice(1))
    try:
        parts = beside(table, asked, 0.2, seed)
    except UserError:
        return
    held_out = {content_key(text, question) for text, question in zip(asked["text"], asked["question"], strict=True)}
    origins = dict(zip(table["id"], table["origin"], strict=True))
    keys = dict(zip(table["id"], keys_of(table), strict=True))
    for identifier, part in zip(table["id"], parts, strict=True):
        assert part != "test"
        if part != "unused":
            assert keys[identifier] not in held_out
            assert keys.get(first_origin(identifier, origins)) not in held_out
