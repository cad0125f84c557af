"""What a cross-validation taught, recomputed here from the files of its runs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, precision_recall_fscore_support

from core.errors import UserError
from core.home import write_json
from core.jobs.folds import launch_folds
from core.jobs.processes import supervisor_lock
from core.models.choice import ModelChoice
from core.results.folds import FILE, out_of_fold, out_of_fold_csv, pooled, spread, study_result
from core.store.parquet import write_frame
from core.store.project import Project
from core.store.run import Run
from core.store.study import Study, epochs_of_folds
from core.train.settings import Settings

LABELS = ["account", "delivery", "refund"]


@pytest.fixture
def study(project: Project, tiny_bert: Path) -> Iterator[Study]:
    with supervisor_lock().acquire(timeout=0):
        settings = Settings(model=ModelChoice(kind="folder", name=str(tiny_bert)))
        yield launch_folds(project.id, settings, 3, 2)


def finish(run: Run, seed: int, best_epoch: float = 2.0) -> None:
    """Leaves what a training leaves, with answers drawn at random."""
    chance = np.random.default_rng(seed)
    rows = run.examples()[["id", "part", "label"]]
    rows = rows[rows["part"].isin(["validation", "test"])].reset_index(drop=True)
    shares = chance.dirichlet([1, 1, 1], len(rows)).astype(np.float32)
    rows["predicted"] = [LABELS[place] for place in shares.argmax(axis=1)]
    rows = rows.join(pd.DataFrame(shares, columns=["p0", "p1", "p2"]))
    write_frame(run.folder / "predictions.parquet", rows)
    test = rows[rows["part"] == "test"]
    figures = {"rows": len(test), "accuracy": accuracy_score(test["label"], test["predicted"]), "labels": []}
    result = {"attempt": 1, "state": "done", "best": {"step": 1, "epoch": best_epoch}, "seconds": 3.0, "test": figures}
    write_json(run.folder / "result.json", result)


def test_before_a_fold_is_done_there_is_nothing_to_say(study: Study) -> None:
    result = study_result(study)
    assert (result.done, result.is_whole, result.over_folds, result.over_repeats) == (0, False, {}, {})
    assert out_of_fold(study).empty
    with pytest.raises(UserError) as caught:
        epochs_of_folds(study)
    assert caught.value.code == "no_fold_done"


def test_what_is_there_counts_while_the_rest_is_missing(study: Study) -> None:
    for place in (0, 1, 2, 4):
        finish(study.folds()[place], place)
    result = study_result(study)
    accuracies = [fold.figures["accuracy"] for fold in result.folds if fold.figures is not None]
    assert (result.done, result.is_whole) == (4, False)
    assert [(fold.repeat, fold.fold) for fold in result.folds] == [(1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (2, 3)]
    assert result.over_folds["accuracy"].mean == pytest.approx(np.mean(accuracies))
    assert result.over_folds["accuracy"].deviation == pytest.approx(np.std(accuracies, ddof=1))
    assert "labels" not in result.over_folds
    # One repeat is whole: its mean is known, how far repeats lie apart is not.
    assert result.over_repeats["accuracy"].mean == pytest.approx(np.mean(accuracies[:3]))
    assert result.over_repeats["accuracy"].deviation is None
    answers = out_of_fold(study)
    assert len(answers) == 60 + 20
    assert not (study.folder / FILE).exists()


def test_when_all_folds_are_done_every_row_has_its_answer_once_a_repeat(study: Study) -> None:
    for place, run in enumerate(study.folds()):
        finish(run, place)
    answers = out_of_fold(study)
    assert (study.folder / FILE).exists()
    expected = [(repeat, f"r{row}") for repeat in (1, 2) for row in range(1, 61)]
    assert list(zip(answers["repeat"], answers["id"], strict=True)) == expected
    assert list(answers.columns) == ["id", "repeat", "fold", "label", "predicted", "p0", "p1", "p2"]
    again = out_of_fold(study)
    assert again.equals(answers)
    for place, run in enumerate(study.folds()):
        asked = run.predictions().query("part == 'test'").set_index("id")["predicted"]
        mine = answers[(answers["repeat"] == place // 3 + 1) & (answers["fold"] == place % 3 + 1)]
        assert mine.set_index("id")["predicted"].to_dict() == asked.to_dict()


def test_the_pooled_figures_are_those_of_scikit_learn(study: Study) -> None:
    for place, run in enumerate(study.folds()):
        finish(run, place)
    answers = out_of_fold(study)
    found = pooled(answers, LABELS)
    gold, predicted = answers["label"].tolist(), answers["predicted"].tolist()
    assert found["rows"] == 120
    assert found["accuracy"] == pytest.approx(accuracy_score(gold, predicted))
    assert found["macro_f1"] == pytest.approx(f1_score(gold, predicted, average="macro"))
    assert found["confusion"] == confusion_matrix(gold, predicted, labels=LABELS).tolist()
    columns = precision_recall_fscore_support(gold, predicted, labels=LABELS)
    for row, values in zip(found["labels"], zip(*columns, strict=True), strict=True):
        assert [row[name] for name in ("precision", "recall", "f1", "support")] == pytest.approx(list(values))


def test_a_label_that_is_never_given_does_not_divide_by_zero() -> None:
    frame = pd.DataFrame({"label": ["a", "b"], "predicted": ["a", "a"]})
    found = pooled(frame, ["a", "b", "c"])
    assert [row["f1"] for row in found["labels"]] == pytest.approx([2 / 3, 0, 0])
    assert found["macro_f1"] == pytest.approx(1 / 3)


def test_the_final_epochs_are_the_median_of_the_best_ones(study: Study) -> None:
    for place, epoch in enumerate((0.0, 2.5, 4.6)):
        finish(study.folds()[place], place, epoch)
    assert epochs_of_folds(study) == (2, 3)
    for place, epoch in enumerate((0.0, 0.25), start=3):
        finish(study.folds()[place], place, epoch)
    assert epochs_of_folds(study) == (1, 5)
    finish(study.folds()[5], 5, 9.0)
    assert epochs_of_folds(study) == (1, 6)


def test_the_answers_as_a_table_for_a_spreadsheet(study: Study) -> None:
    finish(study.folds()[0], 0)
    rows = list(csv.DictReader(io.StringIO(out_of_fold_csv(study, ";").read_text("utf-8-sig")), delimiter=";"))
    assert len(rows) == 20
    assert list(rows[0]) == ["id", "repeat", "fold", "label", "predicted", "text", "probability"]
    for place, run in enumerate(study.folds()):
        finish(run, place)
    rows = list(csv.DictReader(io.StringIO(out_of_fold_csv(study, ",").read_text("utf-8-sig"))))
    texts = study.folds()[0].examples().set_index("id")["text"]
    assert [row["text"] for row in rows] == [*texts, *texts]


def test_a_single_value_has_no_deviation() -> None:
    assert (spread([0.5]).mean, spread([0.5]).deviation, spread([0.5]).count) == (0.5, None, 1)
