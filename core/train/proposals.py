"""What optuna proposes and is told: the study of one search, in a SQLite file of its own that holds numbers and JSON, no pickle."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import optuna
from optuna.distributions import BaseDistribution, FloatDistribution, IntDistribution
from optuna.trial import FrozenTrial
from optuna.trial import TrialState as Told
from sqlalchemy.pool import NullPool

from core.store.search import TrialLine, TrialState
from core.train.pruning import PARTS, pruner
from core.train.search_space import DIMENSIONS, Space, Values, rounded

UNGUIDED = 5
"""Trials before what the others reached guides the next one: a third of twenty, and never none for a short search."""
TO_EXPLAIN = 4
"""Trials let to their end before it is said how much each setting matters."""
TREES = 64


class Proposal:
    """One trial: its place in the search and the values that it is given."""

    def __init__(self, trial: optuna.Trial, space: Space) -> None:
        self.trial = trial
        self.place = int(trial.user_attrs["place"])
        self.values = {name: _in(space[name], rounded(name, float(value))) for name, value in trial.params.items()}
        self.seconds_before = float(trial.user_attrs.get("seconds", 0.0))

    def report(self, reached: dict[int, float], seconds: float) -> bool:
        """Tells what was reached at each eighth; whether the trial is hopeless."""
        frozen = self.trial.study.trials[self.trial.number]
        new = {part: score for part, score in reached.items() if part not in frozen.intermediate_values}
        hopeless = False
        for part, score in sorted(new.items()):
            self.trial.report(score, part)
            hopeless = hopeless or (part < PARTS and self.trial.should_prune())
        if new:
            self.trial.set_user_attr("seconds", seconds)
        return hopeless


class Proposals:
    """The study of a search, made when it is not there yet.

    first: values of the first trial, those of the form; seed: with the same one and the same scores the same trials are proposed,
    however often the search was interrupted, because each trial draws from a random state of its own.
    """

    def __init__(self, file: Path, space: Space, first: Values, seed: int) -> None:
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        # A path in a URL would have to be written without some of its signs.
        kwargs = {"creator": lambda: sqlite3.connect(file, timeout=60), "poolclass": NullPool}
        self.study = optuna.create_study(
            storage=optuna.storages.RDBStorage("sqlite://", engine_kwargs=kwargs),
            study_name="search",
            direction="maximize",
            load_if_exists=True,
            pruner=pruner(),
        )
        self.space = {name: pair for name, pair in space.items() if pair[0] < pair[1]}
        self.first = {name: _in(pair, first[name]) for name, pair in self.space.items()}
        self.seed = seed

    def next(self) -> Proposal:
        """The trial that was begun and has not ended; else a new one."""
        for begun in self.study.get_trials(deepcopy=False, states=(Told.RUNNING,)):
            if "place" in begun.user_attrs:
                return Proposal(optuna.Trial(self.study, begun._trial_id), self.space)
            # Its maker was cut off before anything began; the same values are proposed again.
            self.study.tell(begun.number, state=Told.FAIL)
        place = len(self._placed())
        self.study.sampler = optuna.samplers.TPESampler(seed=self.seed + place, n_startup_trials=UNGUIDED)
        if place == 0 and not self.study.get_trials(deepcopy=False, states=(Told.WAITING,)):
            self.study.enqueue_trial(dict(self.first))
        trial = self.study.ask({name: _distribution(name, pair) for name, pair in self.space.items()})
        trial.set_user_attr("place", place)
        return Proposal(trial, self.space)

    def end(self, proposal: Proposal, state: TrialState, seconds: float, score: float | None = None) -> None:
        """How a trial ended; score: of one that was let to its end."""
        proposal.trial.set_user_attr("seconds", seconds)
        proposal.trial.set_user_attr("state", state)
        if state == "done":
            assert score is not None
            self.study.tell(proposal.trial, score)
        else:
            self.study.tell(proposal.trial, state=Told.PRUNED if state in ("pruned", "cut") else Told.FAIL)

    def lines(self) -> list[TrialLine]:
        """Every trial so far, the first one first."""
        return [_line(trial, self.space) for trial in self._placed()]

    def importance(self) -> dict[str, float]:
        """How much of the differences between the scores each setting explains (functional ANOVA over a forest), adding up to 1."""
        done = self.study.get_trials(deepcopy=False, states=(Told.COMPLETE,))
        if len(done) < TO_EXPLAIN or len(self.space) < 2 or len({trial.value for trial in done}) < 2:
            return {}
        evaluator = optuna.importance.FanovaImportanceEvaluator(n_trees=TREES, seed=self.seed)
        try:
            found = optuna.importance.get_param_importances(self.study, evaluator=evaluator)
        except RuntimeError:
            # The forest saw no difference between trials, few as they are.
            return {}
        return {name: float(share) for name, share in found.items()}

    def _placed(self) -> list[FrozenTrial]:
        trials = self.study.get_trials(deepcopy=False)
        return sorted((t for t in trials if "place" in t.user_attrs), key=lambda t: int(t.user_attrs["place"]))


def _line(trial: FrozenTrial, space: Space) -> TrialLine:
    values = {name: _in(space[name], rounded(name, float(value))) for name, value in trial.params.items()}
    reached = list(trial.intermediate_values.values())
    score = trial.value if trial.state is Told.COMPLETE else max(reached, default=None)
    return TrialLine(
        place=trial.user_attrs["place"],
        values=values,
        state="running" if trial.state is Told.RUNNING else trial.user_attrs["state"],
        score=score,
        seconds=trial.user_attrs.get("seconds", 0.0),
    )


def _in(pair: tuple[float, float], value: float) -> float:
    return min(max(value, pair[0]), pair[1])


def _distribution(name: str, pair: tuple[float, float]) -> BaseDistribution:
    low, high = pair
    dimension = DIMENSIONS[name]
    if dimension.is_whole:
        return IntDistribution(int(low), int(high), log=dimension.is_log)
    return FloatDistribution(low, high, log=dimension.is_log)
