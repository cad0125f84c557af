"""The Results page: nothing yet, a run under way, and what a run reached, as its files say it."""

from __future__ import annotations

from itertools import pairwise

import pytest

from core.jobs.job_words import STATES
from core.jobs.processes import supervisor_lock
from core.jobs.queue import enqueue
from core.models.catalogue import EMBEDDED_NAME
from core.store.project import Project, create_project
from core.words import Words
from pages.parts.settings_fields import fields_of
from tests.pages.conftest import Ended
from tests.pages.screen import errors, everything, figures, run, said, sentence, table, texts, titles, visit
from tests.tables import lay_down

LABELS = ["Action sociale", "Propreté et déchets", "Urbanisme", "Voirie", "Écoles et périscolaire", "État civil"]


def test_without_a_run_the_page_leads_to_the_training(home: object, words: Words) -> None:
    at = visit("results", words, project=create_project("Vide").id)
    assert titles(at) == [said("Results", words)]
    assert said("Nothing has been trained yet in this project.", words) in texts(at)
    assert said("Launch a first training", words) in [link.label for link in at.page_link]
    assert not figures(at)


def test_a_run_under_way_has_no_figures_yet(project: Project, words: Words) -> None:
    waiting = lay_down(project)
    enqueue(waiting)
    with supervisor_lock():
        at = visit("results", words, project=project.id)
    under_way = "This training is under way: its figures come when it is over."
    assert [each.value for each in at.info] == [said(under_way, words)]
    [link] = [link for link in at.page_link if link.label == said("Watch it", words)]
    assert f"run={waiting.id}" in link.proto.query_string
    number = said("Training {number}", words, number="1")
    [row] = table(at, said("Measured on", words))[1:]
    assert row[:6] == [number, EMBEDDED_NAME, said("waiting", words), "–", "–", "–"]
    assert not figures(at)


@pytest.mark.slow
def test_all_runs_are_listed_the_newest_first(ended: Ended, words: Words) -> None:
    rows = table(visit("results", words, project=ended.project.id), said("Measured on", words))[1:]
    numbers = [said("Training {number}", words, number=str(number)) for number in range(7, 0, -1)]
    assert [row[0] for row in rows] == numbers
    states = ["done", "interrupted", "failed", "failed", "stopped", "stopped", "done"]
    assert [row[2] for row in rows] == [said(STATES[state], words) for state in states]  # type: ignore[index]
    test, validation = said("test part", words), said("validation part", words)
    assert [row[5] for row in rows] == [test, "–", "–", "–", "–", validation, test]
    result = ended.done.result() or {}
    assert rows[-1][3:5] == [words.percent(result["test"]["accuracy"]), words.percent(result["test"]["macro_f1"])]
    assert rows[-1][6] == words.duration(result["seconds"])
    assert rows[-1][7] == words.moment(ended.done.record().created_at)


@pytest.mark.slow
def test_the_figures_are_those_of_the_run_s_file(ended: Ended, words: Words) -> None:
    at = visit("results", words, project=ended.project.id, run=ended.done.id)
    assert errors(at) == []
    test = (ended.done.result() or {})["test"]
    shown = texts(at)
    for name, value in [
        ("Accuracy", words.percent(test["accuracy"])),
        ("Macro-F1", words.percent(test["macro_f1"])),
        ("Loss", words.decimal(test["loss"], 3)),
        ("Rows measured", words.integer(test["rows"])),
    ]:
        assert (said(name, words), value) in pairwise(shown)
    rows = table(at, said("Precision", words))[1:]
    assert sorted(row[0] for row in rows) == sorted(LABELS)
    assert sum(int(row[4]) for row in rows) == test["rows"]
    by_label = {each["label"]: each for each in test["labels"]}
    for label, precision, recall, f1, _ in rows:
        found = by_label[label]
        assert [precision, recall, f1] == [words.percent(found[key]) for key in ("precision", "recall", "f1")]
    once = "Measured once, on the test part: rows that neither the training nor the choice of the best epoch ever saw."
    assert said(once, words) in shown


