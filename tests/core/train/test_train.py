"""A whole training: what a finished run holds, that it can be repeated, and that the test part waits for the end."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.home import read_json
from core.jobs.processes import worker_process
from core.store.parquet import write_frame
from core.store.project import Project
from core.store.run import Run, open_run
from core.train.metrics import by_label
from core.train.settings import Settings
from core.train.train import train
from tests.tables import lay_down, messages
from tests.trained import curves, figures, points, project_of, small, taken, trained, weights, worker

pytestmark = pytest.mark.slow

MODEL = {"config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"}
FINISHED = {"run.json", "examples.parquet", "metrics.jsonl", "progress.json", "predictions.parquet", "result.json"}


@pytest.fixture(scope="module")
def settings(tiny_bert: Path) -> Settings:
    return small(tiny_bert, epochs=6, learning_rate=1e-3, dropout=0.1)


@pytest.fixture(scope="module")
def project(shared_home: Path) -> Project:
    return project_of(messages())


@pytest.fixture(scope="module")
def run(project: Project, settings: Settings) -> Run:
    return trained(project, settings)


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_a_finished_run_holds_exactly_these_files(run: Run) -> None:
    assert files(run.folder) == FINISHED | {f"model/{name}" for name in MODEL}
    assert not [path for path in run.folder.rglob("*") if path.is_dir() and path.name != "model"]
    assert run.has_model()


def test_the_result_says_what_happened(run: Run) -> None:
    result = run.result()
    assert result is not None
    assert set(result) == {
        *("attempt", "state", "best", "steps", "epochs", "ended_early", "seconds", "device", "precision"),
        *("head", "validation", "test"),
    }
    assert (result["attempt"], result["state"]) == (1, "done")
    assert (result["steps"], result["epochs"], result["ended_early"]) == (36, 6.0, False)
    assert set(result["best"]) == {"step", "epoch", "macro_f1"}
    assert result["seconds"] > 0
    assert (result["device"], result["precision"] in ("bf16", "fp32")) == ("CPU × 1", True)


def test_its_figures_are_those_of_its_predictions(run: Run) -> None:
    record, result, predictions = run.record(), run.result(), run.predictions()
    assert result is not None
    assert list(predictions.columns) == ["id", "part", "label", "predicted", "p0", "p1", "p2"]
    shares = predictions[["p0", "p1", "p2"]].to_numpy()
    np.testing.assert_allclose(shares.sum(axis=1), 1.0, atol=1e-5)
    assert [record.labels[place] for place in shares.argmax(axis=1)] == predictions["predicted"].tolist()
    for part in ("validation", "test"):
        rows = predictions[predictions["part"] == part]
        figures = result[part]
        assert set(figures) == {"rows", "loss", "accuracy", "macro_f1", "labels", "confusion"}
        assert figures["rows"] == len(rows) == record.parts[part]
        assert figures["accuracy"] == pytest.approx((rows["label"] == rows["predicted"]).mean())
        gold, predicted = (
            np.array([record.labels.index(label) for label in rows[column]]) for column in ("label", "predicted")
        )
        assert figures["labels"] == by_label(gold, predicted, record.labels)
        counts = [[int(((gold == i) & (predicted == j)).sum()) for j in range(3)] for i in range(3)]
        assert figures["confusion"] == counts
        truth = shares[predictions["part"] == part][np.arange(len(rows)), gold]
        assert figures["loss"] == pytest.approx(-np.log(truth).mean(), rel=1e-3)


def test_predictions_are_of_validation_and_test_only(run: Run) -> None:
    examples, predictions = run.examples(), run.predictions()
    held_out = examples[examples["part"] != "train"].set_index("id")
    assert sorted(predictions["id"]) == sorted(held_out.index)
    for column in ("part", "label"):
        assert held_out.loc[predictions["id"], column].tolist() == predictions[column].tolist()


def test_the_curves_hold_training_and_validation_and_never_the_test(run: Run) -> None:
    names = {(point["split"], point["name"]) for point in run.metrics()}
    assert names == {
        *(("train", name) for name in ("loss", "learning_rate")),
        *(("validation", name) for name in ("loss", "accuracy", "macro_f1")),
    }
    assert [step for step, _ in points(run, "train", "loss")] == list(range(1, 37))
    looked_at = [step for step, _ in points(run, "validation", "macro_f1")]
    assert looked_at[0] == 0
    assert set(range(6, 37, 6)) <= set(looked_at)
    assert len(looked_at) == len(set(looked_at))
    epochs = {point["step"]: point["epoch"] for point in run.metrics()}
    assert all(epoch == pytest.approx(step / 6, abs=1e-4) for step, epoch in epochs.items())


def test_the_best_of_the_curve_is_the_model_kept(run: Run) -> None:
    result = run.result()
    assert result is not None
    scores = points(run, "validation", "macro_f1")
    assert result["best"]["macro_f1"] == max(score for _, score in scores)
    assert dict(scores)[result["best"]["step"]] == result["best"]["macro_f1"]
    assert result["best"]["step"] > 0, "an untouched model would prove nothing about repeating a training"
    # The curve may be in bfloat16, the final figures never are.
    assert result["validation"]["loss"] == pytest.approx(
        dict(points(run, "validation", "loss"))[result["best"]["step"]], rel=0.1
    )


def test_the_model_carries_its_labels_and_cuts_where_it_was_trained_to(run: Run) -> None:
    config = read_json(run.model_folder / "config.json")
    assert config["id2label"] == {"0": "account", "1": "delivery", "2": "refund"}
    assert config["label2id"] == {"account": 0, "delivery": 1, "refund": 2}
    assert config["architectures"] == ["BertForSequenceClassification"]
    assert read_json(run.model_folder / "tokenizer_config.json")["model_max_length"] == 32
    assert run.progress().phase == "saving"


def test_launched_again_it_gives_the_same_curves_and_the_same_weights(
    project: Project, settings: Settings, run: Run
) -> None:
    again = trained(project, settings)
    assert curves(again) == curves(run)
    assert weights(again) == weights(run)
    assert figures(again) == figures(run)


def test_another_seed_gives_another_training(project: Project, settings: Settings, run: Run) -> None:
    other = lay_down(project, settings.model_copy(update={"seed": 43}))
    write_frame(other.folder / "examples.parquet", run.examples())  # the same parts: only the training differs
    train(other)
    assert curves(other) != curves(run)
    assert weights(other) != weights(run)


def test_a_worker_process_leaves_the_same_and_a_zip(project: Project, settings: Settings, run: Run) -> None:
    other = lay_down(project, settings)
    assert worker(taken(other)).returncode == 0, other.last_lines()
    assert files(other.folder) - files(run.folder) == {
        *("heartbeat.json", "log.txt", "outcome.json", "model.zip", "worker.lock")
    }
    assert other.outcome() == {"attempt": 1, "state": "done", "reason": None}
    heartbeat = other.heartbeat()
    assert heartbeat is not None
    assert (heartbeat.attempt, worker_process(heartbeat)) == (1, None)
    assert other.progress().phase == "over"
    assert curves(other) == curves(run)
    assert weights(other) == weights(run)


def test_the_test_part_changes_nothing_before_the_end(project: Project, settings: Settings, run: Run) -> None:
    other = lay_down(project, settings)
    examples = other.examples()
    tested = examples["part"] == "test"
    examples.loc[tested, "text"] = [f"money card bill {place}" for place in range(int(tested.sum()))]
    examples.loc[tested, "label"] = "delivery"
    write_frame(other.folder / "examples.parquet", examples)
    train(other)
    assert curves(other) == curves(run)
    assert weights(other) == weights(run)
    assert figures(other)["validation"] == figures(run)["validation"]
    assert figures(other)["test"] != figures(run)["test"]


def test_a_test_share_of_nothing_gives_no_test_figures(project: Project, tiny_bert: Path) -> None:
    run = trained(project, small(tiny_bert, epochs=1, test_share=0.0))
    assert "test" not in figures(run)
    assert "validation" in figures(run)
    assert set(run.predictions()["part"]) == {"validation"}


def test_nothing_given_is_changed(project: Project, settings: Settings, run: Run, tiny_bert: Path) -> None:
    fresh = lay_down(project, settings)
    assert (fresh.folder / "examples.parquet").read_bytes() == (run.folder / "examples.parquet").read_bytes()
    assert open_run(project.id, run.id).record().settings == settings.model_dump(mode="json")
    assert "id2label" not in read_json(tiny_bert / "config.json")
