"""The zip, as the engineer meets it: what is in it, and that it works where Parafine is not."""

from __future__ import annotations

import csv
import json
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.errors import UserError
from core.home import read_json
from core.store.project import open_project
from core.store.run import Run
from core.use.bundle import bundle_path, pack
from core.use.card import model_card
from core.words import Words
from tests.core.use.conftest import LONGEST, QUESTIONS, TEXTS, by_scripts, by_transformers, elsewhere, said
from tests.tables import lay_down

pytestmark = pytest.mark.slow

CONTENT = {
    *("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"),
    *("README.md", "LISEZMOI.md", "predict.py", "parafine.json", "requirements.txt"),
}

LOAD = """
import json, sys, torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer
for folder, columns in json.loads(sys.argv[1]):
    model = AutoModelForSequenceClassification.from_pretrained(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    inputs = tokenizer(*columns, truncation=True, padding=True, return_tensors="pt")
    with torch.no_grad():
        shares = torch.softmax(model(**inputs).logits, dim=-1)
    print(json.dumps([inputs["input_ids"].shape[1], shares.tolist()]))
assert not any(name == "core" or name.startswith("core.") for name in sys.modules)
"""
"""What the card tells an engineer to write."""


def extracted(run: Run, folder: Path) -> Path:
    with zipfile.ZipFile(pack(run)) as archive:
        archive.extractall(folder)
    return folder / f"parafine-{run.record().number}"


