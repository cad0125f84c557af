"""A model whose texts were made of several columns asks for the same ones, wherever it is used."""

from __future__ import annotations

import csv
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.data.columns import Roles
from core.jobs.label import label_table
from core.store.project import set_roles
from core.store.run import Run
from core.use.bundle import facts, pack
from core.use.card import model_card
from core.use.table import label
from core.words import Words
from tests.core.use.conftest import LONGEST, by_scripts, by_transformers
from tests.tables import messages
from tests.trained import project_of, small, trained

pytestmark = pytest.mark.slow

ROLES = Roles(text="title", text_more=("body",), label="label")
ROWS = [("my parcel", "is late"), ("", "money back please"), ("password", ""), ("  card ", " charged twice")]
JOINED = ["my parcel\nis late", "money back please", "password", "card\ncharged twice"]


@pytest.fixture(scope="module")
def joined_run(shared_home: Path, tiny_bert: Path) -> Run:
    rows = []
    for row in messages():
        first, *rest = row["text"].split(" number")
        rows.append({"body": "number".join(rest), "title": first, "label": row["label"]})
    project = set_roles(project_of(rows).id, ROLES)
    return trained(project, small(tiny_bert, epochs=6, learning_rate=1e-3, max_tokens=LONGEST))


def test_it_learned_from_the_whole_texts(joined_run: Run) -> None:
    assert joined_run.record().roles == ROLES
    assert all("\n" in text for text in joined_run.examples()["text"])


def test_a_table_is_labelled_by_the_same_columns(joined_run: Run) -> None:
    table = pd.DataFrame(ROWS, columns=["title", "body"])
    labelling = label_table(joined_run, table, Roles(text="title", text_more=("body",)), "a.csv", ",")
    assert label(labelling) == "done"
    found = pd.read_csv(labelling.predictions_file, encoding="utf-8-sig", keep_default_na=False)
    shares, labels = by_transformers(joined_run.model_folder, JOINED), joined_run.record().labels
    assert found["prediction"].tolist() == [labels[place] for place in shares.argmax(axis=1)]
    np.testing.assert_allclose(found["probability"], shares.max(axis=1), atol=1e-4)


def test_the_script_of_the_zip_joins_them_too(joined_run: Run, tmp_path: Path) -> None:
    with zipfile.ZipFile(pack(joined_run)) as archive:
        archive.extractall(tmp_path)
    (folder,) = tmp_path.iterdir()
    assert (facts(joined_run)["text_column"], facts(joined_run)["text_more"]) == ("title", ["body"])
    with (folder / "table.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("body", "title"), *((body, title) for title, body in ROWS)])
    (folder / "half.csv").write_text("title\nx\n", encoding="utf-8")
    whole, half = by_scripts((folder, ["table.csv", "out.csv"]), (folder, ["half.csv"]))
    assert whole == ("", None)
    with (folder / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        _header, *rows = csv.reader(file)
    shares = by_transformers(joined_run.model_folder, JOINED)
    np.testing.assert_allclose([float(row[3]) for row in rows], shares.max(axis=1), atol=1e-4)
    assert half == ("", "half.csv needs rows, and the columns “title” and “body”.")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_card_names_them_in_their_order(joined_run: Run, language: str) -> None:
    words = Words(language)
    said = words.gettext("Columns of the text, joined by line breaks")
    assert f"| {said} | title, body |" in model_card(joined_run, words)
