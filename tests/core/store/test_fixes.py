"""Fixes are kept with the project, undone one by one, forgotten with the table; upload and table stay byte for byte."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.data.columns import Roles
from core.data.fixes import Fix
from core.data.reading import read
from core.errors import UserError
from core.jobs.launch import learnable
from core.store.fixes import add_fix, read_fixes, undo_fix
from core.store.preview import read_fixed_rows
from core.store.project import (
    Project,
    keep_upload,
    open_project,
    select_table,
    set_roles,
    table_stamp,
    tally_table,
)
from tests.tables import as_csv, messages


def aside(project: Project, *rows: int) -> Fix:
    assert project.roles is not None
    return Fix(code="duplicate", roles=project.roles, does="aside", rows=rows)


def files(project: Project) -> dict[str, bytes]:
    found = [*(project.folder / "upload").iterdir(), project.folder / "table.parquet"]
    return {path.name: path.read_bytes() for path in found}


def test_a_fix_is_seen_by_the_tally_and_by_the_training_and_touches_no_file(project: Project) -> None:
    before, stamp = files(project), table_stamp(project)
    add_fix(project.folder, aside(project, 2, 5))
    tally = tally_table(project)
    assert (tally.used, tally.fixed) == (58, {"duplicate": 2})
    assert learnable(project).examples["id"].tolist()[:4] == ["r1", "r3", "r4", "r6"]
    assert files(project) == before
    assert table_stamp(project) != stamp


def test_undone_fixes_leave_everything_as_it_was(project: Project) -> None:
    before, stamp = select_table(project), table_stamp(project)
    first, second = aside(project, 2), aside(project, 3)
    add_fix(project.folder, first)
    add_fix(project.folder, second)
    undo_fix(project.folder, first.id)
    assert read_fixes(project.folder) == [second]
    undo_fix(project.folder, second.id)
    undo_fix(project.folder, second.id)
    assert select_table(project).examples.equals(before.examples)
    assert table_stamp(project) == stamp


def test_the_same_fix_asked_for_twice_is_made_once(project: Project) -> None:
    add_fix(project.folder, aside(project, 2, 5))
    add_fix(project.folder, aside(project, 2, 5))
    assert len(read_fixes(project.folder)) == 1


def test_a_new_table_has_no_fixes(project: Project) -> None:
    add_fix(project.folder, aside(project, 2))
    content = as_csv(messages(30))
    keep_upload(project.id, content, "new.csv", read(content, "new.csv"))
    assert read_fixes(project.folder) == []
    assert tally_table(open_project(project.id)).used == 30


def test_a_fix_rests_while_the_roles_are_others(project: Project) -> None:
    add_fix(project.folder, aside(project, 2))
    roles = project.roles
    assert roles is not None
    changed = set_roles(project.id, roles.model_copy(update={"label": None}))
    assert tally_table(changed).used == 60
    assert tally_table(set_roles(project.id, roles)).used == 59


def test_a_page_of_rows_shows_what_fixes_make_of_them(make_project: Callable[..., Project]) -> None:
    rows = messages(45)
    rows[20]["text"] = "write to anna@example.org"
    rows[21]["label"] = "Refund"
    project = make_project(as_csv(rows))
    assert project.roles is not None
    add_fix(project.folder, Fix(code="personal", roles=project.roles, does="mask", rows=(21,)))
    add_fix(
        project.folder,
        Fix(code="label_spelling", roles=project.roles, does="merge", rows=(22,), labels={"Refund": "refund"}),
    )
    add_fix(project.folder, aside(project, 1, 23))
    shown, left_out = read_fixed_rows(project, 20, 20)
    assert shown["text"][0] == "write to [EMAIL]"
    assert shown["label"][1] == "refund"
    assert left_out == {23: "duplicate"}


def test_fixes_that_leave_too_little_are_said_and_can_be_undone(project: Project) -> None:
    fix = aside(project, *range(1, 55))
    add_fix(project.folder, fix)
    with pytest.raises(UserError) as caught:
        learnable(project)
    assert caught.value.code == "too_few_examples"
    undo_fix(project.folder, fix.id)
    assert learnable(project).tally.used == 60


def test_of_a_text_of_several_columns_each_is_shown_corrected(make_project: Callable[..., Project]) -> None:
    rows = [row | {"note": "call anna@example.org"} for row in messages(30)]
    project = make_project(as_csv(rows))
    roles = Roles(text="note", text_more=("text",), label="label")
    project = set_roles(project.id, roles)
    add_fix(project.folder, Fix(code="personal", roles=roles, does="mask", rows=(2,)))
    shown, _ = read_fixed_rows(project, 0, 3)
    assert shown["note"].tolist() == ["call anna@example.org", "call [EMAIL]", "call anna@example.org"]
    assert shown["text"].tolist() == [row["text"] for row in rows[:3]]
    assert select_table(project).examples["text"][1] == f"call [EMAIL]\n{rows[1]['text']}"
