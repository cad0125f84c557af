"""Two finished runs, one that reads a text and one that reads a text and a question, for a whole module."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from core.store.run import Run
from tests.tables import messages
from tests.trained import one_thread as one_thread
from tests.trained import pairs, project_of, small, trained
from tests.trained import shared_home as shared_home

TEXTS = ["my parcel is late", "money back please", "l’été, déjà ?", "password " * 60, "x"]
QUESTIONS = ["is it about my parcel?", "is it about my card?", "déjà ?", "is it?", "where is it?"]
LONGEST = 24
"""Word pieces: the fourth of the texts is cut."""


@pytest.fixture(scope="module")
def run(shared_home: Path, tiny_bert: Path) -> Run:
    """Three labels, one with a pipe."""
    rows = messages()
    for row in rows:
        row["label"] = row["label"].replace("refund", "refund | money")
    return trained(project_of(rows), small(tiny_bert, epochs=6, learning_rate=1e-3, max_tokens=LONGEST))


@pytest.fixture(scope="module")
def pair_run(shared_home: Path, tiny_bert: Path) -> Run:
    return trained(project_of(pairs()), small(tiny_bert, epochs=6, learning_rate=1e-3, max_tokens=LONGEST))


def by_transformers(folder: Path, texts: list[str], questions: list[str] | None = None) -> NDArray[np.float32]:
    """What a model answers when it is loaded and asked one by one with nothing but transformers."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    model = AutoModelForSequenceClassification.from_pretrained(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    found = []
    for place, text in enumerate(texts):
        asked = (text,) if questions is None else (text, questions[place])
        inputs = tokenizer(*asked, truncation=True, max_length=LONGEST, return_tensors="pt")
        with torch.no_grad():
            found.append(torch.softmax(model(**inputs).logits[0], dim=-1).numpy())
    return np.stack(found)
