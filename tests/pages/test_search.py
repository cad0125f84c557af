"""A search on the pages: asked for below the form, watched, understood; its best settings arrive in the form."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from core.jobs.queue import claim, finish, job_of
from core.jobs.search import launch_search
from core.models.choice import ModelChoice
from core.store.draft import read_draft
from core.store.job_folder import Heartbeat, Progress, State
from core.store.project import Project, open_project
from core.store.search import Findings, Search, TrialLine, list_searches
from core.train.settings import Settings
from core.words import Words
from pages.parts.parallel_figure import parallel_figure, place_on
from pages.parts.pulse import answer
from pages.parts.search_figures import trials_figure
from tests.pages.screen import click, errors, everything, figures, progress, run, said, sentence, table, visit
from tests.tables import as_csv, messages

SPACE = {"learning_rate": (1e-5, 1e-3), "epochs": (2.0, 6.0), "dropout": (0.0, 0.3)}
FOUND = Findings(
    trials=[
        TrialLine(
            place=0, values={"learning_rate": 1e-4, "epochs": 4, "dropout": 0.1}, state="done", score=0.81, seconds=61
        ),
        TrialLine(
            place=1, values={"learning_rate": 1e-5, "epochs": 2, "dropout": 0.0}, state="pruned", score=0.4, seconds=20
        ),
        TrialLine(
            place=2, values={"learning_rate": 2.5e-4, "epochs": 5, "dropout": 0.13}, state="done", score=0.9, seconds=75
        ),
        TrialLine(place=3, values={"learning_rate": 1e-3, "epochs": 6, "dropout": 0.3}, state="diverged", seconds=4),
    ],
    importance={"learning_rate": 0.7, "epochs": 0.2, "dropout": 0.1},
)


@pytest.fixture
def project(project_of: Callable[..., Project]) -> Project:
    return project_of("messages.csv", as_csv(messages(60)))


@pytest.fixture
def searched(project: Project, tiny_bert: Path, held: None) -> Search:
    """At work, with four trials."""
    settings = Settings(model=ModelChoice(kind="folder", name=str(tiny_bert)), max_tokens=32, seed=7)
    search = launch_search(project.id, settings, SPACE, 10)
    assert claim("cpu") is not None
    search.keep(FOUND)
    return search


def ended(search: Search, state: State = "done") -> None:
    job = job_of(search)
    assert job is not None
    finish(job, state)


def test_a_search_is_asked_for_below_the_form(project: Project, words: Words, held: None) -> None:
    at = visit("train", words, project=project.id)
    assert said("How long a trial takes is known after the first one.", words) in everything(at)
    boxes = {box.label: box.value for box in at.checkbox}
    assert boxes[said("Learning rate", words)] is True
    assert boxes[said("Weight decay", words)] is False
    lowest = next(field for field in at.number_input if str(field.key).startswith("lowest_learning_rate"))
    highest = next(field for field in at.number_input if str(field.key).startswith("highest_learning_rate"))
    assert lowest.value < 1e-4 < highest.value
    lowest.set_value(highest.value * 2)
    run(at)
    click(at, "search")
    assert errors(at) == [sentence(words, "search_bounds", problem=["Learning rate"])]
    assert list_searches(project.id) == []
    lowest = next(field for field in at.number_input if str(field.key).startswith("lowest_learning_rate"))
    lowest.set_value(1e-5)
    at.number_input(key="search_trials").set_value(3)
    run(at)
    click(at, "search")
    [search] = list_searches(project.id)
    record = search.record()
    assert (record.trials, record.minutes, set(record.space)) == (3, None, {"learning_rate", "batch_size", "epochs"})
    assert record.space["learning_rate"][0] == 1e-5
    assert at.query_params["search"] in (search.id, [search.id])
    assert said("Search {number}", words, number="1") in everything(at)


def test_while_it_works_it_is_seen_how_far_it_is_and_what_was_reached(searched: Search, words: Words) -> None:
    searched.beat(Heartbeat(attempt=1, pid=1, command=[]))
    searched.report(Progress(phase="searching", step=350, steps=1000, epoch=4, epochs=10, seconds_left=600))
    at = visit("train", words, project=searched.project_id, search=searched.id)
    share, line = progress(at)
    assert share == 35
    assert said("trial {place} of {trials}", words, place="4", trials="10") in line
    assert words.duration(600) in line
    assert {f"trials_{searched.id}", f"newest_{searched.id}"} <= set(figures(at))
    assert "parallel_" not in "".join(figures(at)), "what it means is said when it is over"
    best = said(
        "Best so far: {score} ({figure}, validation), trial {place}",
        words,
        score=words.percent(0.9),
        figure="Macro-F1",
        place="3",
    )
    assert best in everything(at)
    view = (words.language, searched.project_id, searched.id)
    assert best in json.loads(answer(("best_trial", *view)).content)["html"]
    assert json.loads(answer(("trials", *view)).content)["figure"] == trials_figure(searched, words)
    assert json.loads(answer(("trial_curve", *view)).content)["figure"]["data"]


def test_when_it_is_over_it_is_understood_and_its_best_settings_arrive_in_the_form(
    searched: Search, words: Words
) -> None:
    ended(searched)
    at = visit("train", words, project=searched.project_id, search=searched.id)
    shown = figures(at)
    assert {f"{name}_{searched.id}" for name in ("trials", "parallel", "importance")} <= set(shown)
    assert all(shown[name]["alt"] for name in shown)
    rows = table(at, said("Duration", words))
    assert [row[0] for row in rows[1:]] == ["1", "2", "3", "4"]
    assert rows[3][1:] == [
        words.scientific(2.5e-4),
        "5",
        words.percent(0.13),
        words.percent(0.9),
        said("done", words),
        words.duration(75),
    ]
    assert rows[4][4:6] == ["–", said("diverged", words)]
    click(at, f"take_{searched.id}")
    project = open_project(searched.project_id)
    draft = read_draft(project)
    assert draft.model == Settings.model_validate(searched.record().run.settings).model
    wanted = {"learning_rate": 2.5e-4, "epochs": 5, "dropout": 0.13, "max_tokens": 32, "seed": 7}
    assert {name: draft.changed[name] for name in wanted} == wanted
    form = visit("train", words, project=searched.project_id)
    fields = {str(field.key).split(f"_{project.id}")[0]: field.value for field in form.number_input}
    assert (fields["learning_rate"], fields["epochs"], fields["dropout"], fields["seed"]) == (2.5e-4, 5, 13, 7)


def test_its_trials_are_no_trainings_and_it_has_one_line_among_the_results(searched: Search, words: Words) -> None:
    ended(searched, "stopped")
    at = visit("results", words, project=searched.project_id)
    assert said("Nothing has been trained yet in this project.", words) in everything(at)
    line = f"{said('Search {number}', words, number='1')} · {words.ngettext('{count} trial', '{count} trials', 4)}"
    assert line in everything(at)
    click(at, f"open_search_{searched.id}")
    assert at.query_params["search"] in (searched.id, [searched.id])
    assert said("Resume", words) in [button.label for button in at.button]


def test_it_is_deleted_from_its_page_with_its_trials_and_taken_back(searched: Search, words: Words) -> None:
    searched.trial(0).lay_down(searched.record().run.settings)
    ended(searched, "stopped")
    job = job_of(searched)
    assert job is not None
    at = visit("train", words, project=searched.project_id, search=searched.id)
    at = click(at, f"delete_{job.id}")
    assert errors(at) == []
    assert "search" not in at.query_params
    assert list_searches(searched.project_id) == []
    assert (searched.bin / "trials" / "0" / "run.json").exists()
    click(visit("jobs", words), f"back_{job.id}")
    assert list_searches(searched.project_id) == [searched]
    click(visit("train", words, project=searched.project_id, search=searched.id), f"delete_{job.id}")
    click(visit("jobs", words), "empty_bin")
    assert not searched.bin.exists()
    assert not searched.folder.exists()


def test_a_search_in_which_all_diverged_says_so_and_cannot_be_resumed(searched: Search, words: Words) -> None:
    searched.keep(Findings(trials=[FOUND.trials[3]]))
    job = job_of(searched)
    assert job is not None
    facts = {"count": 1, "learning_rate": 3e-4}
    finish(job, "failed", {"code": "search_all_diverged", "facts": facts})
    at = visit("train", words, project=searched.project_id, search=searched.id)
    assert errors(at) == [sentence(words, "search_all_diverged", **facts)]
    assert said("Resume", words) not in [button.label for button in at.button]


def test_a_search_that_is_gone_is_said(project: Project, words: Words) -> None:
    at = visit("train", words, project=project.id, search="gone")
    assert errors(at) == [sentence(words, "search_not_found")]


def test_lines_run_from_bound_to_bound_and_the_best_one_comes_last(searched: Search) -> None:
    words = Words("en")
    drawn = parallel_figure(searched, words)["data"]
    assert len(drawn) == 3, "a trial without a score has no place on the last axis"
    assert drawn[-1]["y"] == [place_on("learning_rate", (1e-5, 1e-3), 2.5e-4), 0.75, pytest.approx(0.13 / 0.3), 1.0]
    assert place_on("learning_rate", (1e-5, 1e-3), 1e-4) == pytest.approx(0.5)
    assert drawn[0]["line"]["dash"] == "dot"
    assert drawn[0]["x"] == [0, 1, 2], "given up: what it had reached half-way compares with nothing"
    assert drawn[-1]["line"]["width"] > drawn[-2]["line"]["width"]
    dots = trials_figure(searched, words)["data"]
    assert dots[0]["y"] == [81.0, 81.0, 90.0, 90.0]
    assert [trace["x"] for trace in dots[1:]] == [[1, 3], [2]]
