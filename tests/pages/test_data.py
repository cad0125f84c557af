"""The Data page: an empty project, the sample tables, tables with something wrong, roles changed by hand."""

from __future__ import annotations

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from core.data.columns import Roles
from core.data.examples import MINIMUM_ROWS
from core.store.project import Project, create_project, open_project
from core.words import Words
from tests.pages.screen import click, errors, everything, figures, run, said, sentence, table, texts, titles, visit
from tests.tables import as_csv, messages

GO_ON = "Go on to the training"


def choose(at: AppTest, place: int, column: str) -> AppTest:
    """Picks a column in the selector of the text (0), the question (1) or the label (2)."""
    at.selectbox[place].select(column)
    return run(at)


def may_go_on(at: AppTest, words: Words) -> bool:
    return said(GO_ON, words) in [button.label for button in at.button]


def test_an_empty_project_asks_for_a_table_and_offers_examples(home: object, words: Words) -> None:
    project = create_project("Vide")
    at = visit("data", words, project=project.id)
    assert titles(at) == [said("Data", words)]
    assert [each.label for each in at.file_uploader] == [
        said("Your table (CSV, Excel, LibreOffice, JSON, Parquet)", words)
    ]
    assert said("Try with an example", words) in texts(at)
    assert not may_go_on(at, words)
    at = click(at, "sample_shop_messages.csv")
    assert open_project(project.id).table is not None
    assert may_go_on(at, words)


def test_a_table_with_a_question_shows_its_rows_its_roles_and_its_labels(
    project_of: Callable[..., Project], words: Words
) -> None:
    project = project_of("courriers_mairie.csv")
    at = visit("data", words, project=project.id)
    assert not at.error
    assert [box.value for box in at.selectbox] == ["texte", "question", "étiquette"]
    assert project.table is not None
    understood = everything(at)
    for part in (
        "**courriers\\_mairie.csv**",
        words.size(project.table.size),
        words.ngettext("{count} row", "{count} rows", project.table.rows),
        words.ngettext("{count} column", "{count} columns", 3),
        said("delimiter: {name}", words, name=said("semicolon", words)),
        words.ngettext("{count} row in use", "{count} rows in use", project.table.rows),
    ):
        assert part in understood
    header, *rows = table(at, "étiquette")
    assert header[1:] == [
        f"texte{said('text', words)}",
        f"question{said('question', words)}",
        f"étiquette{said('label', words)}",
    ]
    assert [row[0] for row in rows] == [str(place) for place in range(1, 21)]
    assert rows[0][3] == "Action sociale"
    chart = figures(at)["label_counts"]
    assert set(chart["figure"]["data"][0]["y"]) == {
        "Action sociale", "Écoles et périscolaire", "État civil", "Propreté et déchets", "Urbanisme", "Voirie",
    }  # fmt: skip
    assert sum(chart["figure"]["data"][0]["x"]) == project.table.rows
    assert "Voirie" in chart["alt"]
    assert may_go_on(at, words)


def test_a_table_with_two_columns_has_no_question(project_of: Callable[..., Project], words: Words) -> None:
    project = project_of("shop_messages.csv")
    at = visit("data", words, project=project.id)
    assert [box.value for box in at.selectbox[::2]] == ["text", "label"]
    assert open_project(project.id).roles == Roles(text="text", label="label")
    assert may_go_on(at, words)


def test_a_table_without_label_can_be_looked_at_but_not_learned(
    project_of: Callable[..., Project], words: Words
) -> None:
    at = visit(
        "data",
        words,
        project=project_of(
            "texts.csv", as_csv([{"text": row["text"], "id": str(n)} for n, row in enumerate(messages())])
        ).id,
    )
    assert not at.error
    [remark] = at.info
    assert remark.value == said(
        "No column holds a label. You can look at this table; to learn from it, a column must give each row its label, or hold a question "
        "about its text.",
        words,
    )
    assert not figures(at)
    assert not may_go_on(at, words)


def test_the_rows_are_turned_page_by_page(project_of: Callable[..., Project], words: Words) -> None:
    at = visit("data", words, project=project_of("messages.csv", as_csv(messages(45))).id)
    where = "Rows {first} to {last} of {rows}"

    def turn(way: str) -> None:
        next(button for button in at.button if button.label == said(way, words)).click()
        run(at)

    assert said(where, words, first="1", last="20", rows="45") in texts(at)
    turn("Next rows")
    turn("Next rows")
    assert said(where, words, first="41", last="45", rows="45") in texts(at)
    assert [row[0] for row in table(at, "label")[1:]] == ["41", "42", "43", "44", "45"]
    assert [button.disabled for button in at.button if button.label == said("Next rows", words)] == [True]
    turn("Previous rows")
    assert said(where, words, first="21", last="40", rows="45") in texts(at)


