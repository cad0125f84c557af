"""A model that asks, on the pages: chosen, watched, its questions beside the true ones, tried."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from transformers import AutoConfig

from core.data.columns import Roles
from core.jobs.queue import claim, enqueue, finish, job_of
from core.models.choice import ModelChoice
from core.models.outlook import writes_modestly
from core.store.draft import Draft, keep_draft
from core.store.project import Project, open_project, set_roles
from core.words import Words
from pages.parts.label_table import as_read
from pages.parts.written import samples_html
from tests.pages.beside import beaten, show_beside
from tests.pages.screen import errors, everything, run, said, table, visit
from tests.tables import as_csv, asked, lay_down
from tests.trained import small

MODEST = (
    "A small model writes modest questions: it has to learn to write from your rows alone. Larger ones from the hub that write by "
    "themselves (barthez, mT5) do better, and take longer."
)


def test_only_a_model_made_of_an_encoder_twice_is_said_to_write_modestly(
    project_of: Callable[..., Project], tiny_bert: Path, tmp_path: Path, words: Words
) -> None:
    own = tmp_path / "writer"
    shutil.copytree(tiny_bert, own)
    AutoConfig.for_model("mbart").save_pretrained(own)
    roles = Roles(text="text", question="question", task="generation")
    project = set_roles(project_of("questions.csv", as_csv(asked())).id, roles)
    expected = {"": True, str(tiny_bert): True, str(own): False}
    for folder, is_modest in expected.items():
        model = ModelChoice(kind="folder", name=folder) if folder else ModelChoice()
        assert writes_modestly(model, project.id) == is_modest
        keep_draft(project, Draft(model=model))
        assert (said(MODEST, words) in everything(visit("train", words, project=project.id))) == is_modest
    keep_draft(project, Draft())
    set_roles(project.id, roles.model_copy(update={"task": "matching"}))
    assert said(MODEST, words) not in everything(visit("train", words, project=project.id))


def test_where_it_finds_nothing_to_ask_no_label_is_spoken_of(words: Words) -> None:
    assert as_read("generation", [""], words) == [said("(nothing)", words)]
    assert as_read("generation", ["why?"], words) == ["why?"]
    assert as_read("several_labels", [""], words) == [said("none applies", words)]


@pytest.mark.slow
def test_from_the_choice_to_questions(
    project_of: Callable[..., Project], tiny_bert: Path, words: Words, monkeypatch: pytest.MonkeyPatch
) -> None:

    from core.train.train import train

    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    # So few different questions look like classes: that they are questions is said by hand.
    project = set_roles(project_of("questions.csv", as_csv(asked())).id, Roles(text="text", question="question"))
    at = visit("data", words, project=project.id)
    (choice,) = at.radio
    choice.set_value("generation")
    at = run(at)
    assert errors(at) == []
    roles = open_project(project.id).roles
    assert roles is not None
    assert (roles.task, roles.question, roles.label) == ("generation", "question", None)
    at = visit("train", words, project=project.id)
    assert errors(at) == []
    assert said(MODEST, words) in everything(at)
    made = lay_down(open_project(project.id), small(tiny_bert, epochs=2, learning_rate=3e-3))
    enqueue(made)
    assert claim("cpu") is not None
    train(made)
    at = visit("train", words, project=project.id, run=made.id)
    assert errors(at) == []
    mine = job_of(made)
    assert mine is not None
    finish(mine, "done")
    at = visit("results", words, project=project.id, run=made.id)
    assert errors(at) == []
    shown = everything(at)
    for heading in (MODEST, "What it asks", "Your question", "Its question", "chrF"):
        assert said(heading, words) in shown
    assert "is it about my" in shown
    show_beside(made, words)
    at = visit("results", words, project=project.id, run=made.id)
    assert errors(at) == []
    rows = table(at, said("Answered by", words))
    assert rows[0][1:3] == [said("chrF", words), said("ROUGE-L", words)]
    assert [row[0] for row in rows[2:]] == [
        said("The most usual question, whatever the text", words),
        said("The question of the nearest text learned from, by its words", words),
        said("The first sentence of the text", words),
    ]
    # The words of a text tell its subject, and its subject the question.
    assert rows[3][1] == words.decimal(100, 3)
    beaten(at, made, words)
    at = visit("use", words, project=project.id, run=made.id)
    assert errors(at) == []
    assert said(MODEST, words) in everything(at)
    assert said("Ask about this text", words) in [button.label for button in at.button]
    live = samples_html(made.samples(), words)
    assert live.count("<table>") == 3
    assert words.gettext("yours") in live
