"""A model that asks, in use: what it writes for the page and for a table, and the zip where Parafine is not."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from core.data.columns import Roles
from core.home import read_json
from core.jobs.label import label_table
from core.store.project import set_roles
from core.store.run import Run
from core.use.card import model_card
from core.use.predictor import Predictor
from core.use.table import label
from core.words import Words
from tests.core.use.conftest import elsewhere, said
from tests.core.use.test_bundle import extracted
from tests.tables import asked
from tests.trained import project_of, small, trained

pytestmark = pytest.mark.slow

ROLES = Roles(text="text", question="question", task="generation")
TEXTS = [row["text"] for row in asked(3)]


@pytest.fixture(scope="module")
def run(shared_home: Path, tiny_bert: Path) -> Run:
    project = set_roles(project_of(asked()).id, ROLES)
    return trained(project, small(tiny_bert, epochs=10, learning_rate=3e-3))


@pytest.fixture(scope="module")
def predictor(run: Run) -> Iterator[Predictor]:
    found = Predictor(run)
    yield found
    found.close()


def test_page_table_and_zip_ask_the_same(run: Run, predictor: Predictor, tmp_path: Path) -> None:
    folder = extracted(run, tmp_path)
    facts = read_json(folder / "parafine.json")
    assert (facts["task"], facts["question_column"]) == ("generation", None)
    (folder / "table.csv").write_text(
        "prediction;text\n" + "".join(f"mine;{text}\n" for text in TEXTS), encoding="utf-8"
    )
    processes = [elsewhere(folder, "predict.py", TEXTS[0]), elsewhere(folder, "predict.py", "table.csv", "out.csv")]
    several = predictor.write(TEXTS[0], 4)
    assert len(several) == 4
    # A table to ask about needs no questions of its own.
    table = pd.DataFrame({"prediction": ["mine"] * 3, "text": TEXTS})
    labelling = label_table(run, table, Roles(text="text", task="generation"), "table.csv", ";")
    assert label(labelling) == "done"
    found = pd.read_csv(labelling.predictions_file, sep=";", dtype=str, keep_default_na=False, encoding="utf-8-sig")
    assert list(found.columns) == ["prediction", "text", "prediction_"]
    assert found["prediction_"][0] == several[0]
    assert said(processes[0]).splitlines() == list(dict.fromkeys(filter(None, several)))
    said(processes[1])
    with (folder / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file, delimiter=";"))[1:] == found.to_numpy().tolist()


def test_the_card_says_what_it_does_and_how_to_load_it(run: Run) -> None:
    for language in ("en", "fr"):
        words = Words(language)
        card = model_card(run, words)
        assert "AutoModelForSeq2SeqLM" in card
        assert words.gettext("It reads a text and writes a question that the text may answer.") in card
        assert words.gettext("chrF") in card
