"""Questions that learn to find their text: what is told apart, what is measured, and that it can be cut off anywhere."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import AutoModel, AutoTokenizer

from core.data.examples import require_learnable
from core.errors import UserError
from core.store.project import Project, select_table, set_roles
from core.store.run import Run
from core.train.calibration import calibrated, sigmoid
from core.train.lessons import matching
from core.train.lessons.matching import Matching
from core.train.matching_metrics import (
    best_threshold,
    candidates,
    histogram,
    pair_scores,
    ranking,
    retrieval,
    telling,
)
from core.train.negatives import Negatives, fixed, nearest
from core.train.train import train
from tests.core.train.interrupted import assert_same, interrupt, newest_step
from tests.matching import MATCHING, asked, matching_project
from tests.tables import lay_down
from tests.trained import points, project_of, small, trained


@pytest.fixture(scope="module", autouse=True)
def _home(shared_home: Path) -> None:
    pass


@pytest.fixture(scope="module")
def project(_home: None) -> Project:
    return matching_project()


@pytest.fixture(scope="module")
def learned(project: Project, tiny_bert: Path) -> Run:
    return trained(project, small(tiny_bert, epochs=10, learning_rate=1e-2, test_share=0.2))


def frame(*rows: tuple[str, str], together: list[str] | None = None) -> pd.DataFrame:
    found = pd.DataFrame(rows, columns=["text", "question"])
    return found.assign(together=together) if together is not None else found


def lesson_of(run: Run) -> Matching:
    record, folder = run.record(), run.model_folder
    return Matching.load(record, small(folder, **{"max_tokens": record.settings["max_tokens"]}), folder)


@pytest.mark.slow
def test_questions_find_texts_that_the_training_never_saw(learned: Run) -> None:
    result = learned.result()
    assert result is not None
    test, curve = result["test"], points(learned, "validation", "mrr")
    names = {"rows", "texts", "loss", "mrr", "recall_1", "recall_5", "recall_10", "auc", "accuracy", "ranks"}
    assert set(test) == names
    assert (test["rows"], test["texts"], sum(test["ranks"])) == (24, 12, 24)
    # By chance 0.26; before the first step the words of a question say nothing of those of its text.
    assert curve[0][1] < 0.6
    assert max(value for _, value in curve) > curve[0][1] + 0.2
    assert result["best"]["mrr"] == max(value for _, value in curve)
    assert test["mrr"] > 0.4
    assert test["auc"] > 0.7
    shown = learned.predictions().query("part == 'test'")
    assert (1 / shown["rank"]).mean() == pytest.approx(test["mrr"])
    text_of = dict(zip(learned.examples()["id"], learned.examples()["text"], strict=True))
    for row in shown.itertuples():
        assert (row.rank == 1.0) == (text_of[row.predicted] == text_of[row.id])
        assert row.first_probability >= row.probability


@pytest.mark.slow
def test_what_leaves_says_the_same_by_transformers_alone(learned: Run) -> None:
    model = AutoModel.from_pretrained(learned.model_folder).eval()
    tokenizer = AutoTokenizer.from_pretrained(learned.model_folder)
    rows = learned.examples().query("part == 'test'")
    columns = []
    for texts in (rows["question"], rows["text"]):
        batch = tokenizer(texts.tolist(), padding=True, truncation=True, return_tensors="pt")
        with torch.no_grad():
            states, real = model(**batch).last_hidden_state, batch["attention_mask"].unsqueeze(-1)
        columns.append(torch.nn.functional.normalize((states * real).sum(1) / real.sum(1), dim=-1))
    known = model.config.matching
    assert known["pooling"] == "mean"
    shares = torch.sigmoid(known["scale"] * (columns[0] * columns[1]).sum(1) + known["bias"])
    predictions = learned.predictions().query("part == 'test'")
    np.testing.assert_allclose(shares, predictions["probability"], atol=1e-4)


@pytest.mark.slow
def test_a_further_training_goes_on_from_the_former(learned: Run) -> None:
    lesson = lesson_of(learned)
    encoded = lesson.encode(learned.examples().query("part == 'validation'"))
    figures = lesson.figures(encoded, lesson.outputs(encoded))
    assert figures["mrr"] == pytest.approx((learned.result() or {})["validation"]["mrr"])


@pytest.mark.slow
def test_a_training_that_was_cut_off_ends_as_if_it_had_not_been(
    project: Project, tiny_bert: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = small(tiny_bert, epochs=2, batch_size=16, dropout=0.2, negatives=2)
    whole = trained(project, chosen)
    cut = lay_down(project, chosen)
    interrupt(cut, 8)
    assert newest_step(cut) == 8
    train(cut)
    assert_same(cut, whole)


@pytest.mark.slow
def test_a_large_batch_is_read_in_parts_and_learns_the_same(
    project: Project, tiny_bert: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = lay_down(project, small(tiny_bert, batch_size=24, dropout=0.0))
    rows = run.examples().query("part == 'train'")
    found = []
    for kept, tokens in ((10**12, 10**6), (0, 40)):
        monkeypatch.setattr(matching, "KEPT", kept)
        lesson = Matching.load(run.record(), small(tiny_bert, dropout=0.0, negatives=2), tiny_bert)
        encoded = lesson.encode(rows)
        lesson.learn_from(encoded)
        lesson.model.train()
        [part] = lesson.parts(lesson.collate(encoded[:24]), tokens)
        loss = lesson.loss(lesson.model, part)
        loss.backward()
        gradients = [each.grad.clone() for each in lesson.model.parameters() if each.grad is not None]
        found.append((loss.item(), gradients))
    assert found[0][0] == pytest.approx(found[1][0], rel=1e-5)
    for one, other in zip(found[0][1], found[1][1], strict=True):
        torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-6)


def test_a_batch_holds_each_text_once_and_the_right_one_for_each_question(project: Project, tiny_bert: Path) -> None:
    run = lay_down(project, small(tiny_bert))
    lesson = Matching.load(run.record(), small(tiny_bert, negatives=3, hard_share=1.0), tiny_bert)
    encoded = lesson.encode(run.examples().query("part == 'train'"))
    assert lesson.encode(run.examples().query("part == 'unknown'")) == []
    lesson.learn_from(encoded)
    batches = []
    for epoch in (0, 0, 1):
        lesson.epoch = epoch
        batches.append(lesson.collate(encoded[:6]))
    first, same, later = batches
    assert all(torch.equal(first[name], same[name]) for name in first)
    assert first["input_ids"].shape != later["input_ids"].shape or not torch.equal(
        first["input_ids"], later["input_ids"]
    )
    said = lesson.tokenizer.batch_decode(first["input_ids"], skip_special_tokens=True)
    assert len(set(said)) == len(said) >= 3 + 3
    right = {row["question"]: row["text"] for row in asked()}
    questions = lesson.tokenizer.batch_decode(first["question_input_ids"], skip_special_tokens=True)
    for question, place, wrong in zip(questions, first["labels"].tolist(), first["wrong"], strict=True):
        assert said[place] == right[question]
        assert [said[other] for other in wrong.logical_not().nonzero()[:, 0].tolist()] == [said[place]]


cells = st.tuples(st.integers(0, 6), st.integers(0, 5), st.integers(0, 3))


@settings(max_examples=60, deadline=None)
@given(st.lists(cells, min_size=1, max_size=25), st.integers(0, 3), st.integers(1, 4))
def test_no_negative_is_ever_a_true_pair(rows: list[tuple[int, int, int]], epoch: int, count: int) -> None:
    """Not the same text, not one that the same question is asked about, not one that is kept together with it."""
    known = ["rue du port", "Rue du  PORT", "école fermée", "eau coupée", "parc ouvert", "bus en retard", "cantine"]
    together = [f"group {kept}" if kept else "" for _, _, kept in rows]
    table = frame(*((known[text], f"question {question}") for text, question, _ in rows), together=together)
    of = candidates(table)
    vectors = np.random.default_rng(0).normal(size=(len(of.texts), 4))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    negatives = Negatives(of, nearest(of, vectors), 7)
    plain = table["text"].str.casefold().str.split().str.join(" ")
    kin = {text: {text} for text in plain}
    for _ in rows:
        for text, kept in zip(plain, together, strict=True):
            for other, its in zip(plain, together, strict=True):
                if kept and kept == its:
                    kin[text] |= kin[other]
    made = fixed(of)
    for row, text in enumerate(of.right.tolist()):
        drawn = negatives.drawn(text, count, 0.5, epoch)
        assert drawn == negatives.drawn(text, count, 0.5, epoch)
        assert len(drawn) == len(set(drawn)) <= count
        asks = set(plain[table["question"] == table["question"][row]])
        for wrong in [*drawn, *([made[row]] if made[row] >= 0 else [])]:
            said = " ".join(of.texts[wrong].casefold().split())
            assert said not in kin[plain[row]]
            assert said not in asks
    assert np.array_equal(made, fixed(candidates(table)))


def test_hard_negatives_are_near_and_others_are_not() -> None:
    of = candidates(frame(*((f"text {'abcdefghij'[place]}{place}", f"question {place}") for place in range(10))))
    angles = np.arange(10) * 0.1
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    near = nearest(of, vectors, 2)
    assert near[0].tolist() == [1, 2]
    assert sorted(near[5].tolist()) == [4, 6]
    negatives = Negatives(of, near, 1)
    assert {place for epoch in range(30) for place in negatives.drawn(5, 1, 1.0, epoch)} == {4, 6}
    assert len({place for epoch in range(60) for place in negatives.drawn(5, 1, 0.0, epoch)}) == 9
    assert len(negatives.drawn(5, 20, 1.0, 0)) == 9


def test_ranks_are_those_of_a_case_by_hand() -> None:
    of = candidates(frame(("a one", "q1"), ("b two", "q2"), ("A  one", "q3"), ("c three", "q4"), ("d four", "q1")))
    assert of.texts == ["a one", "b two", "c three", "d four"]
    assert of.right.tolist() == [0, 1, 0, 2, 3]
    scores = np.array(
        [
            [0.2, 0.1, 0.0, 0.9],  # q1 is asked about d too, which therefore does not come before a: rank 1
            [0.9, 0.5, 0.7, 0.1],  # two before: rank 3
            [0.4, 0.4, 0.1, 0.1],  # level with b: rank 1.5
            [0.9, 0.8, 0.2, 0.7],  # rank 4
            [0.9, 0.3, 0.2, 0.3],  # level with b, and a does not count: rank 1.5
        ]
    )
    found = ranking(of, lambda rows: scores[rows])
    assert found.rank.tolist() == [1, 3, 1.5, 4, 1.5]
    assert found.first.tolist() == [0, 0, 0, 0, 3]
    assert found.first_score.tolist() == [0.2, 0.9, 0.4, 0.9, 0.3]
    assert retrieval(found.rank) == pytest.approx(
        {"mrr": (1 + 1 / 3 + 2 / 3 + 1 / 4 + 2 / 3) / 5, "recall_1": 0.2, "recall_5": 1.0, "recall_10": 1.0}
    )
    assert histogram(np.array([1, 1.5, 4, 5, 6, 500])) == [1, 1, 0, 2, 1, 0, 0, 0, 1]
    others = np.exp(scores[1] - 0.5)
    assert found.loss[1] == pytest.approx(np.log(others.sum()))


def test_telling_pairs_apart() -> None:
    values, belongs = np.array([0.9, 0.5, 0.5, 0.1]), np.array([True, True, False, False])
    assert telling(values, belongs, 0.4) == {"auc": 0.875, "accuracy": 0.75}
    assert telling(values, belongs, best_threshold(values, belongs))["accuracy"] == 0.75
    assert telling(values[:2], belongs[:2], 0.4) == {"auc": 1.0, "accuracy": 1.0}
    of = candidates(frame(("a one", "q1"), ("b two", "q2"), ("c three", "q3")))
    scores = np.arange(9).reshape(3, 3)
    found, right = pair_scores(of, lambda rows: scores[rows], np.array([1, -1, 0]))
    assert (found.tolist(), right.tolist()) == ([0, 4, 8, 1, 6], [True, True, True, False, False])


def test_a_score_becomes_a_probability() -> None:
    chance = np.random.default_rng(0)
    values = np.concatenate([chance.normal(0.7, 0.1, 400), chance.normal(0.4, 0.1, 400)])
    belongs = np.arange(800) < 400
    scale, bias = calibrated(values, belongs)
    shares = sigmoid(scale * values + bias)
    # As many belong as it says, above the middle and below; the border lies between the two.
    assert shares.mean() == pytest.approx(0.5, abs=0.01)
    assert -bias / scale == pytest.approx(0.55, abs=0.02)
    assert scale == pytest.approx(0.3 / 0.01, rel=0.2)
    # Told apart without a fault, or not at all: never a certainty from a few rows.
    few = sigmoid(np.multiply(*calibrated(np.array([0.9, 0.8, 0.1]), np.array([True, True, False]))[:1], [0.9]))
    assert few.max() < 1.0
    assert calibrated(np.array([0.1, 0.9]), np.array([True, False])) == (1.0, -0.5)
    assert calibrated(np.array([0.1, 0.9]), np.array([True, True])) == (1.0, -0.5)


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (asked(30, 1), "no_error"),
        ([row | {"question": "what?"} for row in asked(30, 1)], "one_question"),
        (asked(19, 3), "too_few_texts"),
        (asked(1, 40), "one_text"),
        ([row | {"question": ""} for row in asked(30, 1)], "no_examples"),
    ],
)
def test_what_cannot_be_matched_is_said(rows: list[dict[str, str]], code: str) -> None:
    tally = select_table(set_roles(project_of(rows).id, MATCHING)).tally
    if code == "no_error":
        require_learnable(tally, MATCHING)
        assert (tally.values, tally.questions, tally.most_of_a_text) == (30, 30, 1)
    else:
        with pytest.raises(UserError) as error:
            require_learnable(tally, MATCHING)
        assert error.value.code == code
