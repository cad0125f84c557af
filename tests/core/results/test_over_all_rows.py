"""What the answers of all folds say together, task by task: small tables reckoned by hand, and scikit-learn and scipy asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import pearsonr, spearmanr
from sklearn.metrics import f1_score, precision_recall_fscore_support

from core.data.columns import Roles
from core.data.targets import label_set, labels_of
from core.home import write_json
from core.jobs.folds import launch_folds
from core.jobs.processes import supervisor_lock
from core.models.choice import ModelChoice
from core.results.folds import out_of_fold
from core.results.over_all_rows import over_all_rows, together_numbers, together_questions, together_sets
from core.store.parquet import write_frame
from core.store.project import Project, set_roles
from core.store.run import Run
from core.store.study import Study
from core.train.settings import Settings
from tests.matching import asked as pairs
from tests.tables import as_csv, asked, graded, messages, tagged

TAGS = ["account", "delivery", "refund", "urgent"]


@pytest.fixture(autouse=True)
def held(home: Path) -> Iterator[None]:
    with supervisor_lock().acquire(timeout=0):
        yield


@pytest.fixture
def study_of(make_project: Callable[..., Project], tiny_bert: Path) -> Callable[..., Study]:
    def make(rows: list[dict[str, str]], roles: Roles) -> Study:
        project = make_project(as_csv(rows))
        set_roles(project.id, roles)
        return launch_folds(project.id, Settings(model=ModelChoice(kind="folder", name=str(tiny_bert))), 3, 2)

    return make


def finish(run: Run, figures: dict[str, float], answers: dict[str, object], **facts: object) -> None:
    """Leaves what a training leaves. answers: columns of the test rows."""
    rows = run.examples().query("part == 'test'")[["id", "part", "label"]].reset_index(drop=True)
    write_frame(run.folder / "predictions.parquet", rows.assign(**answers))
    test = {"rows": len(rows), **figures}
    result = {"attempt": 1, "state": "done", "best": {"step": 1, "epoch": 2.0}, "seconds": 3.0, "test": test, **facts}
    write_json(run.folder / "result.json", result)


def asked_of(run: Run) -> pd.DataFrame:
    return run.examples().query("part == 'test'").reset_index(drop=True)


def finish_sets(run: Run, seed: int) -> None:
    """Probabilities by chance, and thresholds that are this fold's own."""
    chance = np.random.default_rng(seed)
    shares = chance.random((len(asked_of(run)), 4)).astype(np.float32)
    thresholds = (0.3 + 0.1 * chance.integers(0, 4, 4)).round(4).tolist()
    given = [label_set(tag for tag, share, least in zip(TAGS, row, thresholds, strict=True) if share >= least) for row in shares]  # fmt: skip
    columns: dict[str, object] = {f"p{place}": shares[:, place] for place in range(4)}
    finish(
        run, {"micro_f1": 0.5, "macro_f1": 0.5, "exact": 0.1}, {"predicted": given, **columns}, thresholds=thresholds
    )


def finish_numbers(run: Run, seed: int) -> None:
    chance = np.random.default_rng(seed)
    said = asked_of(run)["label"].astype(float) + chance.normal(0, 0.5, len(asked_of(run)))
    finish(run, {"pearson": 0.5, "spearman": 0.5, "mae": 1.0}, {"predicted": said.astype(np.float32)})


def finish_questions(run: Run, seed: int) -> None:
    chance = np.random.default_rng(seed)
    rows = asked_of(run)
    likeness = chance.random(len(rows))
    columns = {"predicted": "is it?", "loss": 1.0, "chrf": 100 * likeness, "rouge_l": likeness / 2}
    finish(run, {"chrf": 40.0, "rouge_l": 0.3, "loss": 1.0}, columns)


def finish_matching(run: Run, seed: int) -> None:
    rows = asked_of(run)
    columns = {"predicted": rows["id"], "rank": 1.0 + np.arange(len(rows)), "probability": 0.5, "first_probability": 0.6}  # fmt: skip
    names = ("mrr", "recall_1", "recall_5", "recall_10", "auc", "accuracy")
    finish(run, {**dict.fromkeys(names, 0.4 + seed / 100), "texts": len(rows)}, columns)


def test_each_row_is_measured_with_the_labels_that_its_own_fold_gave_it() -> None:
    """Four rows by hand: a ∣ a,b ∣ none ∣ b  against  a ∣ a ∣ b ∣ b."""
    frame = pd.DataFrame({"label": ["a", "a|b", "|", "b"], "predicted": ["a", "a", "b", "b"]})
    found = together_sets(frame, ["a", "b", "c"], [[0.3, 0.5, 0.5], [0.4, 0.5, 0.2]])
    assert (found["rows"], found["exact"]) == (4, 0.5)
    # Three labels rightly given, four given, four asked for.
    assert found["micro_f1"] == pytest.approx(2 * 3 / (4 + 4))
    assert [row["f1"] for row in found["labels"]] == pytest.approx([1.0, 0.5, 0.0])
    assert found["macro_f1"] == pytest.approx(0.5)
    assert [row["support"] for row in found["labels"]] == [2, 2, 0]
    assert [row["thresholds"] for row in found["labels"]] == [[0.3, 0.4], [0.5, 0.5], [0.2, 0.5]]
    assert together_sets(frame, ["a", "b"], [])["labels"][0]["thresholds"] == []


