"""A model that learns to ask: from a BERT twice, and from one that writes by itself."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

from core.data.columns import Roles
from core.errors import UserError
from core.models.seq2seq import load_seq2seq
from core.store.project import Project, set_roles
from core.store.run import Run
from core.train.batches import encode
from core.train.lessons.generation import Generation
from core.train.question_metrics import likeness, rouge_l
from core.train.writing import write
from tests.tables import asked, lay_down
from tests.trained import curves, figures, points, project_of, small, trained, weights

ROLES = Roles(text="text", question="question", task="generation")


@pytest.fixture(scope="module", autouse=True)
def _home(shared_home: Path) -> None:
    pass


@pytest.fixture(scope="module")
def asking(tiny_bert: Path) -> tuple[Project, Run]:
    project = set_roles(project_of(asked()).id, ROLES)
    return project, trained(project, small(tiny_bert, epochs=12, learning_rate=3e-3, batch_size=8))


@pytest.mark.slow
def test_it_learns_to_ask_and_says_how_well(asking: tuple[Project, Run]) -> None:
    _, run = asking
    result = run.result()
    assert result is not None
    assert set(result["test"]) == {"rows", "loss", "chrf", "rouge_l"}
    losses = [value for _, value in points(run, "validation", "loss")]
    assert losses[-1] < 0.5 * losses[0]
    assert result["best"]["chrf"] == max(value for _, value in points(run, "validation", "chrf"))
    predictions = run.predictions()
    assert set(predictions["part"]) == {"validation", "test"}
    questions = run.examples().set_index("id")["question"]
    for row in predictions.itertuples():
        assert (row.chrf, row.rouge_l) == pytest.approx(likeness(questions[row.id], row.predicted), rel=1e-4)
    assert predictions.query("part == 'test'")["chrf"].mean() == pytest.approx(result["test"]["chrf"], rel=1e-4)
    samples = run.samples()
    assert len({sample["text"] for sample in samples}) <= 3
    assert {sample["step"] for sample in samples} == {step for step, _ in points(run, "validation", "loss")}
    assert {sample["question"] for sample in samples} <= set(questions)


@pytest.mark.slow
def test_what_leaves_writes_the_same_by_transformers_alone(asking: tuple[Project, Run]) -> None:
    _, run = asking
    model = AutoModelForSeq2SeqLM.from_pretrained(run.model_folder).eval()
    tokenizer = AutoTokenizer.from_pretrained(run.model_folder)
    texts = run.examples().query("part == 'test'")["text"].tolist()
    found = write(model, tokenizer, encode(tokenizer, texts, None, 32))
    assert found == run.predictions().query("part == 'test'")["predicted"].tolist()
    three = write(model, tokenizer, encode(tokenizer, texts[:2], None, 32), ways=3)
    assert len(three) == 6
    assert three[::3] == write(model, tokenizer, encode(tokenizer, texts[:2], None, 32))
    # A further training takes it as it is.
    lesson = Generation.load(run.record(), small(run.model_folder), run.model_folder)
    assert not lesson.head_is_new


@pytest.mark.slow
def test_the_same_settings_twice_write_the_same(tiny_bert: Path) -> None:
    project = set_roles(project_of(asked(24)).id, ROLES)
    first, second = (trained(project, small(tiny_bert, epochs=2)) for _ in range(2))
    assert curves(first) == curves(second)
    assert figures(first) == figures(second)
    assert first.samples() == second.samples()
    assert weights(first) == weights(second)


@pytest.mark.slow
def test_parts_of_a_batch_add_up_and_padding_counts_for_nothing(tiny_bert: Path) -> None:
    project = set_roles(project_of(asked(24)).id, ROLES)
    run = lay_down(project, small(tiny_bert))
    lesson = Generation.load(run.record(), small(tiny_bert), tiny_bert)
    lesson.model.train(False)
    rows = lesson.encode(run.examples().head(7))
    batch = lesson.collate(rows)
    with torch.no_grad():
        whole = lesson.loss(lesson.model, batch)
        parts = lesson.parts(batch, 40)
        assert len(parts) > 1
        together = sum(lesson.loss(lesson.model, part) * len(part["labels"]) / 7 for part in parts)
        single = [float(lesson.loss(lesson.model, lesson.collate([row]))) for row in rows]
    assert float(together) == pytest.approx(float(whole), rel=1e-4)
    assert np.mean(single) == pytest.approx(float(whole), rel=1e-4)


def test_the_decoder_starts_from_what_the_encoder_knows(tiny_bert: Path) -> None:
    model, _, is_new = load_seq2seq(tiny_bert, 0.1)
    assert is_new
    weights = model.state_dict()
    crossed = [name for name in weights if ".crossattention." in name]
    assert crossed
    for name in crossed:
        own = name.replace(".crossattention.", ".attention.").replace("decoder.bert.", "encoder.")
        torch.testing.assert_close(weights[name], weights[own])


def test_a_model_that_cannot_write_is_refused(tiny_bert: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny_bert, tmp_path / "model")
    config = json.loads((tmp_path / "model" / "config.json").read_text())
    (tmp_path / "model" / "config.json").write_text(json.dumps(config | {"model_type": "distilbert"}))
    with pytest.raises(UserError) as error:
        load_seq2seq(tmp_path / "model", 0.1)
    assert error.value.code == "model_cannot_write"


def test_how_like_two_questions_are() -> None:
    assert likeness("Où est mon colis ?", "Où est mon colis ?") == (pytest.approx(100.0), 1.0)
    assert likeness("Où est mon colis ?", "") == (0.0, 0.0)
    assert rouge_l(["a", "b", "c", "d"], ["a", "x", "c"]) == pytest.approx(2 * 2 / 7)
