"""The Use page: nothing yet, a text tried, a table labelled, the model taken away."""

from __future__ import annotations

import zipfile

import pytest
from streamlit.testing.v1 import AppTest

from core.jobs.queue import claim, finish
from core.jobs.slots import BESIDE
from core.store.labelling import Labelling, list_labellings
from core.store.project import Project, create_project
from core.use.bundle import bundle_path
from core.use.predictor import Predictor
from core.use.table import label
from core.words import Words
from tests.pages.conftest import Ended
from tests.pages.screen import (
    click,
    errors,
    everything,
    figures,
    followed,
    progress,
    run,
    said,
    sentence,
    table,
    texts,
    titles,
    upload,
    visit,
)
from tests.tables import as_csv

QUESTION = "Le camion poubelle peut-il passer plus tard dans notre rue ?"


def try_text(at: AppTest, text: str, words: Words) -> AppTest:
    at.text_area[0].input(text)
    next(button for button in at.button if button.label == said("Label this text", words)).click()
    return run(at)


def test_without_a_model_the_page_leads_to_the_training(home: object, words: Words) -> None:
    at = visit("use", words, project=create_project("Vide").id)
    assert titles(at) == [said("Use", words)]
    assert said("There is no trained model yet in this project.", words) in texts(at)
    assert said("Launch a first training", words) in [link.label for link in at.page_link]
    assert not at.text_area


def test_an_untrained_run_is_no_model(project: Project, words: Words) -> None:
    at = visit("use", words, project=project.id)
    assert said("There is no trained model yet in this project.", words) in texts(at)


@pytest.mark.slow
def test_the_models_are_those_of_runs_that_left_one(ended: Ended, words: Words) -> None:
    at = visit("use", words, project=ended.project.id)
    wanted = [(7, ended.pair), (2, ended.kept), (1, ended.done)]
    for option, (number, each) in zip(at.selectbox[0].options, wanted, strict=True):
        test = (each.result() or {}).get("test")
        accuracy = f"({words.percent(test['accuracy'])})" if test else ""
        assert option == said("Training {number}", words, number=str(number)) + f"\u00a0{accuracy}"
    at = visit("use", words, project=ended.project.id, run=ended.done.id)
    assert at.selectbox[0].value == ended.done.id
    at.selectbox[0].select(ended.kept.id)
    assert run(at).query_params["run"] == ended.kept.id


@pytest.mark.slow
def test_a_text_gets_the_probability_of_every_label(ended: Ended, predictor: Predictor, words: Words) -> None:
    at = try_text(visit("use", words, project=ended.project.id, run=ended.done.id), QUESTION, words)
    assert errors(at) == []
    shares = dict(zip(predictor.labels, predictor.probabilities([QUESTION], None)[0], strict=True))
    best = max(shares, key=lambda label: shares[label])
    drawn = figures(at)["probabilities"]
    bars = dict(zip(drawn["figure"]["data"][0]["customdata"], drawn["figure"]["data"][0]["x"], strict=True))
    scale = 100 if max(bars.values()) > 1 else 1
    assert {label: bar / scale for label, bar in bars.items()} == pytest.approx(shares, abs=1e-4)
    assert best in texts(at)
    assert words.percent(shares[best], 2) in texts(at)
    alt = "Bar chart of the probabilities; the likeliest label is {label}, {share}."
    assert drawn["alt"] == said(alt, words, label=best, share=words.percent(shares[best]))


@pytest.mark.slow
@pytest.mark.parametrize("text", ["", "  \n "])
def test_no_text_is_a_sentence(ended: Ended, words: Words, text: str) -> None:
    at = try_text(visit("use", words, project=ended.project.id, run=ended.done.id), text, words)
    assert errors(at) == [sentence(words, "predict_empty")]
    assert "probabilities" not in figures(at)


@pytest.mark.slow
def test_odd_texts_get_an_answer_too(ended: Ended) -> None:
    words = Words("fr")
    at = visit("use", words, project=ended.project.id, run=ended.done.id)
    for text in ("?", "🦔" * 50, "a\u0000b", "<script>alert(1)</script>", "mot " * 3000):
        at = try_text(at, text, words)
        assert errors(at) == []
        assert "probabilities" in figures(at)


def answered(at: AppTest) -> AppTest:
    """The page once the table that waits is labelled, here instead of in a worker."""
    job = claim(BESIDE)
    assert job is not None
    assert isinstance(job.folder, Labelling)
    finish(job, label(job.folder))
    return run(at)


