"""A model that answers from a process of its own: same numbers, and no trouble of that process reaches the person."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import psutil
import pytest

from core.errors import UserError
from core.store.run import Run
from core.use.predictor import CHUNK, Predictor
from tests.conftest import ROOT, processes_of
from tests.core.use.conftest import QUESTIONS, TEXTS, by_transformers
from tests.tables import WORDS
from tests.waiting import wait_until

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def predictor(run: Run) -> Iterator[Predictor]:
    predictor = Predictor(run)
    yield predictor
    predictor.close()


def answering(folder: Path) -> list[psutil.Process]:
    return processes_of(folder, "core.use.answer")


def test_its_numbers_are_those_of_transformers(predictor: Predictor, run: Run) -> None:
    found = predictor.probabilities(TEXTS, None)
    assert found.shape == (len(TEXTS), 3)
    np.testing.assert_allclose(found, by_transformers(run.model_folder, TEXTS), atol=1e-5)
    np.testing.assert_allclose(found.sum(axis=1), 1.0, atol=1e-5)
    assert predictor.labels == run.record().labels


def test_a_long_table_is_asked_in_parts_and_keeps_its_order(predictor: Predictor) -> None:
    words = " ".join(WORDS.values()).split()
    texts = [f"{words[place % len(words)]} {words[place * 7 % len(words)]}" for place in range(CHUNK * 2 + 10)]
    done: list[int] = []
    found = predictor.probabilities(texts, None, done.append)
    assert done == [CHUNK, 2 * CHUNK, 2 * CHUNK + 10]
    picked = [0, CHUNK - 1, CHUNK, 2 * CHUNK + 9]
    np.testing.assert_allclose(found[picked], predictor.probabilities([texts[p] for p in picked], None), atol=1e-5)
    assert predictor.probabilities([], None).shape == (0, 3)


def test_many_threads_at_once_each_get_their_own_answer(predictor: Predictor) -> None:
    texts = [f"{word} {place}" for place, word in enumerate(" ".join(WORDS.values()).split())]
    expected = predictor.probabilities(texts, None)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda text: predictor.probabilities([text], None)[0], texts * 4))
    np.testing.assert_allclose(found, np.tile(expected, (4, 1)), atol=1e-5)
    assert np.ptp(expected, axis=0).max() > 0.05
    assert len(answering(home_of(predictor.run))) == 1


def test_it_measures_how_far_names_agree(predictor: Predictor) -> None:
    assert predictor.figures(["a", "b", "b", "b"], ["a", "b", "b", "a"]) == {
        "accuracy": 0.75,
        "macro_f1": pytest.approx((2 / 3 + 4 / 5) / 2),
    }


def test_a_question_it_cannot_answer_is_an_error_and_the_next_one_is_answered(predictor: Predictor) -> None:
    before = answering(home_of(predictor.run))
    with pytest.raises(UserError) as caught:
        predictor.figures([], [])
    assert caught.value.code == "predict_failed"
    assert predictor.probabilities(["my parcel"], None).shape == (1, 3)
    assert answering(home_of(predictor.run)) == before


def test_killed_between_two_questions_it_is_started_again(predictor: Predictor) -> None:
    expected = predictor.probabilities(TEXTS, None)
    (process,) = answering(home_of(predictor.run))
    process.kill()
    np.testing.assert_allclose(predictor.probabilities(TEXTS, None), expected, atol=1e-5)
    (following,) = answering(home_of(predictor.run))
    assert following.pid != process.pid


def test_closed_its_process_leaves_and_a_question_starts_another(predictor: Predictor) -> None:
    assert answering(home_of(predictor.run))
    predictor.close()
    wait_until(lambda: not answering(home_of(predictor.run)))
    predictor.close()


def test_pairs_too(pair_run: Run) -> None:
    predictor = Predictor(pair_run)
    try:
        found = predictor.probabilities(TEXTS, QUESTIONS)
    finally:
        predictor.close()
    np.testing.assert_allclose(found, by_transformers(pair_run.model_folder, TEXTS, QUESTIONS), atol=1e-5)


def test_a_broken_model_is_a_sentence_each_time_and_leaves_no_process(run: Run, shared_home: Path) -> None:
    broken = Run(run.project_id, "broken")
    shutil.copytree(run.folder, broken.folder)
    weights = broken.model_folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    predictor = Predictor(broken)
    before = set(psutil.Process().children())  # other tests of this process may keep models of their own
    with pytest.raises(UserError) as caught:
        predictor.probabilities(["my parcel"], None)
    assert caught.value.code == "predict_failed"
    assert caught.value.facts["problem"]
    added = set(psutil.Process().children()) - before
    assert not [child for child in added if "core.use.answer" in " ".join(child.cmdline())]
    assert not [child for child in added if child.status() == psutil.STATUS_ZOMBIE]


def test_a_process_that_ends_by_itself_is_a_sentence(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sitecustomize.py").write_text("import os\nos._exit(3)\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(UserError) as caught:
        Predictor(run).probabilities(["my parcel"], None)
    assert (caught.value.code, caught.value.facts) == ("predict_failed", {"problem": "its process ended"})


NOISE = """
import atexit, os, sys
class Noisy:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("torch", "transformers", "tokenizers"):
            print("a library says hello")
            os.write(1, b"and something below it does too\\n")
sys.meta_path.insert(0, Noisy())
atexit.register(print, "goodbye")
"""
"""Runs at the start of every Python that has its folder on the path."""


def test_what_libraries_print_is_never_taken_for_an_answer(run: Run, tmp_path: Path) -> None:
    """And it leaves, without an error, when nobody can ask it any more."""
    (tmp_path / "sitecustomize.py").write_text(NOISE)
    questions = [{"texts": TEXTS[:2], "questions": None}, {"gold": ["a"], "predicted": ["b"]}]
    done = subprocess.run(
        [sys.executable, "-m", "core.use.answer", run.project_id, run.id],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        input="".join(json.dumps(question) + "\n" for question in questions),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0
    assert "a library says hello" in done.stderr
    assert "and something below it does too" in done.stderr
    assert "goodbye" in done.stderr
    ready, shares, figures = map(json.loads, done.stdout.splitlines())
    assert ready == {"ready": True}
    np.testing.assert_allclose(shares["probabilities"], by_transformers(run.model_folder, TEXTS[:2]), atol=1e-5)
    assert figures == {"figures": {"accuracy": 0.0, "macro_f1": 0.0}}


def home_of(run: Run) -> Path:
    return run.folder.parents[3]
