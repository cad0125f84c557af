"""Two finished runs, one that reads a text and one that reads a text and a question, for a whole module."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
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


SCRIPTS = """
import contextlib, io, json, os, runpy, sys
def outcome(folder, arguments):
    os.chdir(folder)
    sys.argv = ["predict.py", *arguments]
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        try:
            runpy.run_path("predict.py", run_name="__main__")
        except SystemExit as ended:
            return said.getvalue(), ended.code
    return said.getvalue(), None
for line in sys.stdin:
    print(json.dumps(outcome(*json.loads(line))))
assert not any(name == "core" or name.startswith("core.") for name in sys.modules)
"""


def elsewhere(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """Python in a folder far from the repository, without it on its path."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PARAFINE"))}
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment | {"PYTHONIOENCODING": "utf-8"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def said(process: subprocess.Popen[str], given: str = "") -> str:
    out, err = process.communicate(given)
    assert process.returncode == 0, err
    return out


def by_scripts(*asked: tuple[Path, Sequence[str]]) -> list[tuple[str, str | None]]:
    """What each folder's predict.py prints when run with these arguments, and the sentence with which it ends, if any.

    One after the other in one process: most of the time of each would be the import of torch.
    """
    lines = "".join(json.dumps([str(folder), list(arguments)]) + "\n" for folder, arguments in asked)
    return [(out, end) for out, end in map(json.loads, said(elsewhere(asked[0][0], "-c", SCRIPTS), lines).splitlines())]


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