@pytest.mark.slow
def test_a_table_gets_predictions_and_what_they_agree_with(own: Ended, predictor: Predictor, words: Words) -> None:
    examples = own.done.examples().head(25)
    rows = [
        {"question": text, "étiquette": label, "n": str(place)}
        for place, (text, label) in enumerate(zip(examples["text"], examples["label"], strict=True))
    ]
    rows[0]["étiquette"] = ""
    at = visit("use", words, project=own.project.id, run=own.done.id)
    at = upload(at, as_csv(rows, ";"), "nouveaux.csv")
    assert at.button(key="label_table").label == said(
        "Label {rows}", words, rows=words.ngettext("{count} row", "{count} rows", 25)
    )
    at = click(at, "label_table")
    assert errors(at) == []
    assert progress(at) == (0, f"{said('Waiting for its turn', words)}…")
    at = answered(at)
    assert not followed(at, "progress")
    shares = predictor.probabilities([row["question"] for row in rows], None)
    predicted = [predictor.labels[place] for place in shares.argmax(axis=1)]
    shown = table(at, said("Prediction", words))
    assert shown[0] == ["question", "étiquette", said("Prediction", words), said("Probability", words)]
    assert [row[2] for row in shown[1:]] == predicted[:20]
    assert [row[3] for row in shown[1:]] == [words.percent(round(share, 4)) for share in shares.max(axis=1)[:20]]
    agreed = sum(row["étiquette"] == label for row, label in zip(rows, predicted, strict=True)) / 24
    assert words.percent(agreed) in texts(at)
    remark = "This table has labels of its own (column “{column}”): here is how far the predictions agree."
    assert said(remark, words, column="étiquette") in texts(at)
    assert said("The first {shown} of {rows} rows; the file has them all.", words, shown="20", rows="25") in texts(at)
    [link] = [html.value for html in at.html if "nouveaux-predictions.csv" in html.value]
    assert "href='/parafine/download/" in link
    assert f">{said('Download the predictions (CSV)', words)}</a>" in link
    [labelling] = list_labellings(own.done)
    written = labelling.predictions_file.read_text(encoding="utf-8-sig").splitlines()
    assert written[0].startswith("question;étiquette;n;prediction;probability")
    assert [line.split(";")[2:4] for line in written[1:]] == [[str(n), each] for n, each in enumerate(predicted)]


@pytest.mark.slow
def test_a_table_without_labels_gets_predictions_alone(own: Ended, words: Words) -> None:
    at = visit("use", words, project=own.project.id, run=own.done.id)
    at = upload(at, b"message\nbonjour\nmerci\n", "deux.csv")
    at = answered(click(at, "label_table"))
    assert errors(at) == []
    assert [row[0] for row in table(at, said("Prediction", words))] == ["message", "bonjour", "merci"]
    assert said("Rows measured", words) not in texts(at)


@pytest.mark.slow
def test_a_labelling_that_was_cut_off_says_so_and_is_resumed(own: Ended, words: Words) -> None:
    at = visit("use", words, project=own.project.id, run=own.done.id)
    at = click(upload(at, b"message\nbonjour\nmerci\n", "deux.csv"), "label_table")
    job = claim(BESIDE)
    assert job is not None
    finish(job, "interrupted")
    at = run(at)
    cut = (
        "The labelling was cut off (the machine stopped, or its process was ended). The rows answered so far are kept."
    )
    assert [each.value for each in at.warning] == [said(cut, words)]
    at = answered(click(at, f"resume_{job.run_id}"))
    assert not at.warning
    assert [row[0] for row in table(at, said("Prediction", words))] == ["message", "bonjour", "merci"]


def test_rows_that_could_not_be_read_are_shown_before_anything_is_labelled(ended: Ended, words: Words) -> None:
    at = visit("use", words, project=ended.project.id, run=ended.done.id)
    at = upload(at, b"message,n\nbonjour,1\nmerci,2,3,4\n", "trois.csv")
    assert words.ngettext("{count} row set aside", "{count} rows set aside", 1) in texts(at)
    assert ["3", said("more cells than columns", words), "merci | 2 | 3 | 4"] in table(
        at, said("Line in the file", words)
    )


@pytest.mark.slow
def test_a_model_of_pairs_asks_for_both_texts(own: Ended, words: Words) -> None:
    at = visit("use", words, project=own.project.id, run=own.pair.id)
    assert [each.label for each in at.text_input] == [said("Question", words)]
    at.text_input[0].input("Qui ramasse les poubelles ?")
    at = try_text(at, "Ma poubelle est restée pleine lundi.", words)
    assert errors(at) == []
    assert "probabilities" in figures(at)
    at = upload(at, as_csv([{"texte": "Ma rue est sombre.", "question": "Qui répare ?", "n": "1"}]), "paires.csv")
    assert [box.value for box in at.selectbox[1:]] == ["texte", "question"]
    at.selectbox[2].select("texte")
    at = run(at)
    assert errors(at) == [sentence(words, "same_column_twice", column="texte")]
    assert "label_table" not in [button.key for button in at.button]
    at.selectbox[2].select("question")
    at = answered(click(run(at), "label_table"))
    assert table(at, said("Prediction", words))[1][:2] == ["Ma rue est sombre.", "Qui répare ?"]


@pytest.mark.slow
def test_a_bad_table_is_a_sentence_and_the_rest_of_the_page_stays(ended: Ended, words: Words) -> None:
    at = visit("use", words, project=ended.project.id, run=ended.done.id)
    at = upload(at, b"", "vide.csv")
    assert errors(at) == [sentence(words, "empty_file", name="vide.csv")]
    assert "label_table" not in [button.key for button in at.button]
    assert said("Take the model away", words) in everything(at)


@pytest.mark.slow
def test_the_model_is_taken_away_as_a_whole(ended: Ended, words: Words) -> None:
    at = visit("use", words, project=ended.project.id, run=ended.done.id)
    path = bundle_path(ended.done)
    [link] = [html.value for html in at.html if "download=" in html.value]
    assert "href='/parafine/download/" in link
    assert "download='parafine-1.zip'" in link
    size = words.size(path.stat().st_size)
    assert said("Download the model ({size})", words, size=size) in texts(at)
    with zipfile.ZipFile(path) as archive:
        names = {name.removeprefix("parafine-1/") for name in archive.namelist()}
        card = archive.read("parafine-1/LISEZMOI.md").decode()
    assert {"model.safetensors", "tokenizer.json", "predict.py", "README.md", "LISEZMOI.md"} <= names
    assert "# Un classifieur de textes fait avec Parafine" in card
