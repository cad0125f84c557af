"""Another table put below the first on the Data page: columns proposed and corrected, what it repeats said, and the way back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.store.combining import files_of
from core.store.fixes import read_fixes
from core.store.project import Project, open_project, read_table, select_table
from core.words import Words
from tests.pages.screen import errors, everything, run, said, sentence, table, texts, visit
from tests.tables import as_csv, messages


def more(rows: int = 12) -> list[dict[str, str]]:
    return [row | {"text": f"{row['text']} and more"} for row in messages(rows)]


def renamed(rows: list[dict[str, str]]) -> bytes:
    found = [{"Étiquette": row["label"], "Commentaire": row["text"], "agence": "Nîmes"} for row in rows]
    return as_csv(found, ";").decode().encode("cp1252")


@pytest.fixture
def project(project_of: Callable[..., Project]) -> Project:
    return project_of("first.csv", as_csv(messages()))


def opened(project: Project, words: Words) -> AppTest:
    """The page, with the uploader of a further table."""
    at = visit("data", words, project=project.id)
    next(each for each in at.toggle if each.label == said("Add another table", words)).set_value(True)
    return run(at)


def dropped(at: AppTest, content: bytes, words: Words, name: str = "second.csv") -> AppTest:
    next(each for each in at.file_uploader if each.label == said("A further table", words)).upload(
        name, content, "text/csv"
    )
    return run(at)


def button(at: AppTest, label: str) -> AppTest:
    next(each for each in at.button if each.label == label).click()
    return run(at)


def goes(at: AppTest, column: str) -> str:
    return str(next(box for box in at.selectbox if box.label == column).value)


def adding(words: Words, rows: int) -> str:
    return said("Add {rows}", words, rows=words.ngettext("{count} row", "{count} rows", rows))


def test_a_table_of_the_same_shape_is_added_below(project: Project, words: Words) -> None:
    rows = [messages()[0], messages()[1] | {"label": "account"}, *more(3)]
    at = dropped(opened(project, words), renamed(rows), words)
    assert not at.error
    assert (goes(at, "Étiquette"), goes(at, "Commentaire"), goes(at, "agence")) == ("label", "text", "\0own")
    overlap = "Rows that say what a row above says already: {repeated} under the same label, {contradicting} under another one."
    counted = said(overlap, words, repeated="1", contradicting="1")
    assert [each.value for each in at.info] == [counted]
    assert open_project(project.id) == project
    at = button(at, adding(words, 5))
    kept = open_project(project.id)
    assert kept.table is not None
    assert files_of(kept.table) == [("first.csv", 60), ("second.csv", 5)]
    assert select_table(kept).aside == {61: "duplicate"}
    shown = everything(at)
    assert counted in shown
    assert "**second.csv**" in shown
    rows_said = words.ngettext("{count} row", "{count} rows", 65)
    columns_said = words.ngettext("{count} column", "{count} columns", 3)
    assert said("Together: {rows}, {columns}.", words, rows=rows_said, columns=columns_said) in texts(at)
    # The uploader is closed again, and the file of each row is told.
    assert len(at.file_uploader) == 1
    header, *cells = table(at, "agence")
    assert header[1] == said("File", words)
    assert {row[1] for row in cells} == {"first.csv"}
    at.session_state[f"page_of_{project.id}"] = 4
    _header, *cells = table(run(at), "agence")
    assert [row[1] for row in cells] == ["second.csv"] * 5


def test_where_a_column_goes_is_corrected_by_hand(project: Project, words: Words) -> None:
    at = dropped(opened(project, words), renamed(more()), words)
    next(box for box in at.selectbox if box.label == "agence").select("\0out")
    next(box for box in at.selectbox if box.label == "Étiquette").select("\0own")
    at = run(at)
    assert said("Empty in these rows: {columns}.", words, columns="label") in texts(at)
    assert len(at.warning) == 1
    at = button(at, adding(words, 12))
    assert list(read_table(open_project(project.id)).columns) == ["text", "label", "Étiquette"]


def test_what_cannot_be_added_is_said_and_can_be_corrected(project: Project, words: Words) -> None:
    at = dropped(opened(project, words), renamed(more()), words)
    next(box for box in at.selectbox if box.label == "agence").select("text")
    at = run(at)
    assert errors(at) == [sentence(words, "mapped_twice", name="second.csv", column="text")]
    next(box for box in at.selectbox if box.label == "agence").select("\0own")
    assert not run(at).error


@pytest.mark.parametrize(
    ("content", "code"), [(as_csv(messages()), "same_file_twice"), (b"text,label\n", "no_rows"), (b"", "empty_file")]
)
def test_a_file_that_is_no_further_table_leaves_everything_as_it_was(
    project: Project, words: Words, content: bytes, code: str
) -> None:
    at = dropped(opened(project, words), content, words)
    assert errors(at) == [sentence(words, code, name="second.csv", columns="text, label")]
    assert open_project(project.id) == project


def test_a_file_read_wrongly_is_put_right_before_it_is_added(project: Project, words: Words) -> None:
    content = b"Base de la mairie\n" + renamed(more())
    at = dropped(opened(project, words), content, words)
    wrong = [each for each in at.toggle if each.label == said("This looks wrong", words)]
    wrong[-1].set_value(True)
    at = run(at)
    next(box for box in at.selectbox if box.label == said("Encoding", words)).select("mac-roman")
    at = run(at)
    assert "…tiquette" in [box.label for box in at.selectbox]
    next(box for box in at.selectbox if box.label == said("Encoding", words)).select("cp1252")
    at = button(run(at), adding(words, 12))
    assert read_table(open_project(project.id))["agence"].tolist()[60:] == ["Nîmes"] * 12


def test_an_added_table_is_read_again_and_removed(project: Project, words: Words) -> None:
    at = button(dropped(opened(project, words), renamed([messages()[0], *more()]), words), adding(words, 13))
    wrong = [each for each in at.toggle if each.label == said("This looks wrong", words)]
    wrong[-1].set_value(True)
    at = run(at)
    next(box for box in at.selectbox if box.label == "agence").select("\0out")
    at = button(run(at), said("Read the file so", words))
    kept = open_project(project.id)
    assert kept.table is not None
    assert (kept.table.columns, kept.table.rows) == (["text", "label"], 73)
    assert [fix.rows for fix in read_fixes(project.folder)] == [(61,)]
    at = button(at, said("Remove", words))
    assert not at.error
    assert open_project(project.id) == project
    assert read_fixes(project.folder) == []


def test_the_choice_may_be_to_keep_all_rows(project: Project, words: Words) -> None:
    at = dropped(opened(project, words), renamed([messages()[0], *more()]), words)
    next(box for box in at.checkbox if box.label == said("Set the repeated rows aside", words)).uncheck()
    button(run(at), adding(words, 13))
    assert read_fixes(project.folder) == []
