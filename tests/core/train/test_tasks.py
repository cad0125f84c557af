"""Several labels a row, and a number: what is learned, what is measured, and what leaves."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from core.data.columns import Roles
from core.data.examples import require_learnable
from core.data.kin import group_of, tied
from core.errors import UserError
from core.store.project import Project, select_table, set_roles
from core.store.run import Run
from core.train.label_metrics import STEPS, drawn, headline, tuned
from core.train.lessons.choose import LESSONS
from core.train.number_metrics import headline as number_headline
from core.train.settings import Settings
from tests.tables import messages
from tests.trained import curves, figures, points, project_of, small, trained, weights

SEVERAL = Roles(text="text", label="label", task="several_labels", separator="|")
NUMBER = Roles(text="text", label="label", task="number")


@pytest.fixture(scope="module", autouse=True)
def _home(shared_home: Path) -> None:
    pass


def learned(roles: Roles, change: Callable[[int, dict[str, str]], dict[str, str]], folder: Path) -> tuple[Project, Run]:
    rows = [change(place, row) for place, row in enumerate(messages(60))]
    project = set_roles(project_of(rows).id, roles)
    return project, trained(project, small(folder, epochs=6, learning_rate=1e-3))


@pytest.fixture(scope="module")
def several(tiny_bert: Path) -> tuple[Project, Run]:
    """Every third row is urgent, too."""

    def urgent(place: int, row: dict[str, str]) -> dict[str, str]:
        return row if place % 3 else {"text": row["text"] + " late", "label": f"{row['label']}| urgent"}

    return learned(SEVERAL, urgent, tiny_bert)


@pytest.fixture(scope="module")
def number(tiny_bert: Path) -> tuple[Project, Run]:
    """Parcels are worth 1,5, refunds 4, the others 2."""
    worth = {"delivery": "1,5", "refund": "4", "account": "2"}
    return learned(NUMBER, lambda _, row: row | {"label": worth[row["label"]]}, tiny_bert)


def reloaded(run: Run) -> tuple[Any, np.ndarray]:
    """The configuration of the model that left, and its raw answers to the rows of the test, by transformers alone."""
    model = AutoModelForSequenceClassification.from_pretrained(run.model_folder).eval()
    tokenizer = AutoTokenizer.from_pretrained(run.model_folder)
    texts = run.examples().query("part == 'test'")["text"].tolist()
    with torch.inference_mode():
        logits = model(**tokenizer(texts, padding=True, truncation=True, return_tensors="pt")).logits
    return model.config, logits.numpy()


@pytest.mark.slow
def test_several_labels_a_row_are_learned_and_measured(several: tuple[Project, Run]) -> None:
    project, run = several
    record, result = run.record(), run.result()
    assert result is not None
    assert record.labels == ["account", "delivery", "refund", "urgent"]
    assert select_table(project).tally.labels == {"account": 20, "delivery": 20, "refund": 20, "urgent": 20}
    test = result["test"]
    assert set(test) == {"rows", "loss", "micro_f1", "macro_f1", "exact", "labels"}
    assert test["micro_f1"] > 0.7
    assert set(result["best"]) == {"step", "epoch", "micro_f1"}
    assert result["best"]["micro_f1"] == max(value for _, value in points(run, "validation", "micro_f1"))
    # What leaves says the same of the same rows, with the same thresholds.
    config, logits = reloaded(run)
    assert config.problem_type == "multi_label_classification"
    assert config.thresholds == result["thresholds"] == [row["threshold"] for row in test["labels"]]
    predictions = run.predictions().query("part == 'test'")
    shares = predictions[[f"p{place}" for place in range(4)]].to_numpy()
    np.testing.assert_allclose(1 / (1 + np.exp(-logits)), shares, atol=1e-5)
    chosen = ["|".join(np.array(record.labels)[row >= np.array(config.thresholds)]) or "|" for row in shares]
    assert chosen == predictions["predicted"].tolist()
    exact = np.mean([said == gold for said, gold in zip(chosen, predictions["label"], strict=True)])
    assert exact == pytest.approx(test["exact"])


@pytest.mark.slow
def test_a_number_is_learned_and_leaves_on_the_scale_of_the_table(number: tuple[Project, Run]) -> None:
    _, run = number
    result, record = run.result(), run.record()
    assert result is not None
    assert (record.scale, record.labels) == ((1.5, 4.0), [])
    assert set(result["test"]) == {"rows", "loss", "pearson", "spearman", "mae"}
    # Of six rows each: with other seeds the test lies between 0.66 and 0.98, whatever comes before the first step.
    assert result["validation"]["pearson"] > 0.8
    assert result["test"]["pearson"] > 0.5
    assert result["test"]["mae"] < 0.9
    config, logits = reloaded(run)
    assert (config.problem_type, config.num_labels) == ("regression", 1)
    predictions = run.predictions().query("part == 'test'")
    assert predictions["predicted"].between(1.5, 4.0).all()
    np.testing.assert_allclose(logits[:, 0].clip(1.5, 4.0), predictions["predicted"], atol=1e-4)
    error = (predictions["predicted"] - predictions["label"].astype(float)).abs().mean()
    assert error == pytest.approx(result["test"]["mae"], abs=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("task", ["several", "number"])
def test_a_further_training_goes_on_from_the_head_of_the_former(
    task: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, run = request.getfixturevalue(task)
    record = run.record()
    lesson = LESSONS[record.roles.task].load(record, small(run.model_folder), run.model_folder)
    assert not lesson.head_is_new
    rows = run.examples().query("part == 'validation'")
    outputs = lesson.outputs(lesson.encode(rows))
    kept = run.predictions().query("part == 'validation'")
    columns = ["predicted"] if task == "number" else [f"p{place}" for place in range(4)]
    np.testing.assert_allclose(outputs, kept[columns].to_numpy(float), atol=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("task", ["several", "number"])
def test_the_same_settings_twice_give_the_same_figures_and_weights(task: str, request: pytest.FixtureRequest) -> None:
    project, run = request.getfixturevalue(task)
    again = trained(project, Settings.model_validate(run.record().settings))
    assert curves(again) == curves(run)
    assert figures(again) == figures(run)
    assert weights(again) == weights(run)


def test_columns_of_yes_and_no_are_labels_by_their_name() -> None:
    said = [("oui", "", "1"), ("non", "x", "0"), ("", "", "0"), ("oui", "peut-être", "1")]
    rows = [
        {"text": f"message {place}", "urgent": a, "colis": b, "avis": c} for place, (a, b, c) in enumerate(said * 6)
    ]
    project = project_of(rows)
    roles = Roles(text="text", task="several_labels", label_columns=("urgent", "colis", "avis"))
    selection = select_table(set_roles(project.id, roles))
    assert selection.examples["label"].tolist() == ["avis|urgent", "colis", "|"] * 6
    assert selection.tally.fixed == {"not_yes_or_no": 6}
    assert selection.tally.labels == {"avis": 6, "urgent": 6, "colis": 6}


def test_cells_without_a_number_are_set_aside_with_their_reason() -> None:
    rows = [
        {"text": f"message {place}", "label": label}
        for place, label in enumerate(["3,5", "4/5", "80 %", "n/a", ""] * 5)
    ]
    project = set_roles(project_of(rows).id, NUMBER)
    selection = select_table(project)
    assert selection.examples["label"].unique().tolist() == ["3.5", "4.0", "80.0"]
    assert (selection.tally.fixed, selection.tally.empty_label) == ({"not_a_number": 5}, 5)
    assert set(selection.aside.values()) == {"not_a_number", "empty_label"}


@pytest.mark.parametrize(
    ("roles", "label", "code"),
    [
        (NUMBER, "3", "one_value"),
        (SEVERAL, "a", "one_label"),
        (Roles(text="text", question="label", task="matching"), "what?", "one_question"),
        (Roles(text="text", task="matching"), "what?", "no_question_role"),
        (Roles(text="text", task="number"), "3", "no_label_role"),
    ],
)
def test_what_cannot_be_learned_is_said(roles: Roles, label: str, code: str) -> None:
    project = set_roles(project_of([{"text": f"message {n}", "label": label} for n in range(30)]).id, roles)
    tally = select_table(project).tally
    if code == "no_error":
        require_learnable(tally, roles)
    else:
        with pytest.raises(UserError) as error:
            require_learnable(tally, roles)
        assert error.value.code == code


def test_questions_about_one_text_stay_together_and_so_do_rows_of_one_author() -> None:
    rows = [
        {"text": f"passage {place // 3}", "question": f"question {place}", "author": f"a{place % 2}"}
        for place in range(12)
    ]
    project = project_of(rows)
    roles = Roles(text="text", question="question", task="matching")
    groups = group_of(tied(select_table(set_roles(project.id, roles)).examples, "matching"))
    assert [groups.index(group) for group in groups] == [place // 3 * 3 for place in range(12)]
    by_author = Roles(text="text", question="question", label="author", together="author")
    examples = select_table(set_roles(project.id, by_author)).examples
    assert len(set(group_of(tied(examples, "classes")))) == 2


def test_thresholds_are_those_that_tell_the_labels_best() -> None:
    gold = np.array([[1, 0], [1, 0], [0, 1], [0, 0]] * 50)
    shares = np.array([[0.3, 0.1], [0.25, 0.2], [0.1, 0.9], [0.15, 0.6]] * 50, dtype=np.float32)
    thresholds = tuned(gold, shares)
    assert thresholds[0] < 0.25
    assert thresholds[1] > 0.6
    assert headline(gold, shares, thresholds)["micro_f1"] == 1.0
    # A label with one row follows the others rather than its own luck.
    gold[:, 1] = 0
    gold[2, 1] = 1
    assert abs(tuned(gold, shares)[1] - thresholds[0]) < 0.15


def test_no_other_thresholds_together_reach_a_better_micro_f1() -> None:
    chance = np.random.default_rng(3)
    for _ in range(5):
        gold = (chance.random((60, 2)) < (0.5, 0.4)).astype(np.int64)
        shares = np.clip(chance.random((60, 2)) + 0.3 * gold, 0, 1).astype(np.float32)
        common, own = (headline(gold, shares, each)["micro_f1"] for each in drawn(gold, shares, (0.0, 1.0)))
        pairs = itertools.product(STEPS, STEPS)
        assert own == pytest.approx(max(headline(gold, shares, np.array(pair))["micro_f1"] for pair in pairs))
        assert common == pytest.approx(
            max(headline(gold, shares, np.array([step, step]))["micro_f1"] for step in STEPS)
        )


def test_what_is_luck_in_a_label_moves_its_threshold_little() -> None:
    """Nothing tells these labels: the same threshold does best on rows that had no say."""
    chance = np.random.default_rng(0)
    gold = (chance.random((80, 6)) < 0.3).astype(np.int64)
    shares = np.clip(chance.random((80, 6)) * 0.6 + 0.05 * gold, 0, 1).astype(np.float32)
    common, own = drawn(gold, shares, (0.0, 1.0))
    found = tuned(gold, shares)
    assert np.ptp(own) > 0.05
    assert np.abs(found - common).sum() < 0.3 * np.abs(own - common).sum()


def test_figures_of_a_number() -> None:
    gold = np.array([1.0, 2.0, 3.0, 4.0])
    found = number_headline(gold, np.array([1.5, 2.5, 3.5, 4.5]))
    assert found == pytest.approx({"loss": 0.25, "pearson": 1.0, "spearman": 1.0, "mae": 0.5})
    assert number_headline(gold, np.full(4, 2.0))["pearson"] == 0.0
    assert number_headline(gold[:1], gold[:1])["spearman"] == 0.0
