"""What a training takes is reckoned before it begins, and is what a real one takes; LoRA is proposed where the machine has too little."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from core.data.columns import TaskName
from core.jobs.resources import room_to_learn
from core.models.choice import ModelChoice
from core.models.weights import SINGLE, Weights, is_known, weights_of
from core.store.project import Project
from core.train.adapters import add_adapters
from core.train.average import Average
from core.train.footprint import Footprint, footprint, weights_for, with_lora
from core.train.restraint import freeze_below
from core.train.settings import Settings
from tests.core.train.conftest import Learner
from tests.core.train.interrupted import interrupt
from tests.tables import lay_down
from tests.trained import small

WAYS = [(0, 0), (4, 0), (0, 1), (4, 1)]
"""Width of LoRA, frozen layers."""


@pytest.mark.parametrize(("lora", "frozen"), WAYS)
def test_memory_is_what_weights_gradients_moments_and_mean_really_take(
    make_learner: Callable[..., Learner], tiny_bert: Path, lora: int, frozen: int
) -> None:
    """Every tensor of a real step, counted."""
    learner = make_learner()
    model, lesson = learner.model, learner.lesson(Settings())
    add_adapters(model, lora, 16.0)
    freeze_below(model, frozen)
    optimizer = torch.optim.AdamW([weight for weight in model.parameters() if weight.requires_grad])
    lesson.loss(model, lesson.collate(learner.encoded[:8])).backward()
    optimizer.step()
    average = Average()
    average.swap(model)
    average.swap_back(model)
    gradients = [weight.grad for weight in model.parameters() if weight.grad is not None]
    moments = [tensor for state in optimizer.state.values() for tensor in state.values()]
    tensors = [*model.parameters(), *gradients, *moments, *average.mean.values()]
    measured = sum(tensor.numel() * tensor.element_size() for tensor in tensors)
    choice = ModelChoice(kind="folder", name=str(tiny_bert))
    reckoned = weights_of(choice, "", lora=lora, frozen=frozen).in_memory
    assert 0.95 < reckoned / measured < 1.05


@pytest.mark.parametrize(("lora", "frozen"), [(0, 0), (16, 0)])
def test_a_checkpoint_takes_what_was_reckoned(project: Project, tiny_bert: Path, lora: int, frozen: int) -> None:
    settings = small(tiny_bert, lora=lora, frozen_layers=frozen)
    run = lay_down(project, settings)
    interrupt(run, 9)
    weights = weights_for(settings, project.id, "classes")
    kept = max((run.folder / "checkpoints").glob("step-*"))
    measured = sum(path.stat().st_size for path in kept.glob("*.safetensors"))
    # Names, shapes, random states and the head weigh something too: nothing, beside a real model.
    assert 0 < measured - 4 * SINGLE * weights.learned < 30_000 < SINGLE * weights.learned
    assert run.size() < weights.on_disk


def test_lora_takes_little_beside_the_model_itself() -> None:
    whole, narrow = weights_of(ModelChoice(), ""), weights_of(ModelChoice(), "", lora=8)
    assert whole.total == narrow.total == whole.learned
    # 6 layers of 384 and 1,536: four matrices of 384 by 384 and two of 384 by 1,536 in each; and the pooler.
    expected = 8 * 6 * (4 * (384 + 384) + 2 * (384 + 1536)) + 384 * 384 + 384
    assert narrow.learned == pytest.approx(expected, rel=0.01)
    assert narrow.in_memory < 0.3 * whole.in_memory
    assert narrow.on_disk < 0.4 * whole.on_disk


def test_what_is_not_here_is_reckoned_by_its_size() -> None:
    known = ModelChoice(kind="hub", name="almanach/camembert-base")
    assert weights_of(known, "").total == pytest.approx(445_000_000 / 4)
    unknown = ModelChoice(kind="hub", name="nobody/huge")
    assert (is_known(known, ""), is_known(unknown, ""), is_known(ModelChoice(), "")) == (True, False, True)
    huge, narrow = (weights_of(unknown, "", lora=lora, there=560_000_000) for lora in (0, 8))
    assert huge == Weights(560_000_000, 560_000_000)
    assert narrow.learned < 0.02 * huge.learned


@pytest.mark.parametrize(("task", "times"), [("classes", 1.0), ("number", 1.0), ("generation", 2.3)])
def test_a_model_that_is_to_write_is_taken_twice(task: TaskName, times: float) -> None:
    assert weights_of(ModelChoice(), "", task).total / weights_of(ModelChoice(), "").total == pytest.approx(times)


def test_a_pre_training_learns_the_whole_model_first() -> None:
    with_epochs = weights_for(Settings(lora=8, pretraining_epochs=2), "", "classes")
    assert with_epochs.in_memory == weights_for(Settings(), "", "classes").in_memory
    assert with_epochs.on_disk > weights_for(Settings(lora=8), "", "classes").on_disk


def test_a_folder_that_cannot_be_read_is_taken_for_a_usual_model(tmp_path: Path) -> None:
    usual = weights_of(ModelChoice(kind="hub", name="nobody/unknown"), "")
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps([]))
    for folder in (tmp_path, tmp_path / "nowhere"):
        assert weights_of(ModelChoice(kind="folder", name=str(folder)), "") == usual


def test_lora_is_proposed_only_where_it_helps() -> None:
    found = footprint(Settings(), "", "classes")
    whole, narrow = found.whole, found.narrow
    plenty = 100 * whole.on_disk
    assert found.fit(plenty, plenty) == "fits"
    assert found.fit(whole.in_memory, plenty) == "with_lora"
    assert found.fit(plenty, whole.on_disk - 1) == "with_lora"
    assert found.fit(narrow.in_memory, plenty) == "too_large"
    assert found.fit(plenty, narrow.on_disk - 1) == "too_large"
    assert Footprint(whole, whole).fit(whole.in_memory, plenty) == "too_large"


def test_what_is_proposed_can_be_learned_with(home: Path) -> None:
    proposed = Settings(**with_lora(3e-5))
    assert (proposed.lora, proposed.lora_alpha, proposed.learning_rate) == (16, 32.0, pytest.approx(3e-4))
    assert Settings(**with_lora(1e-2)).learning_rate == 1e-2
    room = room_to_learn()
    assert room.memory > 0
    assert room.disk > 0
