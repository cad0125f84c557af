"""A model that finds the text of a question, at work: in the app and from the zip, with the same answers."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from core.store.project import Project, set_roles
from core.store.run import Run
from core.use.bundle import pack
from core.use.card import model_card
from core.use.matching import Matcher
from core.use.meaning import meaning_of
from core.use.predictor import Predictor, with_answers
from core.words import Words
from tests.core.use.test_bundle import elsewhere, extracted, said
from tests.matching import MATCHING, matching_project
from tests.tables import lay_down
from tests.trained import project_of, small, trained

pytestmark = pytest.mark.slow

LOAD = """
import json, sys, torch
from transformers import AutoModel, AutoTokenizer
model, tokenizer = AutoModel.from_pretrained(sys.argv[1]), AutoTokenizer.from_pretrained(sys.argv[1])
def vector(text):
    inputs = tokenizer(text, truncation=True, return_tensors="pt")
    with torch.no_grad():
        return torch.nn.functional.normalize(model(**inputs).last_hidden_state[0].mean(dim=0), dim=-1)
known = model.config.matching
pairs = zip(*json.loads(sys.argv[2]))
print(json.dumps([torch.sigmoid(known["scale"] * vector(a) @ vector(b) + known["bias"]).item() for a, b in pairs]))
"""
"""What the card tells an engineer to write."""


@pytest.fixture(scope="module")
def run(shared_home: Path, tiny_bert: Path) -> Run:
    return trained(matching_project(30), small(tiny_bert, epochs=1, learning_rate=1e-2, max_tokens=8))


@pytest.fixture(scope="module")
def pair_lists(run: Run) -> tuple[list[str], list[str]]:
    rows = run.examples().query("part == 'validation'")
    return [*rows["text"], "parcel " * 20], [*rows["question"], "money?"]


@pytest.fixture(scope="module")
def shares(run: Run, pair_lists: tuple[list[str], list[str]]) -> list[float]:
    found: list[float] = Matcher(run).probabilities(*pair_lists)[:, 0].tolist()
    return found


def test_the_app_answers_what_was_measured(run: Run, shares: list[float]) -> None:
    kept = run.predictions().query("part == 'validation'")["probability"]
    np.testing.assert_allclose(shares[:-1], kept, atol=1e-3)


def test_a_question_finds_texts_the_likeliest_first_and_vectors_are_read_once(run: Run) -> None:
    matcher = Matcher(run)
    question = run.examples()["question"].iloc[0]
    found = matcher.find(question, 5)
    assert [share for _, share in found] == sorted((share for _, share in found), reverse=True)
    texts = run.examples()["text"].drop_duplicates().tolist()
    every = matcher.probabilities(texts, [question] * len(texts))[:, 0]
    assert found[0][1] == pytest.approx(float(every.max()), abs=1e-3)
    assert texts[int(every.argmax())] == found[0][0]
    [kept] = run.folder.glob("vectors-*.npy")
    before = kept.stat().st_mtime_ns
    assert Matcher(run).find(question, 5) == found
    assert [path.stat().st_mtime_ns for path in run.folder.glob("vectors-*.npy")] == [before]


def test_the_answering_process_says_the_same(
    run: Run, pair_lists: tuple[list[str], list[str]], shares: list[float]
) -> None:
    predictor = Predictor(run)
    try:
        np.testing.assert_allclose(predictor.probabilities(*pair_lists)[:, 0], shares, atol=1e-3)
        assert predictor.find(pair_lists[1][0], 3) == [
            (text, pytest.approx(share, abs=1e-6)) for text, share in Matcher(run).find(pair_lists[1][0], 3)
        ]
    finally:
        predictor.close()


def test_a_table_gets_a_one_or_a_zero_and_the_probability(run: Run) -> None:
    import pandas as pd

    table = pd.DataFrame({"text": ["a", "b"], "prediction": ["x", "y"]})
    found = with_answers(table, np.array([[0.5], [0.12345]]), meaning_of(run))
    assert list(found.columns) == ["text", "prediction", "prediction_", "probability"]
    assert found[["prediction_", "probability"]].to_numpy().tolist() == [["1", 0.5], ["0", 0.1234]]


def test_the_zip_answers_as_the_app_does_with_transformers_alone(
    run: Run, tmp_path: Path, pair_lists: tuple[list[str], list[str]], shares: list[float]
) -> None:
    folder = extracted(run, tmp_path)
    texts, questions = pair_lists
    with (folder / "table.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows([["text", "question"], *zip(texts, questions, strict=True)])
    processes = [
        elsewhere(folder, "-c", LOAD, str(folder), json.dumps(pair_lists)),
        elsewhere(folder, "predict.py", "table.csv", "out.csv"),
        elsewhere(tmp_path, str(folder / "predict.py"), texts[0], questions[0]),
        elsewhere(folder, "predict.py", "--find", questions[0], "table.csv"),
    ]
    loaded, _, asked, found = map(said, processes)
    np.testing.assert_allclose(json.loads(loaded), shares, atol=1e-3)
    with (folder / "out.csv").open(encoding="utf-8-sig") as file:
        header, *rows = csv.reader(file, delimiter=";")
    assert header == ["text", "question", "prediction", "probability"]
    assert [float(row[3]) for row in rows] == pytest.approx(shares, abs=1e-3)
    assert [row[2] for row in rows] == [str(int(share >= 0.5)) for share in shares]
    assert asked.strip() == f"{shares[0]:.4f}  {'belongs' if shares[0] >= 0.5 else 'does not belong'}"
    best = [line.split("  ") for line in found.strip().splitlines()]
    assert [float(share) for share, _ in best] == sorted((float(share) for share, _ in best), reverse=True)
    assert {text for _, text in best} <= {" ".join(text.split()) for text in texts}


def test_the_card_tells_what_it_does_and_its_real_figures(run: Run) -> None:
    test = (run.result() or {})["test"]
    for language in ("en", "fr"):
        words = Words(language)
        card = model_card(run, words)
        assert "pipeline_tag: sentence-similarity" in card
        assert "AutoModelForSequenceClassification" not in card
        assert words.decimal(test["mrr"], 3) in card
        assert words.percent(test["recall_5"]) in card
    assert "It says whether a question belongs to a text" in model_card(run, Words("en"))


def test_a_run_without_a_model_cannot_be_packed(shared_home: Path, tiny_bert: Path) -> None:
    from core.errors import UserError

    project: Project = set_roles(project_of([{"text": f"t {n}", "question": f"q {n}"} for n in range(30)]).id, MATCHING)
    run = lay_down(project, small(tiny_bert))
    for ask in (pack, Matcher):
        with pytest.raises(UserError) as error:
            ask(run)  # type: ignore[operator]
        assert error.value.code == "run_not_finished"
