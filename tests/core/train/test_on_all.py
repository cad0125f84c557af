"""A whole cross-validation, really trained from a very small model: folds, then one model on all rows."""

from __future__ import annotations

from pathlib import Path
from statistics import fmean, stdev

import pytest

from core.errors import UserError
from core.home import write_json
from core.jobs.folds import launch_folds
from core.jobs.processes import supervisor_lock
from core.results.folds import out_of_fold, pooled, study_result
from core.store.run import Run
from core.store.study import Study, epochs_of_folds
from core.train.progress import Stopped
from core.train.train import train
from tests.tables import messages
from tests.trained import project_of, small


@pytest.fixture(scope="module")
def launched(shared_home: Path, tiny_bert: Path) -> Study:
    project = project_of(messages(45))
    with supervisor_lock().acquire(timeout=0):
        return launch_folds(project.id, small(tiny_bert, learning_rate=2e-3), 3)


@pytest.fixture(scope="module")
def study(launched: Study) -> Study:
    for run in launched.folds():
        train(run)
    return launched


def final_of(study: Study) -> Run:
    final = study.final()
    assert final is not None
    return final


def test_without_a_fold_there_is_nothing_to_go_by(shared_home: Path, tiny_bert: Path) -> None:
    with supervisor_lock().acquire(timeout=0):
        alone = launch_folds(project_of(messages(45)).id, small(tiny_bert), 2)
    with pytest.raises(UserError) as caught:
        train(final_of(alone))
    assert caught.value.code == "no_fold_done"
    assert final_of(alone).result() is None


def test_every_row_is_answered_once_by_a_model_that_had_not_seen_it(study: Study) -> None:
    answers = out_of_fold(study)
    assert answers["id"].tolist() == [f"r{row}" for row in range(1, 46)]
    result = study_result(study)
    assert result.is_whole
    # The folds are of one size, so the accuracy of all answers is the mean of theirs.
    assert pooled(answers, study.record().labels)["accuracy"] == pytest.approx(result.over_folds["accuracy"].mean)
    assert set(result.over_folds) == {"loss", "accuracy", "macro_f1"}


def test_the_model_on_all_rows_learns_as_long_as_the_folds_say(study: Study) -> None:
    final = final_of(study)
    result = train(final)
    epochs, count = epochs_of_folds(study)
    assert (result["state"], result["epochs"], result["ended_early"]) == ("done", float(epochs), False)
    assert result["best"] == {"step": result["steps"], "epoch": float(epochs)}
    assert result["steps"] == epochs * 6  # 45 rows, 8 a step
    accuracies = [fold.figures["accuracy"] for fold in study_result(study).folds if fold.figures is not None]
    told = result["from_folds"]
    assert (told["epochs"], told["folds"]) == (epochs, count) == (epochs, 3)
    assert told["figures"]["accuracy"] == pytest.approx({"mean": fmean(accuracies), "deviation": stdev(accuracies)})
    assert not {"validation", "test"} & set(result)
    assert final.has_model()
    assert {point["split"] for point in final.metrics()} == {"train"}
    assert not (final.folder / "predictions.parquet").exists()


def test_paused_and_resumed_it_ends_with_the_same_weights(study: Study) -> None:
    """Although meanwhile the folds say another number of epochs."""
    final = final_of(study)
    train(final)
    expected = (final.model_folder / "model.safetensors").read_bytes()

    def ask_once() -> None:
        if final.progress().phase == "training":
            final.ask("pause")

    with pytest.raises(Stopped):
        train(final, 2, ask_once)
    final.forget_requests()
    for run in study.folds():
        result = run.result()
        assert result is not None
        write_json(run.folder / "result.json", result | {"best": {"step": 1, "epoch": 9.0}})
    assert epochs_of_folds(study) == (9, 3)
    train(final, 3)
    assert (final.model_folder / "model.safetensors").read_bytes() == expected
