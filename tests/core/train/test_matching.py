"""Questions that learn to find their text: what is told apart, what is measured, and that it can be cut off anywhere."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoModel, AutoTokenizer

from core.data.examples import require_learnable
from core.errors import UserError
from core.store.project import Project, select_table, set_roles
from core.store.run import Run
from core.train.lessons import matching
from core.train.lessons.matching import Matching
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