def test_several_labels_over_all_folds_are_those_of_scikit_learn(study_of: Callable[..., Study]) -> None:
    study = study_of(tagged(), Roles(text="text", label="label", task="several_labels", separator=";"))
    assert over_all_rows(study) is None
    finish_sets(study.folds()[0], 0)
    assert (over_all_rows(study) or {})["rows"] == 20
    for place, run in enumerate(study.folds()):
        finish_sets(run, place)
    found, answers = over_all_rows(study), out_of_fold(study)
    assert found is not None
    gold, given = (
        np.array([[tag in labels_of(row) for tag in TAGS] for row in answers[name]]) for name in ("label", "predicted")
    )
    assert found["rows"] == len(answers) == 120
    assert found["micro_f1"] == pytest.approx(f1_score(gold, given, average="micro", zero_division=0.0))
    assert found["macro_f1"] == pytest.approx(f1_score(gold, given, average="macro", zero_division=0.0))
    assert found["exact"] == pytest.approx((gold == given).all(axis=1).mean())
    columns = precision_recall_fscore_support(gold, given, zero_division=0.0)
    for row, values in zip(found["labels"], zip(*columns, strict=True), strict=True):
        assert [row[name] for name in ("precision", "recall", "f1", "support")] == pytest.approx(list(values))
    chosen = np.array([(run.result() or {})["thresholds"] for run in study.folds()])
    spans = [row["thresholds"] for row in found["labels"]]
    assert spans == [[low, high] for low, high in zip(chosen.min(axis=0), chosen.max(axis=0), strict=True)]


def test_numbers_over_all_folds_are_those_of_scipy(study_of: Callable[..., Study]) -> None:
    study = study_of(graded(), Roles(text="text", label="label", task="number"))
    for place, run in enumerate(study.folds()):
        finish_numbers(run, place)
    found, answers = over_all_rows(study), out_of_fold(study)
    assert found is not None
    true, said = answers["label"].astype(float), answers["predicted"].astype(float)
    assert found["rows"] == 120
    assert found["pearson"] == pytest.approx(pearsonr(true, said).statistic)
    assert found["spearman"] == pytest.approx(spearmanr(true, said).statistic)
    assert found["mae"] == pytest.approx(np.abs(true - said).mean())


def test_one_number_for_all_has_no_correlation() -> None:
    found = together_numbers(pd.DataFrame({"label": ["1.0", "2.0", "4.0"], "predicted": [2.0, 2.0, 2.0]}))
    assert found == {"rows": 3, "pearson": 0.0, "spearman": 0.0, "mae": 1.0}
    upside_down = together_numbers(pd.DataFrame({"label": ["1.0", "2.0", "4.0"], "predicted": [9.0, 8.0, 0.0]}))
    assert upside_down["spearman"] == pytest.approx(-1.0)


def test_questions_over_all_folds_weigh_the_same_row_by_row(study_of: Callable[..., Study]) -> None:
    study = study_of(asked(), Roles(text="text", question="question", task="generation"))
    for place, run in enumerate(study.folds()):
        finish_questions(run, place)
    found, answers = over_all_rows(study), out_of_fold(study)
    assert found is not None
    assert found["chrf"] == pytest.approx(answers["chrf"].mean())
    assert found["rouge_l"] == pytest.approx(answers["rouge_l"].mean())
    nothing = pd.DataFrame({"chrf": [50.0, -1.0], "rouge_l": [0.25, -1.0]})
    assert together_questions(nothing) == {"rows": 2, "chrf": 50.0, "rouge_l": 0.25}


def test_ranks_of_different_folds_are_not_taken_together(study_of: Callable[..., Study]) -> None:
    study = study_of(pairs(30), Roles(text="text", question="question", task="matching"))
    for place, run in enumerate(study.folds()):
        finish_matching(run, place)
    assert over_all_rows(study) is None


def test_classes_over_all_folds_are_the_pooled_ones(study_of: Callable[..., Study]) -> None:
    from tests.core.results.test_folds import finish as finish_classes

    study = study_of(messages(60), Roles(text="text", label="label"))
    for place, run in enumerate(study.folds()):
        finish_classes(run, place)
    found, answers = over_all_rows(study), out_of_fold(study)
    assert found is not None
    assert found["accuracy"] == pytest.approx((answers["label"] == answers["predicted"]).mean())
    assert np.array(found["confusion"]).sum() == 120
