"""Trainings of every kind: pairs, two labels, thirty, labels that look like numbers, and from a former training."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import cast

import pandas as pd
import pytest
from transformers import (
    AutoConfig,
    AutoModelForSequenceClassification,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from core.data.columns import Roles
from core.models.choice import ModelChoice
from core.models.loading import load_classifier
from core.store.project import Project, set_roles
from core.store.run import Run, RunRecord
from core.train.batches import Encoded
from core.train.inference import probabilities
from core.train.lessons.classes import Classes
from core.train.settings import Settings
from tests.tables import lay_down, messages
from tests.trained import pairs, points, project_of, small, trained

pytestmark = pytest.mark.slow


def tokenised(
    examples: pd.DataFrame, part: str, record: RunRecord, tokenizer: PreTrainedTokenizerBase, settings: Settings
) -> list[Encoded]:
    """The inputs of a part, as the training makes them."""
    return Classes(record, settings, cast(PreTrainedModel, None), tokenizer).encode(examples[examples["part"] == part])


@pytest.fixture(scope="module", autouse=True)
def _home(shared_home: Path) -> None:
    """All runs of this module in one home."""


def relabelled(labels: Sequence[str], rows: int) -> list[dict[str, str]]:
    return [row | {"label": labels[place % len(labels)]} for place, row in enumerate(messages(rows))]


@pytest.mark.parametrize(
    "labels",
    [
        ["no", "yes"],
        [f"intention n° {place}" for place in range(30)],
        ["1", "2", "10", "007", "1.5", "-3"],
        ["LABEL_1", "LABEL_0"],
        ["élève | été", 'dit "oui"', "a/b"],
    ],
    ids=["two", "thirty", "numbers", "default names", "odd characters"],
)
def test_any_labels(tiny_bert: Path, labels: list[str]) -> None:
    # Numbers with a comma are proposed as a scale; here they are names of classes.
    project = set_roles(project_of(relabelled(labels, 120)).id, Roles(text="text", label="label"))
    run = trained(project, small(tiny_bert, epochs=1))
    assert run.record().labels == sorted(labels)
    config = AutoConfig.from_pretrained(run.model_folder)
    assert [config.id2label[place] for place in range(len(labels))] == sorted(labels)
    assert config.label2id == {label: place for place, label in enumerate(sorted(labels))}
    result = run.result()
    assert result is not None
    assert [row["label"] for row in result["validation"]["labels"]] == sorted(labels)
    assert len(result["test"]["confusion"]) == len(labels)
    predictions = run.predictions()
    assert list(predictions.columns[4:]) == [f"p{place}" for place in range(len(labels))]
    assert set(predictions["predicted"]) <= set(labels)


def test_a_pair_reaches_the_model_as_two_texts(tiny_bert: Path) -> None:
    project = project_of(pairs())
    assert project.roles is not None
    assert (project.roles.text, project.roles.question, project.roles.label) == ("text", "question", "label")
    settings = small(tiny_bert, epochs=2)
    run = trained(project, settings)
    assert run.has_model()
    tokenizer = AutoTokenizer.from_pretrained(run.model_folder)
    examples = run.examples()
    learned = tokenised(examples, "train", run.record(), tokenizer, settings)
    rows = examples[examples["part"] == "train"]
    for entry, text, question in zip(learned, rows["text"], rows["question"], strict=True):
        sides = {side: [] for side in (0, 1)}
        for piece, side in zip(entry["input_ids"], entry["token_type_ids"], strict=True):
            sides[side].append(piece)
        assert tokenizer.decode(sides[0], skip_special_tokens=True) == text
        assert tokenizer.decode(sides[1], skip_special_tokens=True).replace(" ?", "?") == question
    # And its answers depend on the question.
    model = AutoModelForSequenceClassification.from_pretrained(run.model_folder)
    asked = tokenised(examples.assign(question=""), "train", run.record(), tokenizer, settings)
    found = [probabilities(model, tokenizer, some) for some in (learned, asked)]
    assert abs(found[0] - found[1]).max() > 1e-3


def test_a_text_alone_has_no_second_side(tiny_bert: Path) -> None:
    run = lay_down(project_of(messages()), small(tiny_bert))
    learned = tokenised(run.examples(), "train", run.record(), AutoTokenizer.from_pretrained(tiny_bert), Settings())
    assert len(learned) == run.record().parts["train"]
    assert not any(1 in entry["token_type_ids"] for entry in learned)
    assert {entry["labels"] for entry in learned} == {0, 1, 2}


def test_the_longest_input_is_held(tiny_bert: Path) -> None:
    run = lay_down(project_of(pairs()), small(tiny_bert, max_tokens=9))
    tokenizer = AutoTokenizer.from_pretrained(tiny_bert)
    learned = tokenised(run.examples(), "train", run.record(), tokenizer, small(tiny_bert, max_tokens=9))
    assert {len(entry["input_ids"]) for entry in learned} == {9}


def test_a_part_without_rows_is_empty(tiny_bert: Path) -> None:
    run = lay_down(project_of(messages()), small(tiny_bert, test_share=0.0))
    tokenizer = AutoTokenizer.from_pretrained(tiny_bert)
    assert tokenised(run.examples(), "test", run.record(), tokenizer, Settings()) == []


@pytest.fixture(scope="module")
def former(_home: None, tiny_bert: Path) -> tuple[Project, Run]:
    project = project_of(messages())
    return project, trained(project, small(tiny_bert, epochs=4, learning_rate=1e-3))


def test_from_a_former_training_with_the_same_labels_the_first_figures_are_its_last(
    former: tuple[Project, Run], tiny_bert: Path
) -> None:
    project, first = former
    run = trained(project, small(tiny_bert, model=ModelChoice(kind="run", name=first.id), epochs=1, learning_rate=1e-4))
    result = first.result()
    assert result is not None
    for name in ("loss", "accuracy", "macro_f1"):
        last = dict(points(first, "validation", name))[result["best"]["step"]]
        assert points(run, "validation", name)[0] == (0, pytest.approx(last, rel=1e-6))


def test_with_other_labels_the_head_is_new(former: tuple[Project, Run], tiny_bert: Path) -> None:
    project, first = former
    other = project_of(relabelled(["x", "y", "z"], 60), project)
    run = trained(other, small(tiny_bert, model=ModelChoice(kind="run", name=first.id), epochs=1))
    assert run.record().labels == ["x", "y", "z"]
    assert run.record().number > first.record().number
    assert AutoConfig.from_pretrained(run.model_folder).id2label == {0: "x", 1: "y", 2: "z"}
    for labels, is_new in (
        (first.record().labels, False),
        (["x", "y", "z"], True),
        (first.record().labels[::-1], False),
        (["account", "delivery"], False),
        ([*first.record().labels, "more"], True),
    ):
        model, _, found = load_classifier(first.model_folder, labels, 0.1)
        assert (model.classifier.out_features, found) == (len(labels), is_new)