@pytest.mark.slow
def test_the_confusion_matrix_holds_every_row_measured(ended: Ended, words: Words) -> None:
    at = visit("results", words, project=ended.project.id, run=ended.done.id)
    test = (ended.done.result() or {})["test"]
    drawn = figures(at)[f"confusion_{ended.done.id}"]
    [trace] = drawn["figure"]["data"]
    assert trace["y"] == trace["x"] == ended.done.record().labels
    counts = [[int(cell or 0) for cell in row] for row in trace["text"]]
    assert counts == test["confusion"]
    assert drawn["alt"] == said("Confusion matrix: true labels in rows, predicted labels in columns.", words)
    assert drawn["figure"]["layout"]["yaxis"]["title"]["text"] == said("true label", words)


@pytest.mark.slow
def test_the_curves_of_the_run_are_drawn_again(ended: Ended, words: Words) -> None:
    drawn = figures(visit("results", words, project=ended.project.id, run=ended.done.id))
    points = [p for p in ended.done.metrics() if (p["split"], p["name"]) == ("validation", "loss")]
    validation = drawn["curve_loss"]["figure"]["data"][-1]
    assert validation["y"] == [point["value"] for point in points]
    assert len(points) > 2


@pytest.mark.slow
def test_all_settings_are_told(ended: Ended, words: Words) -> None:
    at = visit("results", words, project=ended.project.id, run=ended.done.id)
    told = dict(row[:2] for row in table(at, said("Setting", words))[1:])
    assert {said(field.title, words) for field in fields_of("classes")} <= set(told)
    record = ended.done.record()
    assert told[said("Epochs", words)] == str(record.settings["epochs"])
    assert told[said("Learning rate", words)] == words.scientific(record.settings["learning_rate"])
    assert told[said("Test (% of the rows)", words)] == words.percent(0.1, 0)
    assert told[said("Fingerprint of the rows (sha256)", words)].startswith(record.fingerprint[:16])
    parts = " / ".join(words.integer(record.parts[part]) for part in ("train", "validation", "test"))
    assert told[said("Training, validation and test rows", words)] == parts


@pytest.mark.slow
def test_a_stopped_run_shows_its_validation_figures_and_says_so(ended: Ended, words: Words) -> None:
    at = visit("results", words, project=ended.project.id, run=ended.kept.id)
    result = ended.kept.result() or {}
    assert "test" not in result
    assert words.percent(result["validation"]["accuracy"]) in texts(at)
    remark = (
        "Measured on the validation part, by which the training was watched: expect a little less on new texts. "
        "The test part has not been looked at."
    )
    assert said(remark, words) in texts(at)
    assert said("Use this model", words) in [link.label for link in at.page_link]


@pytest.mark.slow
def test_a_run_without_a_model_says_how_it_ended(ended: Ended, words: Words) -> None:
    at = visit("results", words, project=ended.project.id, run=ended.diverged.id)
    assert errors(at) == [sentence(words, "loss_not_finite", step=7, learning_rate=0.01)]
    assert said("Use this model", words) not in [link.label for link in at.page_link]
    assert said("Label by label", words) not in everything(at)


@pytest.mark.slow
def test_the_run_looked_at_is_chosen_and_stays_in_the_address(ended: Ended, words: Words) -> None:
    at = visit("results", words, project=ended.project.id)
    assert at.query_params["run"] == ended.pair.id
    at.selectbox[0].select(ended.done.id)
    at = run(at)
    assert at.query_params["run"] == ended.done.id
    assert f"confusion_{ended.done.id}" in figures(at)
    [link] = [link for link in at.page_link if link.label == said("Use this model", words)]
    assert f"run={ended.done.id}" in link.proto.query_string
