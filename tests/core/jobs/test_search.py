"""A search is launched whole or not at all: bounds, budget, and everything that a launch checks; what it costs is said before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.errors import UserError
from core.home import write_json
from core.jobs.control import delete
from core.jobs.ending import room_to_resume
from core.jobs.job_words import ended_of, phase_of, share_of, step_of, title_of
from core.jobs.launch import room_for
from core.jobs.overview import look, project_names
from core.jobs.processes import supervisor_lock
from core.jobs.queue import claim, finish, jobs
from core.jobs.search import estimate, launch_search
from core.models.choice import ModelChoice
from core.store.job_folder import Progress
from core.store.project import Project
from core.store.run import list_runs
from core.store.search import list_searches, next_search_number, open_search
from core.train.search_space import Space, check_budget, check_space, proposed, with_values
from core.train.settings import Settings, bounds
from core.words import Words
from tests.tables import lay_down

SPACE: Space = {"learning_rate": (1e-5, 1e-3), "epochs": (2, 4)}


@pytest.fixture(autouse=True)
def alone(home: Path) -> Iterator[None]:
    with supervisor_lock().acquire(timeout=0):
        yield


@pytest.fixture
def settings(tiny_bert: Path) -> Settings:
    return Settings(model=ModelChoice(kind="folder", name=str(tiny_bert)))


def test_rows_and_parts_are_frozen_once_and_what_is_fixed_is_not_searched(project: Project, settings: Settings) -> None:
    search = launch_search(project.id, settings, SPACE | {"dropout": (0.2, 0.2)}, 8)
    record = search.record()
    assert (record.number, record.trials, record.minutes, record.space) == (1, 8, None, SPACE)
    assert record.run.settings["dropout"] == 0.2
    assert search.examples()["part"].value_counts().to_dict() == record.run.parts
    assert launch_search(project.id, settings, SPACE | {"dropout": (0.2, 0.2)}, 8) == search, "the button twice"
    assert [job.kind for job in jobs()] == ["search"]
    assert launch_search(project.id, settings, SPACE, minutes=5) != search
    assert [each.record().number for each in list_searches(project.id)] == [2, 1]
    assert room_to_resume(search) == room_for(settings, project)
    assert list_runs(project.id) == []
    job = claim("cpu")
    assert job is not None
    finish(job, "stopped")
    delete(search)
    assert next_search_number(project.id) == 3
    with pytest.raises(UserError, match="does not exist any more"):
        open_search(project.id, search.id)


@pytest.mark.parametrize(
    ("space", "budget", "code", "said"),
    [
        (
            {"learning_rate": (1e-3, 1e-5), "dropout": (0.3, 0.1)},
            {"trials": 5},
            "search_bounds",
            "Learning rate, Dropout",
        ),
        ({"dropout": (0.0, 0.9)}, {"trials": 5}, "settings_invalid", "dropout (0–0.5)"),
        ({"dropout": (0.1, 0.1)}, {"trials": 5}, "search_nothing", ""),
        ({}, {"trials": 5}, "search_nothing", ""),
        (SPACE, {"trials": 0}, "search_budget", "1 to 200"),
        (SPACE, {"minutes": 0.0}, "search_budget", "minutes"),
        (SPACE, {"trials": 1000}, "search_budget", ""),
        (SPACE, {}, "search_budget", ""),
    ],
)
def test_what_cannot_be_searched_is_said_and_nothing_is_made(
    project: Project, settings: Settings, space: Any, budget: dict[str, Any], code: str, said: str
) -> None:
    with pytest.raises(UserError) as caught:
        launch_search(project.id, settings, space, **budget)
    assert caught.value.code == code
    assert said in str(caught.value)
    assert list_searches(project.id) == []
    assert jobs() == []


def test_what_a_launch_refuses_a_search_refuses(
    project: Project, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UserError) as caught:
        launch_search(project.id, Settings(model=ModelChoice(kind="folder", name="/nowhere")), SPACE, 5)
    assert caught.value.code == "model_folder"
    monkeypatch.setenv("PARAFINE_PROJECT_QUOTA", "1 kB")
    with pytest.raises(UserError) as caught:
        launch_search(project.id, settings, SPACE, 5)
    assert caught.value.code == "quota_reached"
    assert not (project.folder / "searches").exists()


@pytest.mark.parametrize(
    "extreme",
    [
        {},
        {"learning_rate": 1e-2, "batch_size": 128, "epochs": 100},
        {"learning_rate": 1e-7, "batch_size": 1, "epochs": 1},
    ],
)
def test_the_bounds_proposed_hold_the_form_and_can_be_searched(extreme: dict[str, float]) -> None:
    settings = with_values(Settings(), extreme)
    space = proposed(settings)
    check_space(space)
    for name, (low, high) in space.items():
        assert bounds(name)[0] <= low <= getattr(settings, name) <= high <= bounds(name)[1]
    assert with_values(settings, {name: high for name, (_low, high) in space.items()}).preset == "own"


def test_a_budget_has_an_end() -> None:
    check_budget(1, None)
    check_budget(None, 0.5)
    check_budget(5, 10)


def test_its_cost_comes_from_a_former_training_like_it(project: Project, settings: Settings) -> None:
    space: Space = {"epochs": (2, 4)}
    assert estimate(project.id, settings, space, 10, 48) is None
    run = lay_down(project, settings)
    write_json(run.folder / "result.json", {"seconds": 48.0, "epochs": 1.0})
    # A second a row and epoch; three epochs on average; three tenths are saved by giving up hopeless trials.
    assert estimate(project.id, settings, space, 10, 48) == pytest.approx(48 * 3 * 10 * 0.7)
    longer = settings.model_copy(update={"max_tokens": 256})
    assert estimate(project.id, longer, space, 10, 48) is None


def test_a_search_is_told_in_words(project: Project, settings: Settings) -> None:
    launch_search(project.id, settings, SPACE, 8)
    job = claim("cpu")
    assert job is not None
    words, seen = Words("en"), look(job, project_names())
    assert title_of(seen, words) == "Search 1"
    progress = Progress(phase="searching", step=250, steps=1000, epoch=3, epochs=8, seconds_left=90)
    assert phase_of("running", progress, words) == "Searching the best settings"
    assert (step_of(progress, words), share_of(progress)) == ("trial 3 of 8", 0.25)
    assert step_of(progress.model_copy(update={"epochs": 0}), words) == "trial 3"
    for state, said in (("done", "over"), ("interrupted", "kept"), ("paused", "Paused")):
        assert said in ended_of(replace(seen, job=replace(job, state=state)), words)
