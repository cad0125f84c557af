"""The Use page of a model whose texts were made of several columns: a field for each, and the same columns of a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st

from core.data.columns import Roles
from core.jobs.processes import supervisor_lock
from core.store.labelling import list_labellings
from core.store.project import Project, set_roles
from core.store.run import Run
from core.use.predictor import Predictor
from core.words import Words
from tests.pages.screen import errors, run, said, texts, upload, visit
from tests.tables import as_csv, messages
from tests.trained import small, trained

pytestmark = pytest.mark.slow

ROLES = Roles(text="titre", text_more=("corps",), label="label")


@pytest.fixture
def joined(project_of: Callable[..., Project], tiny_bert: Path) -> Iterator[Run]:
    """Trained in this process; a held lock keeps supervisors away."""
    rows = [
        {"corps": row["text"], "titre": f"my {row['text'].split()[1]}", "label": row["label"]} for row in messages()
    ]
    project = set_roles(project_of("joined.csv", as_csv(rows)).id, ROLES)
    with supervisor_lock().acquire(timeout=0):
        yield trained(project, small(tiny_bert, epochs=4, learning_rate=1e-3))
    # The app's answering process, which lives as long as its cache.
    st.cache_resource.clear()


def test_each_part_is_asked_for(joined: Run) -> None:
    words = Words("fr")
    at = visit("use", words, project=joined.project_id, run=joined.id)
    assert [field.label for field in at.text_area] == ["titre", "corps"]
    at.text_area[0].input(" my parcel ")
    at.text_area[1].input("parcel late courier")
    next(button for button in at.button if button.label == said("Label this text", words)).click()
    at = run(at)
    assert errors(at) == []
    predictor = Predictor(joined)
    (shares,) = predictor.probabilities(["my parcel\nparcel late courier"], None)
    predictor.close()
    assert predictor.labels[shares.argmax()] in texts(at)
    assert words.percent(float(shares.max()), 2) in texts(at)


def test_a_table_is_labelled_by_the_same_columns(joined: Run) -> None:
    words = Words("en")
    at = visit("use", words, project=joined.project_id, run=joined.id)
    at = upload(at, as_csv([{"corps": "late courier", "n": "1", "titre": "my parcel"}] * 3), "new.csv")
    assert at.multiselect[0].value == ["corps"]
    at.button(key="label_table").click()
    run(at)
    (labelling,) = list_labellings(joined)
    assert labelling.record().roles == Roles(text="titre", text_more=("corps",))
