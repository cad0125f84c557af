"""Paused or stopped at any moment and resumed, a training ends as if nothing had happened: bit for bit."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from core.errors import UserError
from core.models.loading import load_classifier
from core.store.job_folder import Request
from core.store.project import Project
from core.store.run import Run
from core.train.checkpoints import BETWEEN
from core.train.fit import evaluation_steps
from core.train.settings import Settings
from core.train.train import train
from tests.core.train.interrupted import asking, assert_same, interrupt, newest_step
from tests.tables import lay_down, messages
from tests.trained import figures, points, project_of, small, trained, weights

pytestmark = pytest.mark.slow

PER_EPOCH, STEPS = 5, 10
LOOKS = 3
"""Times that a run looks for requests at a step that is evaluated: at its end, and after each of two batches."""


@pytest.fixture(scope="module")
def project(shared_home: Path) -> Project:
    """Texts so long and so many of them in validation that an evaluation takes two batches."""
    return project_of([row | {"text": " ".join([row["text"]] * 4)} for row in messages(240)])


@pytest.fixture(scope="module")
def settings(tiny_bert: Path) -> Settings:
    return small(tiny_bert, epochs=2, batch_size=24, learning_rate=1e-3, dropout=0.1, validation_share=0.4)


@pytest.fixture(scope="module")
def undisturbed(project: Project, settings: Settings) -> Run:
    run = trained(project, settings)
    assert figures(run)["steps"] == STEPS
    assert run.record().parts["train"] == PER_EPOCH * settings.batch_size
    looked_at = [step for step, _ in points(run, "validation", "loss")]
    assert looked_at == [0, *sorted(evaluation_steps(PER_EPOCH, 2, 4))] == [0, 1, 2, 4, 5, 6, 7, 9, 10]
    return run


MOMENTS = {
    "middle of an epoch": (3, 1),
    "step that is evaluated": (4, 1),
    "during an evaluation": (4, 2),
    "after an evaluation": (4, LOOKS),
    "end of an epoch": (5, 1),
    "during the evaluation of an epoch": (5, 2),
    "first step": (1, 1),
    "first step of an epoch": (6, 1),
    "last step": (STEPS, 1),
    "during the last evaluation": (STEPS, 2),
}


@pytest.mark.parametrize("request_", ["pause", "stop"])
@pytest.mark.parametrize("moment", MOMENTS)
def test_resumed_it_ends_as_if_nothing_had_happened(
    project: Project, settings: Settings, undisturbed: Run, moment: str, request_: Request
) -> None:
    run = lay_down(project, settings)
    step, look = MOMENTS[moment]
    interrupt(run, step, request_, look)
    # A request that comes after the last look of a step is seen at the next.
    reached = step + 1 if look == LOOKS else step
    assert newest_step(run) == reached
    assert run.has_model() == (request_ == "stop")
    result = train(run, attempt=2)
    assert (result["state"], result["attempt"]) == ("done", 2)
    assert_same(run, undisturbed)
    assert not (run.folder / "checkpoints").exists()


def test_paused_at_every_step_it_ends_as_if_nothing_had_happened(
    project: Project, settings: Settings, undisturbed: Run
) -> None:
    run = lay_down(project, settings)
    for step in range(1, STEPS):
        interrupt(run, step, "pause", attempt=step)
        assert newest_step(run) == step
    train(run, STEPS)
    assert_same(run, undisturbed)


def test_a_mean_of_losses_that_was_begun_is_ended(tiny_bert: Path, project: Project) -> None:
    """A long run has a point of its curve every few steps: paused between two, it knows what it has added up."""
    settings = small(tiny_bert, epochs=4, batch_size=1, max_tokens=8, validation_share=0.4)
    reference = trained(project, settings)
    assert [step for step, _ in points(reference, "train", "loss")] == [1, *range(2, 481, 2)]
    run = lay_down(project, settings)
    interrupt(run, 250, look=2)
    assert newest_step(run) == 251
    train(run, attempt=2)
    assert_same(run, reference)


@pytest.mark.parametrize("step", [3, 4, 5])
def test_cut_off_it_goes_on_from_its_last_checkpoint(
    project: Project, settings: Settings, undisturbed: Run, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """Checkpoints come by themselves, five minutes after the last, also between two looks at validation or right after one."""
    run = lay_down(project, settings)
    clock, later = time.monotonic, 0.0
    monkeypatch.setattr(time, "monotonic", lambda: clock() + later)

    def check() -> None:
        nonlocal later
        taken = [point for point, _ in points(run, "train", "loss")]
        later = BETWEEN + 1 if step in taken else 0.0
        if step + 1 in taken:
            raise UserError("memory_short", left=1, total=2)

    with pytest.raises(UserError, match="of memory were left"):
        train(run, 1, check)
    assert newest_step(run) == step
    assert run.result() is None
    train(run, attempt=2)
    assert_same(run, undisturbed)


@pytest.mark.parametrize("look", [1, 2, 3, 4])
def test_paused_before_the_first_figures_it_starts_over(
    project: Project, settings: Settings, undisturbed: Run, look: int
) -> None:
    """While the head is fitted, and during the very first evaluation: there is no model yet that is worth keeping."""
    run = lay_down(project, settings)
    interrupt(run, 0, "pause", look)
    assert newest_step(run) is None
    assert points(run, "validation", "loss") == []
    train(run, attempt=2)
    assert_same(run, undisturbed)


def test_a_pause_after_the_last_evaluation_comes_too_late(
    project: Project, settings: Settings, undisturbed: Run
) -> None:
    """Nothing is left to go on with but the final figures: they are made, instead of steps that were taken already."""
    run = lay_down(project, settings)
    assert train(run, 1, asking(run, STEPS, "pause", LOOKS))["state"] == "done"
    assert_same(run, undisturbed)


def test_a_stopped_run_has_a_model_until_the_resumed_one_has_a_better(
    project: Project, settings: Settings, undisturbed: Run
) -> None:
    run = lay_down(project, settings)
    interrupt(run, 2, "stop")
    first, model = figures(run), weights(run)
    load_classifier(run.model_folder, run.record().labels, 0.0)
    interrupt(run, 6, "pause", attempt=2)
    assert (figures(run), weights(run)) == (first, model)
    interrupt(run, 8, "stop", attempt=3)
    result = run.result()
    assert result is not None
    assert (result["attempt"], result["steps"]) == (3, 8)
    assert (weights(run) == model) == (result["best"]["step"] == first["best"]["step"])
    train(run, attempt=4)
    assert_same(run, undisturbed)
    assert weights(run) != model


@pytest.mark.parametrize("step", [3, 5, 7])
def test_patience_goes_on_counting(tiny_bert: Path, project: Project, step: int) -> None:
    """The run ends at the same step, whether the evaluations without progress came before or after the pause."""
    settings = small(tiny_bert, epochs=12, batch_size=24, learning_rate=1e-2, patience=2, validation_share=0.4)
    reference = trained(project, settings)
    result = figures(reference)
    assert result["ended_early"]
    assert step < result["steps"] < 60
    run = lay_down(project, settings)
    interrupt(run, step, "pause")
    train(run, attempt=2)
    assert_same(run, reference)


@pytest.mark.parametrize(
    "tail", [b"", b'{"step": 7, "epo', b'{"step": 6, "epoch": 1.2, "split": "train", "n\n\xff\x00']
)
def test_a_curve_longer_than_the_checkpoint_or_torn_is_written_again(
    project: Project, settings: Settings, undisturbed: Run, tail: bytes
) -> None:
    """What a killed worker leaves: points after its last checkpoint, the last of them half written."""
    run = lay_down(project, settings)
    interrupt(run, 5, "pause")
    ahead = [
        line for line in (undisturbed.folder / "metrics.jsonl").read_bytes().splitlines(True) if b'"step": 6' in line
    ]
    with (run.folder / "metrics.jsonl").open("ab") as curve:
        curve.write(b"".join(ahead) + tail)
    train(run, attempt=2)
    assert_same(run, undisturbed)


def test_a_curve_that_is_gone_comes_back_with_the_checkpoint(
    project: Project, settings: Settings, undisturbed: Run
) -> None:
    run = lay_down(project, settings)
    interrupt(run, 7, "pause")
    (run.folder / "metrics.jsonl").unlink()
    train(run, attempt=2)
    assert_same(run, undisturbed)


def test_its_seconds_are_those_of_all_attempts(project: Project, settings: Settings) -> None:
    run = lay_down(project, settings)
    interrupt(run, 9, "stop")
    first = run.result()
    second = train(run, attempt=2)
    assert first is not None
    assert second["seconds"] >= first["seconds"] > 0
