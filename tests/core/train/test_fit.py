"""The fit: when it looks at validation, what it keeps, when it gives up, and how the learning rate moves."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from core.errors import UserError
from core.store.project import Project
from core.train.batches import Encoded
from core.train.fit import Fit, Parts, evaluation_steps
from core.train.inference import probabilities
from core.train.lessons.classes import gold_of
from core.train.metrics import headline
from core.train.probe import probe_head
from core.train.progress import Reporter
from core.train.resume import ResumableFit
from core.train.settings import Settings
from tests.core.train.conftest import Learner
from tests.tables import lay_down
from tests.trained import points

MakeFit = Callable[..., Fit]


@pytest.mark.parametrize(
    ("per_epoch", "epochs", "evaluations"),
    [(1, 1, 8), (3, 20, 1), (7, 2, 4), (8, 2, 4), (100, 3, 3), (5, 1, 8), (2, 9, 1)],
)
def test_validation_is_looked_at_evenly_and_at_the_end_of_every_epoch(
    per_epoch: int, epochs: int, evaluations: int
) -> None:
    steps = evaluation_steps(per_epoch, epochs, evaluations)
    assert {epoch * per_epoch for epoch in range(1, epochs + 1)} <= steps
    assert min(steps) >= 1
    assert max(steps) == per_epoch * epochs
    assert len(steps) == epochs * min(evaluations, per_epoch)
    gaps = np.diff([0, *sorted(steps)])
    assert gaps.max() - gaps.min() <= 1


@pytest.fixture
def make_fit(project: Project, make_learner: Callable[..., Learner]) -> MakeFit:
    """`make_fit(**settings)`: 24 rows to learn from and 9 others to validate on, unless `parts` says otherwise."""

    def make(parts: Callable[[list[Encoded]], Parts] | None = None, *, labels: int = 3, **values: Any) -> Fit:
        settings = Settings(**({"epochs": 3, "batch_size": 8, "dropout": 0.0} | values))
        learner = make_learner(None, rows=33, dropout=settings.dropout)
        probe_head(learner.model, learner.tokenizer, learner.encoded[:24], bf16=False)
        chosen = parts(learner.encoded) if parts else Parts(learner.encoded[:24], learner.encoded[24:])
        run = lay_down(project, settings)
        return ResumableFit(Reporter(run, settings.epochs), learner.lesson(settings), chosen)

    return make


def contradicted(encoded: list[Encoded]) -> Parts:
    """Validation says the opposite of training: every step makes it worse."""
    swapped = [entry | {"labels": (entry["labels"] + 1) % 3} for entry in encoded[:9]]
    return Parts(encoded[:24], swapped)


def learnable(encoded: list[Encoded]) -> Parts:
    """Validation is a part of training: more steps make it better."""
    return Parts(encoded[:24], encoded[:9])


def forget(fit: Fit) -> None:
    """A head that prefers the first label and knows nothing."""
    with torch.no_grad():
        fit.model.classifier.weight.zero_()
        fit.model.classifier.bias[:] = torch.tensor([0.1, 0.0, 0.0])


@pytest.mark.slow
def test_one_evaluation_at_each_of_these_steps(make_fit: MakeFit) -> None:
    fit = make_fit(epochs=3)
    fit.train()
    looked_at = [step for step, _ in points(fit.run, "validation", "loss")]
    assert looked_at == sorted(evaluation_steps(3, 3, 3))
    assert fit.state.global_step == 9


@pytest.mark.slow
def test_every_epoch_goes_through_every_row_once(make_fit: MakeFit) -> None:
    fit = make_fit(lambda encoded: Parts(encoded[:22], encoded[24:]), epochs=2)
    seen: list[list[int]] = []
    collate = fit.data_collator

    def noting(batch: list[Encoded]) -> dict[str, Any]:
        seen.append([fit.parts.train.index(entry) for entry in batch])
        return collate(batch)

    fit.data_collator = noting
    fit.train()
    assert [len(batch) for batch in seen] == [8, 8, 6] * 2
    first, second = [*seen[0], *seen[1], *seen[2]], [*seen[3], *seen[4], *seen[5]]
    assert sorted(first) == sorted(second) == list(range(22))
    assert first != second


@pytest.mark.slow
@pytest.mark.parametrize("parts", [contradicted, learnable], ids=["best early", "best late"])
def test_the_best_weights_are_those_kept(make_fit: MakeFit, parts: Callable[[list[Encoded]], Parts]) -> None:
    fit = make_fit(parts, epochs=8, learning_rate=3e-3, patience=0)
    forget(fit)
    fit.evaluate()
    fit.train()
    f1, loss = points(fit.run, "validation", "macro_f1"), points(fit.run, "validation", "loss")
    ranked = [(score, -cost, step) for (step, score), (_, cost) in zip(f1, loss, strict=True)]
    score, cost, step = max(ranked, key=lambda entry: entry[:2])
    assert (fit.best.score, fit.best.figures["loss"], fit.best.step) == (score, -cost, step)
    assert step < 12 if parts is contradicted else step > 12
    assert fit.best.outputs is not None
    assert headline(gold_of(fit.parts.validation), fit.best.outputs)["loss"] == -cost

    last = probabilities(fit.model, fit.lesson.tokenizer, fit.parts.validation)
    assert fit.best_weights() == fit.run.folder / "checkpoints" / f"best-{step:08d}.safetensors"
    fit.model.load_state_dict(load_file(fit.best_weights()))
    kept = probabilities(fit.model, fit.lesson.tokenizer, fit.parts.validation)
    assert np.abs(kept - fit.best.outputs).max() < 0.05  # bfloat16 against full precision
    if parts is contradicted:
        assert np.abs(last - kept).max() > 0.15


def test_of_the_best_weights_only_those_that_are_needed_lie_on_the_disk(make_fit: MakeFit) -> None:
    """Each weighs as much as the model: many good evaluations between two checkpoints must not fill the disk."""
    fit = make_fit(learnable)
    known = {name: tensor.clone() for name, tensor in fit.model.state_dict().items()}
    forget(fit)
    for step in (0, 1, 2):
        fit.state.global_step = step
        fit.evaluate()
        assert fit.best.step == step, "an evaluation that is no better would prove nothing"
        assert list(fit.checkpoints.folder.iterdir()) == [fit.best_weights()]
        fit.model.load_state_dict(known)


@pytest.mark.slow
def test_an_evaluation_leaves_the_training_where_it_was(make_fit: MakeFit) -> None:
    fit = make_fit()
    for change in (0.0, 0.1, 0.2):
        with torch.no_grad():
            fit.model.classifier.bias += change
        before = {name: tensor.clone() for name, tensor in fit.model.state_dict().items()}
        fit.evaluate()
        assert fit.model.training
        assert all(torch.equal(tensor, before[name]) for name, tensor in fit.model.state_dict().items())


@pytest.mark.slow
def test_of_two_equal_scores_the_surer_one_is_kept(make_fit: MakeFit) -> None:
    fit = make_fit()
    fit.evaluate()
    first = fit.best
    with torch.no_grad():
        fit.model.classifier.weight *= 1.5
        fit.model.classifier.bias *= 1.5
    fit.evaluate()
    scores = [value for _, value in points(fit.run, "validation", "macro_f1")]
    losses = [value for _, value in points(fit.run, "validation", "loss")]
    assert scores[0] == scores[1]
    assert losses[0] != losses[1]
    assert fit.best.figures["loss"] == min(losses)
    assert (fit.best is first) == (losses[0] < losses[1])


@pytest.mark.slow
@pytest.mark.parametrize(("epochs", "patience", "batch_size"), [(30, 2, 8), (4, 1, 8), (6, 1, 24), (6, 2, 12)])
def test_patience_ends_the_run_after_that_many_epochs_without_a_better_score(
    make_fit: MakeFit, epochs: int, patience: int, batch_size: int
) -> None:
    fit = make_fit(contradicted, epochs=epochs, patience=patience, batch_size=batch_size, learning_rate=1e-3)
    forget(fit)
    fit.evaluate()
    fit.train()
    per_epoch = 24 // batch_size
    assert fit.state.global_step - fit.best.step == patience * per_epoch
    assert fit.state.global_step < fit.state.max_steps


@pytest.mark.slow
def test_no_patience_no_early_end(make_fit: MakeFit) -> None:
    fit = make_fit(contradicted, epochs=10, patience=0, learning_rate=1e-3)
    forget(fit)
    fit.evaluate()
    fit.train()
    assert fit.state.global_step == 30
    assert fit.best.step < 20


@pytest.mark.slow
def test_the_last_weights_are_kept_where_that_is_wanted(make_fit: MakeFit) -> None:
    fit = make_fit(contradicted, epochs=10, patience=1, learning_rate=1e-3, keeps_last=True)
    forget(fit)
    fit.evaluate()
    fit.train()
    assert fit.best.step == fit.state.global_step == 30
    assert fit.best_weights().exists()
    assert fit.best.figures["macro_f1"] < max(value for _, value in points(fit.run, "validation", "macro_f1"))


@pytest.mark.slow
@pytest.mark.parametrize(("warmup_share", "rows"), [(0.25, 24), (0.0, 24), (0.1, 20)])
def test_the_learning_rate_rises_then_falls_to_nothing_over_exactly_the_run(
    make_fit: MakeFit, warmup_share: float, rows: int
) -> None:
    fit = make_fit(
        lambda encoded: Parts(encoded[:rows], encoded[24:]), epochs=4, learning_rate=1e-3, warmup_share=warmup_share
    )
    fit.train()
    steps, rising = 12, math.ceil(12 * warmup_share)
    expected = [1e-3 * (step / rising if step < rising else (steps - step) / (steps - rising)) for step in range(steps)]
    found = points(fit.run, "train", "learning_rate")
    assert [step for step, _ in found] == list(range(1, steps + 1))
    assert [value for _, value in found] == pytest.approx(expected)
    assert max(expected) == 1e-3
    assert fit.lr_scheduler.get_last_lr() == [0.0, 0.0]


@pytest.mark.slow
def test_a_loss_that_is_no_number_ends_the_run_with_its_step(make_fit: MakeFit) -> None:
    fit = make_fit(learning_rate=5e-3)
    with torch.no_grad():
        fit.model.bert.encoder.layer[0].output.dense.bias[0] = math.nan
    with pytest.raises(UserError) as trained:
        fit.train()
    assert (trained.value.code, trained.value.facts) == ("loss_not_finite", {"step": 1, "learning_rate": 5e-3})
    # Between two points of the curve it is the evaluation that finds out.
    with pytest.raises(UserError) as evaluated:
        fit.evaluate()
    assert evaluated.value.code == "loss_not_finite"


def test_a_stop_ends_an_evaluation_under_way_and_what_was_best_stays(make_fit: MakeFit) -> None:
    """An evaluation may be longer than the time that a stop is given."""
    fit = make_fit()
    fit.evaluate()
    best, weights = fit.best, {name: tensor.clone() for name, tensor in fit.model.state_dict().items()}
    fit.run.ask("stop")
    assert fit.evaluate() == {}
    assert fit.best is best
    assert fit.control.should_training_stop
    assert all(torch.equal(tensor, weights[name]) for name, tensor in fit.model.state_dict().items())