def test_rows_that_cannot_be_used_are_counted(project_of: Callable[..., Project], words: Words) -> None:
    rows = messages(30)
    for place in (3, 7):
        rows[place]["text"] = "  "
    rows[11]["label"] = ""
    at = visit("data", words, project=project_of("gaps.csv", as_csv(rows)).id)
    aside = ", ".join(
        [
            words.ngettext("{count} without text", "{count} without text", 2),
            words.ngettext("{count} without label", "{count} without label", 1),
        ]
    )
    used = words.ngettext("{count} row in use", "{count} rows in use", 27)
    assert said("{used} · not used: {aside}", words, used=used, aside=aside) in texts(at)
    assert may_go_on(at, words)


def test_rows_set_aside_are_shown_with_their_line_and_reason(project_of: Callable[..., Project], words: Words) -> None:
    content = as_csv(messages(30)) + b"one,two,three\n,\n"
    at = visit("data", words, project=project_of("ragged.csv", content).id)
    [aside] = at.expander[:1]
    assert aside.label == words.ngettext("{count} row set aside", "{count} rows set aside", 2)
    assert table(at, said("Line in the file", words))[1:] == [
        ["32", said("more cells than columns", words), "one | two | three"],
        ["33", said("no cell filled", words), " | "],
    ]


def test_a_table_that_teaches_nothing_says_why(project_of: Callable[..., Project], words: Words) -> None:
    one_label = [{**row, "label": "refund"} for row in messages(30)]
    for name, rows, expected in [
        ("one.csv", one_label, sentence(words, "one_label", label="refund")),
        ("few.csv", messages(8), sentence(words, "too_few_examples", rows=8, minimum=MINIMUM_ROWS)),
    ]:
        at = visit("data", words, project=project_of(name, as_csv(rows)).id)
        assert errors(at) == [expected]
        assert not may_go_on(at, words)


def test_columns_without_a_cell_filled_say_so(project_of: Callable[..., Project], words: Words) -> None:
    rows = [{"text": f"text {place}", "label": ""} for place in range(25)]
    project = project_of("nothing.csv", as_csv(rows))
    at = choose(visit("data", words, project=project.id), 2, "label")
    assert errors(at) == [sentence(words, "no_examples", empty_text=0, empty_label=25)]


def test_roles_changed_by_hand_are_kept_in_a_new_session(project_of: Callable[..., Project], words: Words) -> None:
    project = project_of("courriers_mairie.csv")
    at = visit("data", words, project=project.id)
    no_question = at.selectbox[1].options[0]
    assert no_question == said("none", words)
    at = choose(at, 1, "\0")
    at = choose(at, 0, "question")
    assert open_project(project.id).roles == Roles(text="question", label="étiquette")
    at = visit("data", words, project=project.id)
    # The last one: no column keeps rows together.
    assert [box.value for box in at.selectbox] == ["question", "\0", "étiquette", "\0"]
    assert f"question{said('text', words)}" in table(at, "étiquette")[0]


def test_the_same_column_twice_is_refused_and_the_former_roles_stay(
    project_of: Callable[..., Project], words: Words
) -> None:
    project = project_of("courriers_mairie.csv")
    at = choose(visit("data", words, project=project.id), 0, "étiquette")
    assert errors(at) == [sentence(words, "same_column_twice", column="étiquette")]
    assert open_project(project.id).roles == project.roles


def test_what_a_cell_holds_is_never_taken_for_markup(project_of: Callable[..., Project], words: Words) -> None:
    rows = messages(30)
    rows[0]["text"] = "<script>alert(1)</script> **bold** & <b>x</b>"
    named = [{"<i>text</i>": row["text"], "label": row["label"]} for row in rows]
    at = visit("data", words, project=project_of("<b>a</b>*b*.csv", as_csv(named)).id)
    html = "\n".join(each.value for each in at.html)
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "&lt;i&gt;text&lt;/i&gt;" in html


def test_going_on_opens_the_training_of_this_project(project_of: Callable[..., Project], words: Words) -> None:
    project = project_of("shop_messages.csv")
    at = visit("data", words, project=project.id)
    next(button for button in at.button if button.label == said(GO_ON, words)).click()
    run(at)
    assert titles(at) == [said("Train", words)]
    assert at.query_params["project"] == project.id
