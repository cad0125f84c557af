"""What becomes of a head when the labels are others: kept by name in any order, made anew where one is not known."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch
from transformers import AutoConfig, AutoModelForSequenceClassification

from core.models.choice import ModelChoice
from core.models.loading import load_classifier
from core.models.outlook import transfer_to
from core.models.transfer import transfer
from tests.core.models.test_kinds import SMALL

FORMER = ["negative", "neutral", "positive"]
HEAD = {"architectures": ["BertForSequenceClassification"], "id2label": dict(enumerate(FORMER))}


@pytest.mark.parametrize(
    ("wanted", "state", "rows"),
    [
        (["negative", "neutral", "positive"], "kept", [0, 1, 2]),
        (["Negative", "Neutral", "POSITIVE"], "kept", [0, 1, 2]),
        (["positive", "neutral", "negative"], "reordered", [2, 1, 0]),
        (["positive", "negative"], "partly", [2, 0]),
        (["negative", "neutral", "positive", "mixed"], "new", [0, 1, 2, None]),
        (["a", "b", "c"], "new", [None, None, None]),
        (["positive", "Positive", "negative"], "new", [2, None, 0]),
    ],
)
def test_labels_are_recognised_by_their_names(wanted: list[str], state: str, rows: list[int | None]) -> None:
    found = transfer(HEAD, wanted, "single_label_classification")
    assert (found.state, found.rows, found.former) == (state, rows, FORMER)


def test_a_model_without_a_head_has_nothing_to_keep() -> None:
    assert transfer({"architectures": ["BertModel"]}, ["a", "b"], "regression").state == "none"


def test_a_head_for_another_task_is_not_kept() -> None:
    for problem in ("multi_label_classification", "regression"):
        assert transfer(HEAD, FORMER, problem).state == "new"
        assert transfer(HEAD | {"problem_type": problem}, FORMER, problem).state == "kept"


@pytest.mark.parametrize("model_type", ["bert", "camembert", "distilbert", "electra", "deberta-v2", "xlm-roberta"])
def test_outputs_follow_their_labels_whatever_the_head_is_built_like(
    tiny_bert: Path, tmp_path: Path, model_type: str
) -> None:
    """The same answers label by label, from a head whose rows were put in another order or left out."""
    shutil.copytree(tiny_bert, tmp_path / "model")
    narrow = {"dim": 16, "n_layers": 1, "n_heads": 2, "hidden_dim": 16, "vocab_size": 2000}
    shape = narrow if model_type == "distilbert" else SMALL | {"vocab_size": 2000}
    torch.manual_seed(3)
    config = AutoConfig.for_model(model_type, **shape, id2label=dict(enumerate(FORMER)), pad_token_id=0)
    former = AutoModelForSequenceClassification.from_config(config).eval()
    former.save_pretrained(tmp_path / "model")
    for wanted in (FORMER, FORMER[::-1], ["positive", "negative"]):
        model, tokenizer, is_new = load_classifier(tmp_path / "model", wanted, 0.1)
        batch = tokenizer(["my parcel is late"], return_tensors="pt")
        batch.pop("token_type_ids", None)
        with torch.no_grad():
            expected, found = former(**batch).logits[0], model.eval()(**batch).logits[0]
        assert not is_new
        assert found.tolist() == pytest.approx([expected[FORMER.index(label)].item() for label in wanted], abs=1e-5)
        assert list(model.config.id2label.values()) == wanted
        model.save_pretrained(tmp_path / "again")
        loaded = AutoModelForSequenceClassification.from_pretrained(tmp_path / "again")
        assert loaded.config.num_labels == len(wanted)
    choice = ModelChoice(kind="folder", name=str(tmp_path / "model"))
    assert transfer_to(choice, "", "classes", ["positive", "negative"]).state == "partly"
    assert load_classifier(tmp_path / "model", [*FORMER, "mixed"], 0.1)[2]
