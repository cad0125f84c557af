"""Several labels a row, and a number, in use: what is answered, what a labelled table gets, and the zip where Parafine is not."""

from __future__ import annotations

import csv
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.data.columns import Roles
from core.data.targets import BETWEEN, label_set
from core.home import read_json
from core.jobs.label import label_table
from core.store.labelling import Labelling
from core.store.project import set_roles
from core.store.run import Run
from core.use.agreement import of_sets
from core.use.card import model_card
from core.use.meaning import Meaning, meaning_of
from core.use.predictor import Predictor, with_answers
from core.use.table import label
from core.words import Words
from tests.core.use.test_bundle import elsewhere, extracted, said
from tests.tables import graded, tagged
from tests.trained import project_of, small, trained

pytestmark = pytest.mark.slow

SEVERAL = Roles(text="text", label="label", task="several_labels", separator=";")
NUMBER = Roles(text="text", label="label", task="number")
TEXTS = ["my parcel is late", "money back please", "password", "x"]


@pytest.fixture(scope="module")
def several(shared_home: Path, tiny_bert: Path) -> Run:
    return trained(set_roles(project_of(tagged()).id, SEVERAL), small(tiny_bert, epochs=6, learning_rate=1e-3))


@pytest.fixture(scope="module")
def number(shared_home: Path, tiny_bert: Path) -> Run:
    return trained(set_roles(project_of(graded()).id, NUMBER), small(tiny_bert, epochs=6, learning_rate=1e-3))


@pytest.fixture(scope="module", params=["several", "number"])
def run(request: pytest.FixtureRequest) -> Run:
    found: Run = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="module")
