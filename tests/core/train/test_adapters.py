"""LoRA: little learns, little is kept, an interrupted run goes on as if nothing had happened, and what leaves is an ordinary model."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from core.store.project import Project
from core.train.adapters import add_adapters, has_adapters, merge_adapters
from core.train.inference import probabilities
from core.train.lessons.classes import Classes
from core.train.restraint import learned
from core.train.snapshot import checkpoint_size
from core.train.train import train
from tests.core.train.interrupted import assert_same, interrupt
from tests.core.train.test_restraint import TYPES, network
from tests.tables import lay_down
from tests.trained import small, trained


@pytest.mark.parametrize("model_type", TYPES)
def test_merged_a_network_answers_what_it_did_with_its_adapters(model_type: str) -> None:
    torch.manual_seed(1)
    model = network(model_type).eval()
    names = [name for name, _ in model.named_parameters()]
    inputs = {"input_ids": torch.tensor([[3, 7, 9, 4]]), "attention_mask": torch.ones(1, 4, dtype=torch.long)}
    with torch.no_grad():
        before = model(**inputs).logits
        add_adapters(model, 2, 16.0)
        torch.testing.assert_close(model(**inputs).logits, before)
        for name, parameter in model.named_parameters():
            if "lora_B" in name:
                parameter.normal_(std=0.5)
        changed = model(**inputs).logits
        merge_adapters(model)
        merged = model(**inputs).logits
    assert not torch.allclose(changed, before, atol=1e-3)
    torch.testing.assert_close(merged, changed, rtol=1e-4, atol=1e-5)
    assert [name for name, _ in model.named_parameters()] == names
    assert not has_adapters(model)


def test_only_the_adapters_and_the_head_learn() -> None:
    model = network("bert")
    whole = checkpoint_size(model)
    add_adapters(model, 2, 16.0)
    assert all("lora_" in name or name.startswith(("classifier", "bert.pooler")) for name in learned(model))
    assert sum("lora_A" in name for name in learned(model)) == 6 * 3
    assert checkpoint_size(model) < whole


def test_what_leaves_is_loaded_by_transformers_alone_and_answers_as_was_measured(
    project: Project, tiny_bert: Path
) -> None:
    run = trained(project, small(tiny_bert, lora=2, epochs=4, learning_rate=3e-3))
    assert not any("lora" in name for name in load_file(run.model_folder / "model.safetensors"))
    before = load_file(tiny_bert / "model.safetensors")
    after = load_file(run.model_folder / "model.safetensors")
    name = "encoder.layer.0.attention.self.query.weight"
    assert not torch.equal(before[name], after[f"bert.{name}"])
    assert torch.equal(before["embeddings.word_embeddings.weight"], after["bert.embeddings.word_embeddings.weight"])
    model = AutoModelForSequenceClassification.from_pretrained(run.model_folder)
    tokenizer = AutoTokenizer.from_pretrained(run.model_folder)
    lesson = Classes(run.record(), small(tiny_bert), model, tokenizer)
    rows = run.examples().query("part == 'test'")
    told = run.predictions().query("part == 'test'")
    found = probabilities(model, tokenizer, lesson.encode(rows))
    assert abs(found - told[["p0", "p1", "p2"]].to_numpy()).max() < 1e-5


@pytest.mark.parametrize("values", [{"lora": 2}, {"frozen_layers": 1}, {"layer_decay": 0.7, "label_smoothing": 0.1}])
def test_an_interrupted_run_goes_on_as_if_nothing_had_happened(
    project: Project, tiny_bert: Path, values: dict[str, float]
) -> None:
    settings = small(tiny_bert, epochs=4, learning_rate=1e-3, **values)
    whole = trained(project, settings)
    run = lay_down(project, settings)
    interrupt(run, 9)
    checkpoint = max((run.folder / "checkpoints").glob("step-*"))
    kept = sum(path.stat().st_size for path in checkpoint.glob("*.safetensors"))
    if "lora" in values:
        assert kept < 4 * (tiny_bert / "model.safetensors").stat().st_size
    train(run, 2)
    assert_same(run, whole)
