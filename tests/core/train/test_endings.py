"""Trainings that do not run to their end: stopped before and during, diverged, started from a model that is gone."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from core.errors import UserError
from core.jobs.worker import work
from core.store.job_folder import State
from core.store.project import Project
from core.store.run import Run
from core.train.checkpoints import Checkpoints
from core.train.inference import probabilities
from core.train.lessons.classes import Classes
from core.train.progress import Stopped
from core.train.train import train
from core.words import Words
from tests.tables import lay_down, messages
from tests.trained import break_what_is_learned, points, project_of, small, taken, trained, worker
from tests.waiting import wait_until

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def project(shared_home: Path) -> Project:
    return project_of(messages())


def as_soon_as(condition: Callable[[], object], act: Callable[[], object]) -> threading.Thread:
    """Acts once the condition holds, in another thread."""

    def wait_and_act() -> None:
        wait_until(condition, every=0.01)
        act()

    thread = threading.Thread(target=wait_and_act)
    thread.start()
    return thread


def outcome_of(run: Run) -> tuple[State, dict[str, Any] | None]:
    """How a worker says that it ended, in this process: state and reason."""
    work(taken(run))
    outcome = run.outcome()
    assert outcome is not None
    assert outcome["attempt"] == 1
    return outcome["state"], outcome["reason"]


def test_stopped_during_training_it_keeps_a_usable_model_and_looks_at_nothing_more(
    project: Project, tiny_bert: Path
) -> None:
    settings = small(tiny_bert, epochs=100, batch_size=1, learning_rate=1e-3)
    run = lay_down(project, settings)
    asking = as_soon_as(lambda: len(points(run, "validation", "loss")) >= 3, lambda: run.ask("stop"))
    result = train(run)
    asking.join()
    assert (result["state"], result["ended_early"]) == ("stopped", False)
    assert 48 <= result["steps"] < 4800
    assert run.result() == result
    assert "test" not in result
    assert not (run.folder / "predictions.parquet").exists()
    assert run.has_model()
    newest = Checkpoints(run.folder / "checkpoints").newest()
    assert newest is not None
    assert newest.name == f"step-{result['steps']:08d}"

    scores, losses = points(run, "validation", "macro_f1"), points(run, "validation", "loss")
    assert result["best"]["macro_f1"] == result["validation"]["macro_f1"] == max(score for _, score in scores)
    assert result["validation"]["loss"] == dict(losses)[result["best"]["step"]]
    model = AutoModelForSequenceClassification.from_pretrained(run.model_folder)
    tokenizer = AutoTokenizer.from_pretrained(run.model_folder)
    examples = run.examples()
    lesson = Classes(run.record(), settings, model, tokenizer)
    validation = lesson.encode(examples[examples["part"] == "validation"])
    found = probabilities(model, tokenizer, validation).argmax(axis=1)
    right = sum(int(place == entry["labels"]) for place, entry in zip(found, validation, strict=True))
    assert abs(right / len(validation) - result["validation"]["accuracy"]) <= 1 / len(validation)


def test_stopped_before_the_first_step_there_is_nothing_to_keep(project: Project, tiny_bert: Path) -> None:
    run = lay_down(project, small(tiny_bert))
    run.ask("stop")
    with pytest.raises(Stopped):
        train(run)
    assert {path.name for path in run.folder.iterdir()} == {
        *("run.json", "examples.parquet", "stop.request", "progress.json")
    }
    assert outcome_of(run) == ("stopped", None)
    assert run.result() is None
    assert not run.has_model()


@pytest.fixture(scope="module")
def broken(project: Project, tiny_bert: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trained model with NaN where the vector of a word stands that only training rows have."""
    run = trained(project, small(tiny_bert, epochs=1))
    folder = tmp_path_factory.mktemp("broken") / "model"
    shutil.copytree(run.model_folder, folder)
    break_what_is_learned(folder, run.examples())
    return folder


def test_a_loss_without_a_value_fails_with_its_step_and_a_way_out(project: Project, broken: Path) -> None:
    run = lay_down(project, small(broken, learning_rate=2e-3))
    assert worker(taken(run)).returncode == 1
    outcome = run.outcome()
    assert outcome is not None
    assert (outcome["state"], outcome["reason"]["code"]) == ("failed", "loss_not_finite")
    facts = outcome["reason"]["facts"]
    assert set(facts) == {"step", "learning_rate"}
    assert 1 <= facts["step"] <= 18
    assert facts["learning_rate"] == 2e-3
    sentence = UserError(outcome["reason"]["code"], **facts).sentence(Words("en"))
    assert f"at step {facts['step']}" in sentence
    assert "2e-3" in sentence
    # The curves that were drawn until then hold numbers only.
    assert all(torch.isfinite(torch.tensor(point["value"])) for point in run.metrics())
    assert points(run, "validation", "loss")
    assert run.result() is None
    assert not run.model_folder.exists()


def test_a_model_folder_that_vanished_fails_with_its_sentence(
    project: Project, tiny_bert: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "gone"
    run = lay_down(project, small(folder))
    assert worker(taken(run)).returncode == 1
    facts = {"folder": str(folder), "problem": "there is no such folder"}
    assert run.outcome() == {"attempt": 1, "state": "failed", "reason": {"code": "model_folder", "facts": facts}}
    log = run.log.read_text(encoding="utf-8")
    assert "Traceback (most recent call last)" in log
    assert "check_folder" in log
    assert "there is no such folder" in log
    assert {path.name for path in run.folder.iterdir()} == {
        *("run.json", "examples.parquet", "progress.json", "heartbeat.json", "log.txt", "outcome.json", "worker.lock")
    }
    for language in ("en", "fr"):
        assert str(folder) in UserError("model_folder", **facts).sentence(Words(language))


def test_a_former_training_without_a_model_is_refused(project: Project, tiny_bert: Path) -> None:
    former = lay_down(project, small(tiny_bert))
    run = lay_down(project, small(tiny_bert, model={"kind": "run", "name": former.id}))
    number = former.record().number
    assert outcome_of(run) == ("failed", {"code": "run_has_no_model", "facts": {"run": number}})


def test_a_torn_weights_file_fails_with_a_sentence(project: Project, tiny_bert: Path, tmp_path: Path) -> None:
    folder = tmp_path / "torn"
    shutil.copytree(tiny_bert, folder)
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    state, reason = outcome_of(lay_down(project, small(folder)))
    assert reason is not None
    assert (state, reason["code"]) == ("failed", "model_folder")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full is Linux's")
def test_a_full_disk_is_said_as_such(project: Project, tiny_bert: Path) -> None:
    run = lay_down(project, small(tiny_bert, epochs=100, batch_size=1))
    curve = run.folder / "metrics.jsonl"

    def fill() -> None:
        full = run.folder / "full"
        full.symlink_to("/dev/full")
        full.replace(curve)

    filling = as_soon_as(curve.exists, fill)
    state, reason = outcome_of(run)
    filling.join()
    assert reason is not None
    assert (state, reason["code"]) == ("failed", "disk_full")
    assert set(reason["facts"]) == {"free", "needed", "missing"}
