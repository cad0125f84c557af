"""Frozen layers do not move, lower layers move less, whatever the network is called inside."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoConfig, AutoModelForSequenceClassification

from core.models.layers import heights, layers_of
from core.store.project import Project
from core.train.restraint import freeze_below, groups_by_height, learned
from tests.core.models.test_kinds import SMALL
from tests.trained import small, trained

TYPES = ("bert", "camembert", "distilbert", "electra", "deberta-v2", "xlm-roberta", "mpnet", "modernbert")


def network(model_type: str) -> torch.nn.Module:
    narrow = {"dim": 16, "n_layers": 3, "n_heads": 2, "hidden_dim": 16, "vocab_size": 40}
    shape = narrow if model_type == "distilbert" else SMALL | {"num_hidden_layers": 3}
    return AutoModelForSequenceClassification.from_config(AutoConfig.for_model(model_type, **shape, pad_token_id=0))


@pytest.mark.parametrize("model_type", TYPES)
def test_every_weight_has_its_height(model_type: str) -> None:
    model = network(model_type)
    assert layers_of(model)[1] == 3
    found = heights(model)
    assert set(found) == {name for name, _ in model.named_parameters()}
    assert set(found.values()) == {0, 1, 2, 3, 4}
    assert all(height == 4 for name, height in found.items() if name.startswith(("classifier", "pre_classifier")))
    assert (
        found[next(name for name, weight in model.named_parameters() if weight is model.get_input_embeddings().weight)]
        == 0
    )


@pytest.mark.parametrize("model_type", TYPES)
def test_the_lowest_layers_are_frozen_and_never_the_head(model_type: str) -> None:
    for layers, expected in ((0, {0, 1, 2, 3, 4}), (1, {2, 3, 4}), (3, {4}), (40, {4})):
        model = network(model_type)
        freeze_below(model, layers)
        height = heights(model)
        assert {height[name] for name in learned(model)} == expected


def test_a_layer_learns_at_its_share_of_the_rate_of_the_one_above() -> None:
    model = network("bert")
    freeze_below(model, 1)
    names = dict(model.named_parameters())
    decayed = {name for name in names if "bias" not in name and "LayerNorm" not in name}
    groups = groups_by_height(model, 1e-3, 0.5, 0.01, decayed)
    rate = {id(parameter): (group["lr"], group["weight_decay"]) for group in groups for parameter in group["params"]}
    assert rate[id(names["classifier.weight"])] == (1e-3, 0.01)
    assert rate[id(names["bert.encoder.layer.2.output.dense.bias"])] == (pytest.approx(5e-4), 0.0)
    assert rate[id(names["bert.encoder.layer.1.output.dense.weight"])] == (pytest.approx(2.5e-4), 0.01)
    assert len(rate) == len(learned(model))


def moved(project: Project, folder: Path, **values: float) -> dict[str, float]:
    """How far the weights of a training went, on average, by the start of their names."""
    run = trained(project, small(folder, epochs=2, learning_rate=1e-3, **values))
    before, after = load_file(folder / "model.safetensors"), load_file(run.model_folder / "model.safetensors")
    parts = {
        "embeddings": "embeddings.word",
        "first": "encoder.layer.0.output.dense",
        "second": "encoder.layer.1.output.dense",
    }
    return {
        part: float((after[f"bert.{start}{end}"] - before[f"{start}{end}"]).abs().mean())
        for part, start in parts.items()
        for end in (["_embeddings.weight"] if part == "embeddings" else [".weight"])
    }


def test_a_training_leaves_frozen_layers_as_they_were(project: Project, tiny_bert: Path) -> None:
    free = moved(project, tiny_bert)
    assert all(distance > 1e-5 for distance in free.values())
    frozen = moved(project, tiny_bert, frozen_layers=1)
    assert frozen["embeddings"] == frozen["first"] == 0
    assert frozen["second"] > 1e-5
    decayed = moved(project, tiny_bert, layer_decay=0.5)
    assert decayed["first"] < 0.8 * free["first"]
    assert 0 < decayed["embeddings"] < 0.8 * free["embeddings"]