@pytest.fixture(scope="module")
def folder(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return extracted(run, tmp_path_factory.mktemp("single"))


@pytest.fixture(scope="module")
def pair_folder(pair_run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return extracted(pair_run, tmp_path_factory.mktemp("pair"))


Asked = dict[str, subprocess.Popen[str]]
Answers = dict[str, tuple[str, str | None]]


@pytest.fixture(scope="module")
def tables(folder: Path) -> None:
    """What the scripts are asked to label."""
    rows = "".join(f"hand {place};{text}\n" for place, text in enumerate(TEXTS))
    (folder / "table.csv").write_text(f"prediction;text\n{rows}", encoding="cp1252")
    odd = f"text ;n;n\r\n{TEXTS[0]};1;2;too much\r\n{TEXTS[1]}\r\n"
    (folder / "odd.csv").write_text(odd, encoding="utf-16", newline="")
    (folder / "wrong.csv").write_text("texte,label\nx,y\n", encoding="utf-8")


@pytest.fixture(scope="module")
def asked(folder: Path, pair_folder: Path, tables: None) -> Iterator[Asked]:
    """Processes of their own, started together: most of their time is the import of torch."""
    both = json.dumps([[str(folder), [TEXTS]], [str(pair_folder), [TEXTS, QUESTIONS]]])
    processes = {
        "load": elsewhere(folder.parent, "-c", LOAD, both),
        "pair": elsewhere(pair_folder.parent, str(pair_folder / "predict.py"), TEXTS[1], QUESTIONS[1]),
        "wrong": elsewhere(folder, "predict.py", "wrong.csv"),
    }
    yield processes
    for process in processes.values():
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def answers(folder: Path, pair_folder: Path, tables: None) -> Answers:
    """What the scripts said, and the sentence they ended with."""
    wanted = {
        "text": (folder, [TEXTS[2]]),
        "table": (folder, ["table.csv", "out.csv"]),
        "odd": (folder, ["odd.csv", "odd_out.csv"]),
        "half a pair": (pair_folder, [TEXTS[1]]),
        "two texts": (folder, ["my", "parcel"]),
    }
    return dict(zip(wanted, by_scripts(*wanted.values()), strict=True))


def test_the_zip_holds_exactly_this(run: Run) -> None:
    number = run.record().number
    with zipfile.ZipFile(pack(run)) as archive:
        assert set(archive.namelist()) == {f"parafine-{number}/{name}" for name in CONTENT}
        assert archive.testzip() is None
        assert not [info.filename for info in archive.infolist() if info.filename.startswith(("/", ".."))]
    assert bundle_path(run) == pack(run)
    assert not [path for path in run.folder.iterdir() if path.name.startswith(".")]


def test_nothing_in_it_is_a_pickle(folder: Path) -> None:
    for name in CONTENT - {"model.safetensors"}:
        assert (folder / name).read_text(encoding="utf-8")
    weights = (folder / "model.safetensors").read_bytes()
    header = json.loads(weights[8 : 8 + int.from_bytes(weights[:8], "little")])
    assert "classifier.weight" in header


def test_the_files_say_what_the_run_says(run: Run, folder: Path) -> None:
    record, facts = run.record(), read_json(folder / "parafine.json")
    assert (facts["labels"], facts["fingerprint"]) == (record.labels, record.fingerprint)
    assert (facts["text_column"], facts["question_column"], facts["max_tokens"]) == ("text", None, LONGEST)
    for name, language in (("README.md", "en"), ("LISEZMOI.md", "fr")):
        assert (folder / name).read_text(encoding="utf-8") == model_card(run, Words(language))


def test_a_run_without_a_model_has_no_zip(run: Run) -> None:
    unfinished = lay_down(open_project(run.project_id))
    with pytest.raises(UserError) as caught:
        pack(unfinished)
    assert (caught.value.code, caught.value.facts) == ("run_not_finished", {"run": unfinished.record().number})
    assert not bundle_path(unfinished).exists()


def test_a_fresh_process_with_transformers_alone_gets_the_same_numbers(asked: Asked, run: Run, pair_run: Run) -> None:
    (length, texts), (pair_length, found_pairs) = map(json.loads, said(asked["load"]).splitlines())
    assert length == pair_length == LONGEST, "the tokenizer cuts where the training did"
    np.testing.assert_allclose(texts, by_transformers(run.model_folder, TEXTS), atol=1e-5)
    np.testing.assert_allclose(found_pairs, by_transformers(pair_run.model_folder, TEXTS, QUESTIONS), atol=1e-5)
    # Numbers that hardly depend on the texts would prove nothing.
    assert np.ptp(np.array(texts), axis=0).max() > 0.05
    assert np.abs(found_pairs - by_transformers(pair_run.model_folder, TEXTS, TEXTS)).max() > 0.001


def ranked(shares: np.ndarray, labels: list[str]) -> list[str]:
    return [f"{shares[place]:.4f}  {labels[place]}" for place in np.argsort(-shares)]


def test_the_script_labels_a_text(answers: Answers, run: Run) -> None:
    (shares,) = by_transformers(run.model_folder, TEXTS[2:3])
    out, end = answers["text"]
    assert (out.splitlines(), end) == (ranked(shares, run.record().labels), None)


def test_the_script_labels_a_pair(asked: Asked, pair_run: Run) -> None:
    (shares,) = by_transformers(pair_run.model_folder, TEXTS[1:2], QUESTIONS[1:2])
    assert said(asked["pair"]).splitlines() == ranked(shares, pair_run.record().labels)


def test_the_script_labels_a_table_and_keeps_what_it_held(answers: Answers, run: Run, folder: Path) -> None:
    assert answers["table"] == ("", None)
    with (folder / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file, delimiter=";")
    assert header == ["prediction", "text", "prediction_", "probability"]
    assert [row[:2] for row in rows] == [[f"hand {place}", text] for place, text in enumerate(TEXTS)]
    shares, labels = by_transformers(run.model_folder, TEXTS), run.record().labels
    assert [row[2] for row in rows] == [labels[place] for place in shares.argmax(axis=1)]
    np.testing.assert_allclose([float(row[3]) for row in rows], shares.max(axis=1), atol=1e-4)


def test_the_script_reads_what_the_app_reads(answers: Answers, run: Run, folder: Path) -> None:
    """UTF-16, spaces around a name, a name given twice, rows too long and too short: nothing is lost."""
    assert answers["odd"] == ("", None)
    with (folder / "odd_out.csv").open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file, delimiter=";")
    assert header == ["text ", "n", "n", "prediction", "probability"]
    labels = run.record().labels
    best = [labels[place] for place in by_transformers(run.model_folder, TEXTS[:2]).argmax(axis=1)]
    assert [(row[:3], row[3], row[5:]) for row in rows] == [
        ([TEXTS[0], "1", "2"], best[0], ["too much"]),
        ([TEXTS[1], "", ""], best[1], []),
    ]


def test_the_script_names_the_columns_it_needs(asked: Asked, folder: Path) -> None:
    out, err = asked["wrong"].communicate()
    assert asked["wrong"].returncode == 1
    assert err.strip().splitlines()[-1] == "wrong.csv needs rows, and the columns “text”."
    assert (out, "Traceback" in err, (folder / "predictions.csv").exists()) == ("", False, False)


@pytest.mark.parametrize(("name", "way_out"), [("half a pair", "give both"), ("two texts", "in quotation marks")])
def test_the_script_says_when_it_got_too_few_texts_or_too_many(answers: Answers, name: str, way_out: str) -> None:
    out, end = answers[name]
    assert out == ""
    assert way_out in str(end)
