"""A whole search: asks for settings, trains with them, tells how good they are on validation, until the budget is gone.

Killed at any moment and begun again it takes up the unfinished trial at its last checkpoint; what ended stays as it was told.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch

from core.errors import UserError
from core.home import require_room
from core.store.job_folder import Progress, State
from core.store.search import Findings, Search, SearchRecord, Trial, TrialLine, TrialState
from core.train.footprint import weights_for
from core.train.progress import Stopped
from core.train.proposals import Proposal, Proposals
from core.train.pruning import eighths
from core.train.search_pace import Pace
from core.train.search_space import with_values
from core.train.settings import Settings
from core.train.tasks import task_of
from core.train.train import train

GIVE_UP = 5
"""Trials that all fail before the search says so instead of trying on."""


class Ended(Exception):
    """A trial is not worth its rest."""

    def __init__(self, state: TrialState) -> None:
        self.state: TrialState = state
        super().__init__(state)


@dataclass(frozen=True)
class ReportedTrial(Trial):
    """A trial whose progress is the search's progress too."""

    told: Callable[[Progress], None]

    def report(self, progress: Progress) -> None:
        super().report(progress)
        self.told(progress)


def search(work: Search, attempt: int = 1, check: Callable[[], None] = lambda: None) -> State:
    """Goes on until the budget is gone or the search is asked to end. check: as in core.train.train.

    Raises UserError: search_all_diverged, out_of_memory when no trial had enough of it, disk_full, those of core.models.
    """
    record = work.record()
    settings = Settings.model_validate(record.run.settings)
    first = {name: float(getattr(settings, name)) for name in record.space}
    proposals = Proposals(work.study_file, record.space, first, settings.seed)
    while True:
        lines = known(work, proposals)
        request = work.asked()
        if request is not None:
            return "paused" if request == "pause" else "stopped"
        if is_spent(record, lines):
            break
        require_room(weights_for(settings, work.project_id, record.run.roles.task).on_disk)
        proposal = proposals.next()
        # On screen from its first moment.
        pace = Pace(record, known(work, proposals), proposal.place)
        try_out(work, proposals, proposal, pace, attempt, check)
    require_one(lines, settings)
    return "done"


def known(work: Search, proposals: Proposals) -> list[TrialLine]:
    """Every trial so far, written for the pages."""
    lines = proposals.lines()
    work.keep(Findings(trials=lines, importance=proposals.importance()))
    return lines


def is_spent(record: SearchRecord, lines: list[TrialLine]) -> bool:
    """Whether the budget is gone, or nothing but failures came of it."""
    if any(line.state == "running" for line in lines):
        return False
    hopeless = len(lines) >= GIVE_UP and all(line.score is None for line in lines)
    over = record.minutes is not None and lines and sum(line.seconds for line in lines) >= 60 * record.minutes
    return bool(hopeless or over or (record.trials is not None and len(lines) >= record.trials))


def require_one(lines: list[TrialLine], settings: Settings) -> None:
    """Raises UserError when no trial could be measured to its end."""
    if any(line.state == "done" for line in lines):
        return
    if all(line.state == "too_large" for line in lines):
        raise UserError("out_of_memory")
    lowest = min(line.values.get("learning_rate", settings.learning_rate) for line in lines)
    raise UserError("search_all_diverged", count=len(lines), learning_rate=lowest / 3)


def try_out(
    work: Search, proposals: Proposals, proposal: Proposal, pace: Pace, attempt: int, check: Callable[[], None]
) -> None:
    """Trains with what is proposed, to the end of the training, of its hopes, or until the search is asked to end."""
    record = work.record()
    settings = with_values(Settings.model_validate(record.run.settings), proposal.values)
    figure = task_of(record.run.roles).best.name
    trial = ReportedTrial(work.project_id, str(proposal.place), work, lambda progress: work.report(pace.of(progress)))
    trial.lay_down(settings.model_dump(mode="json"))
    started = time.monotonic()

    def seconds() -> float:
        return round(proposal.seconds_before + time.monotonic() - started, 1)

    def measured() -> None:
        points = [
            (p["epoch"], p["value"]) for p in trial.metrics() if (p["split"], p["name"]) == ("validation", figure)
        ]
        is_hopeless = proposal.report(eighths(points, settings.epochs), seconds())
        known(work, proposals)
        if is_hopeless:
            raise Ended("pruned")
        if pace.is_over(seconds()):
            raise Ended("cut")

    state: TrialState = "done"
    score = None
    try:
        result = trial.result()
        if result is None:
            # Whoever was cut off between the end of a training and telling of it need not train again.
            result = train(trial, attempt, check, measured)
        score = float(result["best"][figure])
    except Stopped:
        return
    except Ended as ended:
        state = ended.state
    except torch.OutOfMemoryError:
        state = "too_large"
    except UserError as error:
        if error.code != "loss_not_finite":
            raise
        state = "diverged"
    proposals.end(proposal, state, seconds(), score)
    trial.shed()
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