def folder(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return extracted(run, tmp_path_factory.mktemp("zip"))


@pytest.fixture(scope="module")
def asked(folder: Path) -> Iterator[dict[str, subprocess.Popen[str]]]:
    """Started together: most of their time is the import of torch."""
    rows = "".join(f"mine;{text}\n" for text in TEXTS)
    (folder / "table.csv").write_text(f"prediction;text\n{rows}", encoding="utf-8")
    processes = {
        "text": elsewhere(folder, "predict.py", TEXTS[0]),
        "table": elsewhere(folder, "predict.py", "table.csv", "out.csv"),
    }
    yield processes
    for process in processes.values():
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def outputs(run: Run) -> Iterator[np.ndarray]:
    """What the process of the Use page answers."""
    predictor = Predictor(run)
    yield predictor.probabilities(TEXTS, None)
    predictor.close()


def of_the_test(run: Run) -> pd.DataFrame:
    rows = run.examples().query("part == 'test'")[["id", "text", "label"]]
    return rows.merge(run.predictions()[["id", "predicted"]], on="id")


def test_the_script_of_the_zip_answers_as_the_app_does(
    run: Run, folder: Path, asked: dict[str, subprocess.Popen[str]], outputs: np.ndarray
) -> None:
    meaning, facts = meaning_of(run), read_json(folder / "parafine.json")
    assert facts["task"] == run.record().roles.task
    assert outputs.shape == (len(TEXTS), meaning.width)
    said(asked["table"])
    with (folder / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file, delimiter=";")
    wanted = with_answers(pd.DataFrame({"prediction": ["mine"] * 4, "text": TEXTS}), outputs, meaning)
    assert header == list(wanted.columns)
    spoken = said(asked["text"]).strip().splitlines()
    if meaning.task == "number":
        assert facts["scale"] == [1.5, 4.0]
        np.testing.assert_allclose([float(row[2]) for row in rows], outputs[:, 0], atol=2e-4)
        assert float(spoken[0]) == pytest.approx(outputs[0, 0], abs=2e-4)
        return
    result = run.result()
    assert result is not None
    assert (facts["thresholds"], facts["separator"]) == (result["thresholds"], ";")
    assert [row[2] for row in rows] == wanted["prediction_"].tolist()
    np.testing.assert_allclose(np.array([row[3:] for row in rows], float), outputs, atol=2e-4)
    marked = {line.split("  ")[1] for line in spoken if line.endswith("  *")}
    assert marked == set(meaning.applying(outputs[0]))
    assert len(spoken) == len(meaning.labels) + 1


def test_a_table_is_labelled_and_compared_with_what_it_says_itself(run: Run) -> None:
    """The test part of the training with labels as a file writes them, in front of two rows that say nothing."""
    rows, task = of_the_test(run), run.record().roles.task
    given = rows["label"].str.replace(BETWEEN, ";") if task == "several_labels" else rows["label"]
    table = pd.DataFrame({"text": ["x", "y", *rows["text"]], "label": ["", "", *given]})
    labelling = label_table(run, table, run.record().roles, "table.csv", ";")
    assert label(labelling) == "done"
    result, found = labelling.result(), written(labelling)
    assert result is not None
    measured = (run.result() or {})["test"]
    figures = ("pearson", "spearman", "mae") if task == "number" else ("micro_f1", "exact")
    assert result["compared"] == len(rows)
    for name in figures:
        assert result[name] == pytest.approx(measured[name], abs=1e-4), name
    answers = found["prediction"].tolist()[2:]
    if task == "number":
        np.testing.assert_allclose(np.array(answers, float), rows["predicted"].astype(float), atol=1e-3)
        assert result["added"] == ["prediction"]
    else:
        assert [label_set(filter(None, each.split(";"))) for each in answers] == rows["predicted"].tolist()
        assert result["added"] == ["prediction", *(f"p({name})" for name in run.record().labels)]


def written(labelling: Labelling) -> pd.DataFrame:
    return pd.read_csv(labelling.predictions_file, sep=";", dtype=str, keep_default_na=False, encoding="utf-8-sig")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_card_says_what_it_gives_and_how_it_is_read(run: Run, language: str) -> None:
    words, record, test = Words(language), run.record(), (run.result() or {})["test"]
    card = model_card(run, words)
    if record.roles.task == "number":
        said_of = words.gettext("It gives a text a number from {low} to {high}.")
        assert said_of.format(low="1.5", high="4") in card
        assert f"| {words.gettext('Pearson correlation')} | {words.decimal(test['pearson'], 3)} |" in card
        assert "| --- | --- | --- |" not in card.replace("| --- | --- |\n", "")
        return
    assert "model.config.thresholds" in card
    assert f"| {words.gettext('Micro-F1')} | {words.percent(test['micro_f1'])} |" in card
    assert card.count("\n| urgent |") == 1
    threshold = words.percent(test["labels"][-1]["threshold"], 0)
    assert next(line for line in card.splitlines() if line.startswith("| urgent |")).endswith(f"| {threshold} |")


def test_a_stopped_training_of_several_labels_keeps_its_thresholds(several: Run) -> None:
    assert len(meaning_of(several).thresholds) == len(several.record().labels) == 4


def test_answers_are_said_in_the_way_of_the_task() -> None:
    several = Meaning("several_labels", ["a", "b", "c"], [0.5, 0.2, 0.9], None, ", ")
    shares = np.array([[0.5, 0.3, 0.8], [0.1, 0.1, 0.1]])
    assert several.predictions(shares) == ["a, b", ""]
    assert list(several.columns(shares)) == ["prediction", "p(a)", "p(b)", "p(c)"]
    number = Meaning("number", [], [], (0.0, 5.0))
    assert number.predictions(np.array([[3.0], [0.12345], [4.5]])) == ["3", "0.1235", "4.5"]
    assert list(number.columns(np.array([[3.0]]))) == ["prediction"]


def test_sets_are_compared_whatever_the_order_and_with_labels_that_the_model_does_not_know() -> None:
    figures = of_sets(["a|b", "c", "|"], ["a", "a", "|"])
    assert figures["exact"] == pytest.approx(1 / 3)
    assert figures["micro_f1"] == pytest.approx(2 * 1 / (3 + 2))
    assert of_sets(["|"], ["|"])["exact"] == 1.0
