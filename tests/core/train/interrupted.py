"""Trainings that end at a chosen moment, and what must be equal once they are over."""

from __future__ import annotations

from collections.abc import Callable

from core.store.job_folder import Request
from core.store.run import Run
from core.train.checkpoints import Checkpoints
from core.train.progress import Stopped
from core.train.train import train
from tests.trained import curves, figures, points, weights


def asking(run: Run, step: int, request: Request, look: int = 1) -> Callable[[], None]:
    """A check that leaves a request at the given look after this step was taken; step 0: before the first."""
    looks = 0

    def check() -> None:
        nonlocal looks
        taken = points(run, "train", "loss")
        looks += (taken[-1][0] if taken else 0) == step
        if looks == look:
            run.ask(request)

    return check


def interrupt(run: Run, step: int, request: Request = "pause", look: int = 1, attempt: int = 1) -> None:
    """Works on the run until the request ends it; then the request is forgotten, as a resume does."""
    try:
        how = train(run, attempt, asking(run, step, request, look))["state"]
    except Stopped as stopped:
        how = stopped.request
    assert how in (request, "stopped")
    run.forget_requests()


def newest_step(run: Run) -> int | None:
    """The step of the checkpoint from which the run would go on."""
    newest = Checkpoints(run.folder / "checkpoints").newest()
    return int(newest.name.removeprefix("step-")) if newest else None


def assert_same(run: Run, other: Run) -> None:
    """Curves, figures, weights and predictions, bit for bit."""
    assert curves(run) == curves(other)
    assert figures(run) == figures(other)
    assert weights(run) == weights(other)
    assert run.predictions().equals(other.predictions())
