"""The loss while a model reads texts before it learns their labels: a curve of its own, also while it grows."""

from __future__ import annotations

import json

from core.store.project import Project
from core.store.run import Run
from core.train.settings import Settings
from core.words import Words
from pages.parts.figures import curves
from pages.parts.pulse import answer, forget
from pages.parts.reading_curve import reading_curve
from tests.pages.screen import errors, figures, said, texts, visit
from tests.tables import lay_down

TITLE = "Getting to know your texts (guessing hidden words)"


def add(run: Run, split: str, name: str, values: list[float]) -> None:
    lines = [
        {"step": place, "epoch": place / 10, "split": split, "name": name, "value": value, "time": 0.0}
        for place, value in enumerate(values, 1)
    ]
    with (run.folder / "metrics.jsonl").open("a", encoding="utf-8") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)


def test_it_is_drawn_above_the_training_s_and_apart_from_it(project: Project, words: Words, held: None) -> None:
    run = lay_down(project, Settings(pretraining_epochs=2))
    add(run, "pretraining", "loss", [6.0, 5.0, 4.0])
    add(run, "train", "loss", [1.0, 0.5])
    at = visit("train", words, project=project.id, run=run.id)
    assert errors(at) == []
    shown = figures(at)
    assert list(shown)[:3] == ["curve_reading", "curve_loss", "curve_score"]
    thin, bold = shown["curve_reading"]["figure"]["data"]
    assert (thin["x"], thin["y"]) == ([0.1, 0.2, 0.3], [6.0, 5.0, 4.0])
    assert bold["y"][0] == 6.0
    assert shown["curve_reading"]["alt"] == said(
        "Curve of the loss of the guessed words over the epochs of reading.", words
    )
    assert any(said(TITLE, words) in text for text in texts(at))
    # The training's own curve has none of it.
    assert shown["curve_loss"]["figure"]["data"] == curves(run.metrics(), "loss", words, "loss")["data"]
    assert max(shown["curve_loss"]["figure"]["data"][0]["y"]) == 1.0
    view = ("reading", words.language, project.id, run.id)
    forget()
    assert json.loads(answer(view).content)["figure"] == json.loads(json.dumps(reading_curve(run.metrics(), words)))
    add(run, "pretraining", "loss", [3.0])
    forget()
    assert json.loads(answer(view).content)["figure"]["data"][0]["y"][-1] == 3.0


def test_a_training_that_reads_nothing_beforehand_has_no_such_curve(project: Project, words: Words, held: None) -> None:
    run = lay_down(project, Settings())
    add(run, "train", "loss", [1.0, 0.5])
    assert list(figures(visit("train", words, project=project.id, run=run.id))) == ["curve_loss", "curve_score"]
