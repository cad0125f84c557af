"""Projects: made, found, renamed, deleted; the upload kept byte for byte and the table read from it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from core.data.columns import Roles
from core.data.dialect import SetAside
from core.data.reading import read
from core.errors import UserError
from core.jobs.queue import claim, enqueue, finish, jobs
from core.store.aside import read_set_aside
from core.store.project import (
    Project,
    create_project,
    delete_project,
    keep_upload,
    list_projects,
    open_project,
    read_rows,
    read_table,
    rename_project,
    set_roles,
    tally_table,
)
from tests.tables import as_csv, lay_down, messages

FRENCH = "texte;étiquette\nOù est mon colis ?;Livraison\nNA;\n\n;;trop\nRemboursez-moi;Argent\n".encode("cp1252")


def upload(project: Project, content: bytes, name: str) -> Project:
    return keep_upload(project.id, content, name, read(content, name))


def not_found(identifier: str) -> bool:
    with pytest.raises(UserError) as caught:
        open_project(identifier)
    return caught.value.code == "project_not_found"


def test_a_new_project_is_found_again_empty(home: Path) -> None:
    project = create_project("Mails du service")
    assert open_project(project.id) == project
    assert (project.name, project.table, project.roles) == ("Mails du service", None, None)
    assert list(project.folder.iterdir()) == []


def test_projects_are_listed_the_newest_first_each_owner_s_own(home: Path) -> None:
    made = [create_project(f"number {place}") for place in range(3)]
    theirs = create_project("theirs", owner="ada")
    assert list_projects() == made[::-1]
    assert list_projects("ada") == [theirs]


@pytest.mark.parametrize(
    ("given", "kept"), [("  two\n lines ", "two lines"), ("", "?"), ("x" * 300, "x" * 80), ("<b>é</b>", "<b>é</b>")]
)
def test_a_name_is_one_short_line(home: Path, given: str, kept: str) -> None:
    project = create_project(given)
    assert project.name == kept
    rename_project(project.id, "other")
    assert open_project(project.id).name == "other"
    rename_project(project.id, given)
    assert open_project(project.id).name == kept


def test_an_upload_is_kept_byte_for_byte_with_how_it_was_read(home: Path) -> None:
    project = upload(create_project("mails"), FRENCH, "Export été.csv")
    assert [path.read_bytes() for path in (project.folder / "upload").iterdir()] == [FRENCH]
    table = project.table
    assert table is not None
    assert (table.name, table.size, table.encoding, table.delimiter) == ("Export été.csv", len(FRENCH), "cp1252", ";")
    assert (table.rows, table.columns) == (3, ["texte", "étiquette"])
    assert table.set_aside == [(5, "too_many_cells", " |  | trop")]
    assert read_set_aside(project.folder, []) == [SetAside(5, ("", "", "trop"), "too_many_cells")]
    assert project.roles == Roles(text="texte", label="étiquette")
    assert open_project(project.id) == project


def test_rows_set_aside_are_kept_whole_though_the_database_has_the_first_ones_cut(home: Path) -> None:
    long = "très " * 1000
    rows = [f"{place};b;{long}\n" for place in range(250)]
    project = upload(create_project("mails"), "".join(["texte;sujet\n", "a;b\n", *rows]).encode(), "mails.csv")
    table = project.table
    assert table is not None
    assert (table.rows_aside, len(table.set_aside)) == (250, 100)
    assert table.set_aside[99] == (102, "too_many_cells", f"99 | b | {long}"[:299] + "…")
    assert read_set_aside(project.folder, []) == [
        SetAside(place + 3, (str(place), "b", long), "too_many_cells") for place in range(250)
    ]
    project = upload(project, FRENCH, "export.csv")
    assert [row.line for row in read_set_aside(project.folder, [])] == [5]
    project = upload(project, b"text,label\na,b\n", "clean.csv")
    assert read_set_aside(project.folder, []) == []


def test_the_table_comes_back_as_text_cell_by_cell(home: Path) -> None:
    project = upload(create_project("mails"), FRENCH, "export.csv")
    rows = [["Où est mon colis ?", "Livraison"], ["NA", ""], ["Remboursez-moi", "Argent"]]
    assert read_table(project).to_numpy().tolist() == rows
    assert read_table(project, ["étiquette"]).to_numpy().tolist() == [["Livraison"], [""], ["Argent"]]
    assert read_rows(project, 1, 1).to_numpy().tolist() == rows[1:2]
    assert read_rows(project, 2, 50).to_numpy().tolist() == rows[2:]
    assert read_rows(project, 3, 50).empty


def test_the_tally_says_what_the_roles_allow(home: Path) -> None:
    project = upload(create_project("mails"), FRENCH, "export.csv")
    tally = tally_table(project)
    assert (tally.used, tally.empty_text, tally.empty_label) == (2, 0, 1)
    assert tally.labels == {"Livraison": 1, "Argent": 1}


def test_a_second_upload_takes_the_place_of_the_first_and_the_roles_are_guessed_anew(project: Project) -> None:
    again = upload(project, FRENCH, "second.csv")
    assert [path.name for path in (again.folder / "upload").iterdir()] == ["second.csv"]
    assert again.roles == Roles(text="texte", label="étiquette")
    assert len(read_table(again)) == 3


@pytest.mark.parametrize(
    "name", ["../../evil.csv", "/etc/passwd", "..", "", "a\0b.csv", "x" * 400 + ".csv", "con?.csv"]
)
def test_no_name_of_an_upload_leads_out_of_its_folder(home: Path, name: str) -> None:
    content = as_csv(messages(6))
    project = upload(create_project("mails"), content, name)
    files = [path for path in home.rglob("*") if path.is_file() and path.read_bytes() == content]
    assert [path.parent for path in files] == [project.folder / "upload"]
    assert project.table is not None
    assert project.table.name == name


def test_roles_that_do_not_fit_are_refused_and_the_former_ones_stay(project: Project) -> None:
    with pytest.raises(UserError) as caught:
        set_roles(project.id, Roles(text="text", label="theme"))
    assert caught.value.code == "missing_column"
    with pytest.raises(UserError) as caught:
        set_roles(project.id, Roles(text="text", label="text"))
    assert caught.value.code == "same_column_twice"
    assert open_project(project.id).roles == Roles(text="text", label="label")
    assert set_roles(project.id, Roles(text="label")).roles == Roles(text="label")


def test_a_deleted_project_leaves_nothing(project: Project, make_project: Callable[..., Project]) -> None:
    other = make_project()
    enqueue(lay_down(project))
    waiting = claim("cpu")
    assert waiting is not None
    assert finish(waiting, "done")
    delete_project(project.id)
    assert not project.folder.exists()
    assert not_found(project.id)
    assert jobs() == []
    assert list_projects() == [other]
    delete_project(project.id)  # from a second tab


@pytest.mark.parametrize("is_running", [False, True])
def test_a_project_with_a_training_under_way_is_not_deleted(project: Project, is_running: bool) -> None:
    enqueue(lay_down(project))
    if is_running:
        claim("cpu")
    with pytest.raises(UserError) as caught:
        delete_project(project.id)
    assert (caught.value.code, caught.value.facts) == ("project_busy", {"project": "messages"})
    assert open_project(project.id) == project
    assert len(read_table(project)) == 60


@pytest.mark.parametrize("identifier", ["", ".", "../projects", "nobody", "%", "' OR 1=1 --"])
def test_an_id_that_is_a_path_or_unknown_is_not_found(project: Project, identifier: str) -> None:
    assert not_found(identifier)
    delete_project(identifier)
    assert open_project(project.id) == project
