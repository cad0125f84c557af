"""A search: the same trials for the same seed, also when it was killed; hopeless ones are given up; the test part is never seen."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import UserError
from core.jobs.control import resume
from core.jobs.launch import launch
from core.jobs.processes import supervisor_lock
from core.jobs.queue import claim, finish
from core.jobs.search import launch_search
from core.store.run import Run, list_runs
from core.store.search import Search
from core.train.search import search
from core.train.search_space import with_values
from core.train.settings import Settings
from core.train.train import train
from tests.conftest import ROOT
from tests.tables import messages
from tests.trained import break_what_is_learned, curves, figures, one_thread, project_of, shared_home, small  # noqa: F401  # fixtures
from tests.waiting import wait_until

SPACE = {"learning_rate": (1e-4, 5e-3), "epochs": (2.0, 4.0), "dropout": (0.0, 0.3)}
TRIALS = 5


@pytest.fixture(scope="module")
def alone(shared_home: Path) -> Iterator[None]:  # noqa: F811
    with supervisor_lock().acquire(timeout=0):
        yield


@pytest.fixture(scope="module")
def undisturbed(alone: None, tiny_bert: Path) -> Search:
    project = project_of(messages(60))
    made = launch_search(project.id, small(tiny_bert, learning_rate=1e-3, dropout=0.1), SPACE, TRIALS)
    taken = claim("cpu")
    assert taken is not None
    assert search(made) == "done"
    finish(taken, "done")
    return made


@pytest.fixture(scope="module")
def killed(undisturbed: Search) -> Search:
    """The same search, its worker killed in the middle of its third trial, then resumed."""
    made = launch_search(undisturbed.project_id, settings_of(undisturbed), SPACE, TRIALS)
    taken = claim("cpu")
    assert taken is not None
    assert taken.folder == made
    command = [sys.executable, "-m", "core.jobs.worker", taken.id, str(taken.attempt), taken.slot or ""]
    with made.log.open("ab") as log:
        worker = subprocess.Popen(command, cwd=ROOT, env=os.environ, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    wait_until(lambda: made.trial(2).metrics() or worker.poll() is not None, every=0.01)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    before = made.findings().trials
    assert [line.state for line in before][:2] == ["done", "done"], made.last_lines()
    assert len(before) == 3
    finish(taken, "interrupted")
    resume(made)
    again = claim("cpu")
    assert again is not None
    assert search(made, again.attempt) == "done"
    finish(again, "done")
    assert made.findings().trials[:2] == before[:2]
    return made


def settings_of(made: Search) -> Settings:
    """Those of the form."""
    return Settings.model_validate(made.record().run.settings)


def told(made: Search) -> list[tuple[object, ...]]:
    return [(line.place, line.values, line.state, line.score) for line in made.findings().trials]


def test_a_search_begins_with_the_form_and_stays_between_the_bounds(undisturbed: Search) -> None:
    trials = undisturbed.findings().trials
    assert [line.place for line in trials] == list(range(TRIALS))
    assert trials[0].values == {"learning_rate": 1e-3, "epochs": 3, "dropout": 0.1}
    assert len({str(line.values) for line in trials}) == TRIALS
    for line in trials:
        assert all(low <= line.values[name] <= high for name, (low, high) in SPACE.items())
        assert line.state in ("done", "pruned")
        assert line.score is not None
        kept = Settings.model_validate(undisturbed.trial(line.place).record().settings)
        assert kept == with_values(settings_of(undisturbed), line.values)
    best = undisturbed.findings().best
    assert best is not None
    assert best.score == max(line.score or 0 for line in trials if line.state == "done")


def test_every_trial_has_the_same_parts_and_never_a_figure_of_the_test_part(undisturbed: Search) -> None:
    whole = undisturbed.examples()
    assert (whole["part"] == "test").any()
    for line in undisturbed.findings().trials:
        trial = undisturbed.trial(line.place)
        rows = trial.examples()
        known = whole[whole["part"].isin(["train", "validation"])]
        assert rows[["id", "part"]].to_numpy().tolist() == known[["id", "part"]].to_numpy().tolist()
        assert trial.record().parts == {"train": 48, "validation": 6}
        assert trial.record().study == undisturbed.id
        assert {point["split"] for point in trial.metrics()} <= {"train", "validation"}
        if line.state == "done":
            result = trial.result()
            assert result is not None
            assert "test" not in result
            assert result["best"]["macro_f1"] == line.score
        assert not any((trial.folder / name).exists() for name in ("model", "checkpoints", "predictions.parquet"))


def test_killed_and_resumed_it_is_the_search_that_nothing_happened_to(undisturbed: Search, killed: Search) -> None:
    assert told(killed) == told(undisturbed)
    for line in undisturbed.findings().trials:
        assert curves(killed.trial(line.place)) == curves(undisturbed.trial(line.place))


def test_with_further_pre_training_a_trial_reads_what_a_training_reads(undisturbed: Search, tiny_bert: Path) -> None:
    """Rows without a label too, but for one that says what a row kept aside says."""
    aside = next(row["text"] for row in messages(60) if row["label"] == "refund")
    rows = [*messages(60), *({"text": f"a letter without a label {n}", "label": ""} for n in range(20))]
    project = project_of([*rows, {"text": aside.upper(), "label": ""}])
    settings = small(
        tiny_bert, learning_rate=1e-3, epochs=1, pretraining_epochs=1, validation_share=0.4, test_share=0.4
    )
    made = launch_search(project.id, settings, {"dropout": (0.0, 0.3)}, trials=1)
    taken = claim("cpu")
    assert taken is not None
    assert search(made) == "done"
    finish(taken, "done")
    (line,) = made.findings().trials
    run = launch(project.id, with_values(settings, line.values))
    taken = claim("cpu")
    assert taken is not None
    trial = made.trial(line.place)
    assert trial.unlabelled().equals(run.unlabelled())
    assert len(trial.unlabelled()) >= 20
    train(run)
    finish(taken, "done")
    assert curves(trial) == curves(run)
    assert any(point["split"] == "pretraining" for point in trial.metrics())
    assert not (trial.folder / "pretraining").exists()


@pytest.fixture(scope="module")
def winner(undisturbed: Search) -> Run:
    """A training launched with the best settings."""
    best = undisturbed.findings().best
    assert best is not None
    run = launch(undisturbed.project_id, with_values(settings_of(undisturbed), best.values))
    taken = claim("cpu")
    assert taken is not None
    train(run)
    finish(taken, "done")
    return run


def test_a_training_with_the_best_settings_is_the_best_trial_and_is_measured_on_the_test_part(
    undisturbed: Search, winner: Run
) -> None:
    best = undisturbed.findings().best
    assert best is not None
    assert curves(winner) == curves(undisturbed.trial(best.place))
    assert "test" in figures(winner)
    assert winner.record().number == 1, "trials are no trainings of the project"
    assert list_runs(winner.project_id) == [winner]


def test_a_full_disk_and_a_stop_keep_what_there_is_and_it_goes_on_when_resumed(undisturbed: Search) -> None:
    made = launch_search(undisturbed.project_id, settings_of(undisturbed), SPACE, 2)
    taken = claim("cpu")
    assert taken is not None
    looks = iter(range(10_000))

    def check() -> None:
        look = next(looks)
        if look == 5:
            raise UserError("disk_full", free=1, needed=2, missing=1)
        if look == 12:
            made.ask("stop")

    with pytest.raises(UserError, match="not enough room"):
        search(made, 1, check)
    assert [line.state for line in made.findings().trials] == ["running"]
    assert search(made, 2, check) == "stopped"
    assert [line.state for line in made.findings().trials] == ["running"]
    finish(taken, "stopped")
    resume(made)
    again = claim("cpu")
    assert again is not None
    assert search(made, again.attempt) == "done"
    finish(again, "done")
    assert told(made) == told(undisturbed)[:2]


def test_when_every_trial_diverges_it_says_what_to_change(undisturbed: Search, winner: Run, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(winner.model_folder, broken)
    break_what_is_learned(broken, undisturbed.examples())
    made = launch_search(undisturbed.project_id, small(broken), {"learning_rate": (3e-3, 9e-3)}, 2)
    taken = claim("cpu")
    assert taken is not None
    with pytest.raises(UserError) as caught:
        search(made)
    finish(taken, "failed")
    lines = made.findings().trials
    assert [line.state for line in lines] == ["diverged", "diverged"]
    lowest = min(line.values["learning_rate"] for line in lines)
    assert (caught.value.code, caught.value.facts) == (
        "search_all_diverged",
        {"count": 2, "learning_rate": lowest / 3},
    )
