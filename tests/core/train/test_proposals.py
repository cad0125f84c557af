"""What optuna is asked and told, when a trial is hopeless, when a search is over; without any training."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.data.columns import Roles
from core.errors import UserError
from core.store.job_folder import Progress
from core.store.run import RunRecord, utc_now
from core.store.search import SearchRecord, TrialLine
from core.train.proposals import Proposals
from core.train.pruning import eighths
from core.train.search import is_spent, require_one
from core.train.search_pace import FINE, Pace
from core.train.settings import Settings


def record(trials: int | None = None, minutes: float | None = None) -> SearchRecord:
    run = RunRecord(
        number=1,
        created_at=utc_now(),
        settings={},
        roles=Roles(text="text", label="label"),
        table_name="messages.csv",
        fingerprint="",
        labels=[],
        parts={},
        versions={},
    )
    return SearchRecord(number=1, created_at=utc_now(), space={}, trials=trials, minutes=minutes, run=run)


def test_a_hopeless_trial_is_given_up_and_a_good_one_is_not(tmp_path: Path) -> None:
    space = {"learning_rate": (1e-5, 1e-3), "dropout": (0.0, 0.3)}
    proposals = Proposals(tmp_path / "a {b}%?#.db", space, {"learning_rate": 1e-4, "dropout": 0.1}, seed=1)
    for place in range(5):
        good = proposals.next()
        assert not good.report({part: 0.5 + part / 20 for part in range(1, 9)}, 1.0)
        proposals.end(good, "done", 2.0, 0.9 + place / 100)
    bad = proposals.next()
    assert not bad.report({1: 0.1, 2: 0.1, 3: 0.1}, 1.0), "too early to tell"
    assert bad.report({3: 0.1, 4: 0.1}, 2.0)
    proposals.end(bad, "pruned", 2.0)
    fine = proposals.next()
    assert not fine.report({4: 0.71, 5: 0.76}, 1.0)
    states = [line.state for line in proposals.lines()]
    assert states == ["done"] * 5 + ["pruned", "running"]
    assert proposals.lines()[5].score == 0.1
    shares = proposals.importance()
    assert set(shares) == set(space)
    assert sum(shares.values()) == pytest.approx(1)
    # Another process finds the unfinished trial, with its values.
    again = Proposals(tmp_path / "a {b}%?#.db", space, {"learning_rate": 1e-4, "dropout": 0.1}, seed=1).next()
    assert (again.place, again.values) == (fine.place, fine.values)


def test_a_trial_cut_off_before_it_began_is_proposed_again_with_the_same_values(tmp_path: Path) -> None:
    space, first = {"learning_rate": (1e-5, 1e-3)}, {"learning_rate": 1e-4}
    whole, cut = (Proposals(tmp_path / name, space, first, seed=3) for name in ("whole.db", "cut.db"))
    for each in (whole, cut):
        each.end(each.next(), "done", 1.0, 0.5)
    expected = whole.next()
    cut.study.ask()  # as if the maker had been killed before it gave the trial its place
    found = cut.next()
    assert (found.place, found.values) == (expected.place, expected.values)


def test_scores_are_compared_at_eighths_of_a_training() -> None:
    assert eighths([(0, 0.1), (1, 0.4), (2, 0.3)], 2) == {4: 0.4, 8: 0.4}
    assert eighths([(0, 0.9)], 2) == {}
    assert list(eighths([(round(n / 9 * 3, 4), n) for n in range(10)], 3)) == [1, 2, 3, 4, 5, 6, 7, 8]


def line(place: int, state: str, seconds: float = 60.0, score: float | None = None) -> TrialLine:
    return TrialLine(place=place, values={"learning_rate": 3e-3}, state=state, seconds=seconds, score=score)  # type: ignore[arg-type]


def test_the_budget_in_minutes_ends_between_trials_or_in_the_middle_of_one() -> None:
    timed = record(minutes=3.0)
    done = [line(0, "done", 60, 0.5), line(1, "pruned", 60, 0.2)]
    assert not is_spent(timed, done)
    assert is_spent(timed, [*done, line(2, "done", 61, 0.4)])
    pace = Pace(timed, [*done, line(2, "running", 0)], 2)
    assert not pace.is_over(59)
    assert pace.is_over(61)
    assert not Pace(timed, [line(0, "running", 0)], 0).is_over(999), "the first one comes to its end"


def test_progress_counts_trials_and_says_how_long_the_rest_takes() -> None:
    pace = Pace(record(trials=5), [line(0, "done", 100, 0.5), line(1, "running", 0)], 1)
    now = pace.of(Progress(phase="training", step=5, steps=10))
    assert (now.phase, now.epoch, now.epochs) == ("searching", 2, 5)
    assert now.step == round(FINE * 1.5 / 5)
    assert now.seconds_left == pytest.approx(100 + 3 * 100, abs=5)


def test_failures_of_memory_and_of_the_rate_are_told_apart() -> None:
    settings = Settings()
    require_one([line(0, "diverged"), line(1, "done", 1, 0.5)], settings)
    for state, code in (("too_large", "out_of_memory"), ("diverged", "search_all_diverged")):
        with pytest.raises(UserError) as caught:
            require_one([line(0, state), line(1, state)], settings)
        assert caught.value.code == code
