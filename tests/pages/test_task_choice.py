"""What is to be learned: proposed, chosen, kept; and the Data and Train pages in words of the task."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.data.columns import Roles
from core.data.learning import WHY_NOT
from core.store.draft import read_draft
from core.store.project import Project, open_project, select_table, set_roles
from core.train.tasks import TASKS
from core.words import Words
from pages.parts.roles import NOTHING
from tests.matching import asked
from tests.pages.screen import errors, everything, figures, run, said, table, visit
from tests.tables import as_csv, graded, messages, tagged


def test_what_is_offered_can_be_trained() -> None:
    from core.train.lessons.choose import LESSONS

    assert list(TASKS) == list(LESSONS)


def test_the_task_is_proposed_chosen_and_kept(project_of: Callable[..., Project], words: Words) -> None:
    project = project_of("tags.csv", as_csv(tagged()))
    several = Roles(text="text", label="label", task="several_labels", separator=";")
    assert open_project(project.id).roles == several
    at = visit("data", words, project=project.id)
    (choice,) = at.radio
    assert (choice.label, choice.value) == (said("What is to be learned", words), "several_labels")
    assert choice.options == [words.gettext(TASKS[name].title) for name in ("classes", "several_labels")]
    assert words.gettext(WHY_NOT["no_numbers"]) in everything(at)
    assert "4" in figures(at)["label_counts"]["alt"]
    choice.set_value("classes")
    at = run(at)
    assert open_project(project.id).roles == Roles(text="text", label="label")
    at.radio[0].set_value("several_labels")
    run(at)
    assert open_project(project.id).roles == several


def test_columns_of_yes_and_no_are_chosen_and_given_up(project_of: Callable[..., Project], words: Words) -> None:
    rows = [{"text": row["text"], "late": str(place % 2), "lost": str(int(place % 3 == 0)), "odd": str(int(place % 5 == 0))} for place, row in enumerate(messages(60))]  # fmt: skip
    project = project_of("switches.csv", as_csv(rows))
    at = visit("data", words, project=project.id)
    (columns,) = (each for each in at.multiselect if each.label == said("Columns that say yes or no", words))
    assert columns.value == ["late", "lost", "odd"]
    columns.set_value(["late", "lost"])
    at = run(at)
    roles = open_project(project.id).roles
    assert roles == Roles(text="text", task="several_labels", label_columns=("late", "lost"))
    assert table(at, f"late{said('label', words)}")
    label = next(box for box in at.selectbox if box.label == said("Label", words))
    label.select("odd")
    at = run(at)
    assert open_project(project.id).roles == Roles(text="text", label="odd")
    at.radio[0].set_value("several_labels")
    at = run(at)
    assert select_table(open_project(project.id)).tally.labels == {"late": 30, "lost": 20, "odd": 12}
    assert errors(at) == []


def test_rows_that_say_nothing_of_their_task_are_counted_with_the_reason(
    project_of: Callable[..., Project], words: Words
) -> None:
    rows = [*graded(60), *({"text": f"without a number {place}", "label": "n/a"} for place in range(3))]
    project = project_of("grades.csv", as_csv(rows))
    set_roles(project.id, Roles(text="text", label="label", task="number"))
    at = visit("data", words, project=project.id)
    one, many = "{count} whose label is no number", "{count} whose label is no number"
    assert words.ngettext(one, many, 3) in everything(at)
    assert words.integer(60) in figures(at)["numbers"]["alt"]
    assert "label_counts" not in figures(at)


@pytest.mark.parametrize("task", ["matching", "generation"])
def test_tasks_without_labels_open_the_page(task: str, project_of: Callable[..., Project], words: Words) -> None:
    project = project_of("fiches_pratiques.csv")
    roles = Roles(text="texte", question="question", task=task)  # type: ignore[arg-type]
    set_roles(project.id, roles)
    for page in ("data", "train"):
        at = visit(page, words, project=project.id)
        assert errors(at) == []
    assert open_project(project.id).roles == roles


def test_questions_without_labels_are_matched_until_a_label_is_chosen(
    project_of: Callable[..., Project], words: Words
) -> None:
    """What a table allows is proposed: with nothing but questions, which text they belong to; with a label, to learn that."""
    rows = [row | {"about": f"topic {place % 3}"} for place, row in enumerate(asked(48, 1))]
    project = project_of("questions.csv", as_csv([{"text": row["text"], "question": row["question"]} for row in rows]))
    matching = Roles(text="text", question="question", task="matching")
    assert project.roles == matching
    at = visit("data", words, project=project.id)
    assert (errors(at), at.radio[0].value) == ([], "matching")
    assert at.radio[0].options == [words.gettext(TASKS[name].title) for name in ("matching", "generation")]
    assert said("Go on to the training", words) in [button.label for button in at.button]
    at = visit("train", words, project=project.id)
    assert errors(at) == []
    assert not at.button(key="launch").disabled

    project = project_of("themes.csv", as_csv(rows))
    boxes = {name: said(name, words) for name in ("Question (optional)", "Label")}

    def choose(name: str, column: str) -> Roles | None:
        at = visit("data", words, project=project.id)
        next(box for box in at.selectbox if box.label == boxes[name]).select(column)
        run(at)
        return open_project(project.id).roles

    labelled = Roles(text="text", question="question", label="about")
    assert project.roles == labelled
    assert choose("Label", NOTHING) == matching
    assert choose("Question (optional)", NOTHING) == Roles(text="text")
    assert choose("Question (optional)", "question") == matching
    assert choose("Label", "about") == labelled


def test_the_form_speaks_of_numbers_and_hides_the_weight_of_labels(
    project_of: Callable[..., Project], words: Words
) -> None:
    weight = words.gettext("Weight of rare labels (%)")
    project = project_of("grades.csv", as_csv(graded()))
    set_roles(project.id, Roles(text="text", label="label", task="number"))
    at = visit("train", words, project=project.id)
    low, high = words.decimal(1.5, 1), "4"
    rows = words.ngettext("{count} row", "{count} rows", 60)
    assert said("{rows}, numbers from {low} to {high}", words, rows=rows, low=low, high=high) in everything(at)
    assert weight not in [each.label for each in at.number_input]
    assert read_draft(project).changed == {}
    project = project_of("tags.csv", as_csv(tagged()))
    at = visit("train", words, project=project.id)
    labels = words.ngettext("{count} label", "{count} labels", 4)
    assert said("{rows}, {labels} of which several may apply", words, rows=rows, labels=labels) in everything(at)
    assert weight in [each.label for each in at.number_input]
