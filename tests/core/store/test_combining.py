"""Tables put under one another: every row keeps its number and its file, every upload its bytes, and the last can be taken back."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from core.data.archives import LIMIT
from core.data.columns import Roles
from core.data.combining import guess_mapping
from core.data.dialect import Dialect
from core.data.fixes import Fix
from core.data.reading import Reading, read
from core.errors import UserError
from core.store.combining import add_file, files_of, read_added_again, remove_last_file, rows_above
from core.store.facts import AddedFile
from core.store.fixes import add_fix, read_fixes
from core.store.project import (
    Project,
    keep_reading,
    keep_upload,
    open_project,
    read_table,
    select_table,
    set_roles,
    upload_of,
)
from tests.tables import as_csv, messages

ROLES = Roles(text="text", label="label")


def more(rows: int = 12, first: int = 100) -> list[dict[str, str]]:
    """Rows that are not among the sixty of the fixture."""
    return [row | {"text": f"{row['text']} and {first + place}"} for place, row in enumerate(messages(rows))]


def renamed(rows: list[dict[str, str]], encoding: str = "cp1252") -> bytes:
    """As another office writes them: other names, another order, one column more, `;`, Windows-1252."""
    found = [{"Étiquette": row["label"], "Commentaire": row["text"], "agence": "Nîmes"} for row in rows]
    return as_csv(found, ";").decode().encode(encoding)


def add(project: Project, content: bytes, name: str = "more.csv", *, leave_out: bool = True, **changes: str) -> Project:
    reading = read(content, name)
    assert project.table is not None
    assert project.roles is not None
    mapping = guess_mapping(reading.table, project.table.columns, project.roles) | changes
    return add_file(project.id, content, name, reading, mapping, leave_out=leave_out)


def numbers(project: Project) -> list[tuple[str, int]]:
    assert project.table is not None
    return files_of(project.table)


def last(project: Project) -> AddedFile:
    assert project.table is not None
    return project.table.added[-1]


@pytest.fixture
def project(make_project: Callable[..., Project]) -> Project:
    return make_project()


def test_rows_are_put_below_under_the_columns_they_belong_to(project: Project) -> None:
    combined = add(project, renamed(more()))
    table = read_table(combined)
    assert list(table.columns) == ["text", "label", "agence"]
    assert table[:60].to_numpy().tolist() == [[row["text"], row["label"], ""] for row in messages()]
    assert table[60:].to_numpy().tolist() == [[row["text"], row["label"], "Nîmes"] for row in more()]
    assert combined.roles == ROLES
    assert numbers(combined) == [("messages.csv", 60), ("more.csv", 12)]
    examples = select_table(combined).examples
    assert examples["id"].tolist() == [f"r{row}" for row in range(1, 73)]


def test_each_upload_stays_as_it_was_received_with_how_it_was_read(project: Project) -> None:
    first = upload_of(project).read_bytes()
    content = renamed(more()) + b"a;b;c;d\n"
    combined = add(project, content, "../agence été.csv")
    file = last(combined)
    assert upload_of(combined).read_bytes() == first
    (kept,) = (combined.folder / "added" / "1").iterdir()
    assert (kept.name, kept.read_bytes()) == ("agence été.csv", content)
    assert (file.facts.encoding, file.facts.delimiter, file.facts.rows) == ("cp1252", ";", 12)
    assert file.facts.columns == ["Étiquette", "Commentaire", "agence"]
    assert [(row[0], row[1]) for row in file.facts.set_aside] == [(14, "too_many_cells")]
    assert combined.table.set_aside == []
    assert open_project(project.id).table == combined.table


def test_a_column_left_out_is_not_in_the_table_and_one_that_is_missing_is_empty(project: Project) -> None:
    content = renamed(more())
    reading = read(content, "more.csv")
    combined = add_file(project.id, content, "more.csv", reading, {"Commentaire": "text"}, leave_out=True)
    assert list(read_table(combined).columns) == ["text", "label"]
    tally = select_table(combined).tally
    assert (tally.used, tally.empty_label) == (60, 12)


def test_what_says_the_same_is_counted_and_set_aside_on_request(project: Project) -> None:
    known = messages()
    rows = [
        known[0] | {"text": f"  {known[0]['text'].upper()} "},  # the same, case and spaces aside
        known[1] | {"label": "account"},  # the same under another label
        *more(4),
    ]
    combined = add(project, as_csv(rows))
    file = last(combined)
    assert (file.repeated, file.contradicting) == (1, 1)
    assert combined.table.rows == 66
    assert select_table(combined).aside == {61: "duplicate"}
    again = add(remove_last_file(project.id), as_csv(rows), leave_out=False)
    assert select_table(again).aside == {}


def test_fixes_made_before_still_hold(project: Project) -> None:
    add_fix(project.folder, Fix(code="rare_label", roles=ROLES, does="aside", rows=(2, 60)))
    combined = add(project, as_csv(more()))
    assert select_table(combined).aside == {2: "rare_label", 60: "rare_label"}


def test_the_last_file_can_be_taken_away_and_no_row_above_changes(project: Project) -> None:
    before = read_table(project)
    one = add(project, renamed(more()), "one.csv")
    add_fix(project.folder, Fix(code="personal", roles=ROLES, does="mask", rows=(3, 61, 80)))
    two = add(one, as_csv([*messages(2), *more(6, first=500)]), "two.csv")
    add_fix(project.folder, Fix(code="rare_label", roles=ROLES, does="aside", rows=(75,)))
    assert numbers(two) == [("messages.csv", 60), ("one.csv", 12), ("two.csv", 8)]
    assert select_table(two).aside == {73: "duplicate", 74: "duplicate", 75: "rare_label"}
    back = remove_last_file(project.id)
    assert (back.table, back.roles) == (one.table, one.roles)
    assert sorted(path.name for path in (back.folder / "added").iterdir()) == ["1"]
    # A file added later has rows of these numbers again: nothing that was said of the former ones may hold for them.
    assert [(fix.code, fix.rows) for fix in read_fixes(project.folder)] == [("personal", (3, 61))]
    back = remove_last_file(project.id)
    assert back.table == project.table
    pd.testing.assert_frame_equal(read_table(back), before)
    assert remove_last_file(project.id) == back


def test_rows_written_by_an_adding_that_was_cut_short_do_not_count(project: Project) -> None:
    """The table is written before what is known of it."""
    add(project, as_csv(more()))
    longer = (project.folder / "table.parquet").read_bytes()
    remove_last_file(project.id)
    (project.folder / "table.parquet").write_bytes(longer)
    assert len(select_table(project).examples) == 60
    again = add(project, renamed(more(6)))
    assert read_table(again)["text"].tolist()[60:] == [row["text"] for row in more(6)]


def test_roles_on_a_column_that_goes_with_its_file_are_guessed_anew(project: Project) -> None:
    combined = add(project, renamed(more()))
    set_roles(combined.id, Roles(text="text", label="agence"))
    assert remove_last_file(combined.id).roles == ROLES


@pytest.mark.parametrize(
    ("content", "mapping", "code"),
    [
        (as_csv(messages()), None, "same_file_twice"),
        (renamed(more()), {"Commentaire": "text", "Étiquette": "text"}, "mapped_twice"),
        (renamed(more()), {"agence": "agence"}, "no_common_column"),
        (renamed(more()), {"Étiquette": "label"}, "added_without_text"),
        (as_csv([{"text": " ", "label": "x"}] * 3), None, "added_without_text"),
    ],
)
def test_a_file_that_cannot_be_added_changes_nothing(
    project: Project, content: bytes, mapping: dict[str, str] | None, code: str
) -> None:
    reading = read(content, "more.csv")
    mapping = mapping or {str(name): str(name) for name in reading.table.columns}
    with pytest.raises(UserError) as caught:
        add_file(project.id, content, "more.csv", reading, mapping, leave_out=True)
    assert caught.value.code == code
    assert open_project(project.id) == project
    assert len(read_table(project)) == 60
    assert not (project.folder / "added").exists()


def test_the_same_file_is_known_also_among_those_added(project: Project) -> None:
    combined = add(project, as_csv(more()))
    with pytest.raises(UserError) as caught:
        add(combined, as_csv(more()), "renamed.csv")
    assert caught.value.code == "same_file_twice"


def test_the_limit_holds_for_all_files_together(project: Project) -> None:
    content, whole = as_csv(more()), as_csv(messages())
    almost = LIMIT - len(content)
    assert add(keep_reading(project.id, "a.csv", almost, read(whole, "a.csv")), content).table is not None
    remove_last_file(project.id)
    project = keep_reading(project.id, "a.csv", almost + 1, read(whole, "a.csv"))
    with pytest.raises(UserError) as caught:
        add(project, content)
    assert (caught.value.code, caught.value.facts["size"]) == ("together_too_large", LIMIT + 1)


def test_a_new_upload_takes_the_place_of_all_files(project: Project) -> None:
    add(project, as_csv(more()))
    content = as_csv(messages(30))
    fresh = keep_upload(project.id, content, "new.csv", read(content, "new.csv"))
    assert numbers(fresh) == [("new.csv", 30)]
    assert not list((project.folder / "added").iterdir())


def test_the_first_file_can_be_read_again_and_the_others_stay_below_it(make_project: Callable[..., Project]) -> None:
    rows = [row | {"label": "reçu" if row["label"] == "refund" else row["label"]} for row in messages()]
    project = make_project(as_csv(rows).decode().encode("cp1252"))
    combined = add(project, renamed([*more(), rows[0]]))
    assert combined.table is not None
    reading = read(upload_of(combined), "messages.csv", Dialect("mac-roman", ","))
    again = keep_reading(project.id, "messages.csv", combined.table.size, reading)
    assert again.table is not None
    assert numbers(again) == [("messages.csv", 60), ("more.csv", 13)]
    assert set(read_table(again)["label"][:60]) == {"delivery", "reÁu", "account"}
    assert read_table(again)["text"][60:].tolist() == [*(row["text"] for row in more()), rows[0]["text"]]
    assert select_table(again).aside == {73: "duplicate"}


def test_an_added_file_can_be_read_again_and_those_below_it_move(project: Project) -> None:
    one = add(project, renamed(more(), "utf-8"), "one.csv")
    two = add(one, as_csv([*more(6, first=500), messages(1)[0]]), "two.csv")
    add_fix(project.folder, Fix(code="personal", roles=ROLES, does="mask", rows=(3, 61)))
    name, dialect = "one.csv", Dialect("utf-8", ";", header=False)
    reading: Reading = read(renamed(more(), "utf-8"), name, dialect)
    mapping = {"column 1": "label", "column 2": "text"}
    again = read_added_again(two.id, 0, reading, mapping, leave_out=True)
    assert numbers(again) == [("messages.csv", 60), ("one.csv", 13), ("two.csv", 7)]
    table = read_table(again)
    assert list(table.columns) == ["text", "label"]
    assert table["text"][60:62].tolist() == ["Commentaire", more()[0]["text"]]
    assert table["text"][73:].tolist() == [*(row["text"] for row in more(6, first=500)), messages(1)[0]["text"]]
    assert [(fix.code, fix.rows) for fix in read_fixes(project.folder)] == [("personal", (3,)), ("duplicate", (80,))]
    assert len(rows_above(again, 1)) == 73
