"""The Jobs page: what works, what waits and in which order, what ended and how, the bin."""

from __future__ import annotations

import re

import pytest
from streamlit.testing.v1 import AppTest

from core.jobs.control import delete, state_of
from core.jobs.queue import claim, enqueue, finish, job_of, jobs, waiting_in_order
from core.store.job_folder import Heartbeat, Progress, State
from core.store.project import Project
from core.store.run import Run, list_runs
from core.words import Words
from tests.pages.screen import click, errors, everything, run, said, sentence, table, texts, titles, visit
from tests.tables import lay_down


@pytest.fixture
def queue(held: None, project: Project) -> list[Run]:
    """Three trainings that wait."""
    runs = [lay_down(project) for _ in range(3)]
    enqueue(*runs)
    return runs


def at_work(progress: Progress) -> Run:
    """The next one that waits, taken up by a worker that holds 1.5 GB."""
    job = claim("cpu")
    assert job is not None
    job.folder.beat(Heartbeat(attempt=job.attempt, pid=1, command=[], memory=1_500_000_000))
    job.folder.report(progress)
    return job.run


def end(state: State, reason: dict[str, object] | None = None) -> Run:
    """The next one that waits, taken and over."""
    job = claim("cpu")
    assert job is not None
    assert finish(job, state, reason)
    return job.run


def order(at: AppTest) -> list[str]:
    """What waits, as the page numbers it: "1. Training 2", …"""
    found = [re.match(r"(\d+\. )\*\*(.+?)\*\* · ", shown.value) for shown in at.main.markdown]
    return [match[1] + match[2] for match in found if match]


def numbered(words: Words, *numbers: int) -> list[str]:
    return [
        f"{place}. {said('Training {number}', words, number=str(number))}"
        for place, number in enumerate(numbers, start=1)
    ]


def headers(at: AppTest) -> list[str]:
    return [shown.value for shown in at.header]


def heads(words: Words, *names: str) -> list[str]:
    return [said(name, words) for name in names]


def id_of(run: Run) -> str:
    job = job_of(run)
    assert job is not None
    return job.id


def test_an_empty_home_says_that_nothing_works(held: None, words: Words) -> None:
    at = visit("jobs", words)
    assert titles(at) == [said("Jobs", words)]
    assert headers(at) == heads(words, "Under way")
    assert texts(at).count(said("Nothing runs, nothing waits.", words)) == 2, "on the page and in the panel"
    assert said("Memory", words) in texts(at)


def test_what_waits_stands_in_the_order_in_which_it_will_run(queue: list[Run], words: Words) -> None:
    at = visit("jobs", words)
    assert order(at) == numbered(words, 1, 2, 3)
    first, _, last = map(id_of, queue)
    assert at.button(key=f"up_{first}").disabled
    assert at.button(key=f"down_{last}").disabled
    at = click(at, f"up_{last}")
    assert order(at) == numbered(words, 1, 3, 2)
    at = click(at, f"down_{first}")
    assert order(at) == numbered(words, 3, 1, 2)
    assert [job.run for job in waiting_in_order()] == [queue[2], queue[0], queue[1]]
    assert at_work(Progress()) == queue[2]


def test_one_may_go_before_all_others_and_back(queue: list[Run], words: Words) -> None:
    last = id_of(queue[2])
    at = click(visit("jobs", words), f"first_{last}")
    assert order(at) == numbered(words, 3, 1, 2)
    assert at.button(key=f"first_{last}").label == said("Not first", words)
    assert at.button(key=f"down_{last}").disabled, "nobody else is that urgent"
    assert at.button(key=f"up_{id_of(queue[0])}").disabled
    at = click(at, f"first_{last}")
    assert order(at) == numbered(words, 1, 2, 3)
    assert at.button(key=f"first_{last}").label == said("First", words)


def test_one_is_taken_out_and_comes_back_at_the_end(queue: list[Run], words: Words) -> None:
    at = click(visit("jobs", words), f"stop_{queue[0].id}")
    assert state_of(queue[0]) == "stopped"
    assert order(at) == numbered(words, 2, 3)
    assert headers(at) == heads(words, "Under way", "Waiting", "Ended")
    at = click(at, f"resume_{queue[0].id}")
    assert order(at) == numbered(words, 2, 3, 1)
    assert headers(at) == heads(words, "Under way", "Waiting")


def test_what_works_shows_phase_step_and_time_left(queue: list[Run], words: Words) -> None:
    working = at_work(Progress(phase="training", step=30, steps=120, epoch=1.0, epochs=4, seconds_left=75.0))
    at = visit("jobs", words)
    [bar] = at.main.get("progress")
    facts = said(
        "step {step} of {steps} · epoch {epoch} of {epochs}",
        words,
        step="30",
        steps="120",
        epoch=words.decimal(1, 1),
        epochs="4",
    )
    left = said("about {duration} left", words, duration=words.duration(75))
    assert (bar.value, bar.proto.text) == (25, f"{said('Training', words)} · {facts} · {left}")
    held = said("Of the memory, {size} belong to what runs below.", words, size=words.size(1_500_000_000))
    assert held in texts(at)
    at = click(at, f"pause_{working.id}")
    assert working.asked() == "pause"
    assert said("Pausing: a checkpoint is being kept.", words) in texts(at)
    assert at.button(key=f"pause_{working.id}").disabled
    at = click(at, f"stop_{working.id}")
    assert working.asked() == "stop"
    assert at.button(key=f"stop_{working.id}").disabled
    at = click(at, f"open_{id_of(working)}")
    assert titles(at) == [said("Train", words)]
    assert at.query_params["run"] == working.id


def test_what_ended_says_how_and_what_can_be_done(queue: list[Run], words: Words) -> None:
    facts = {"free": 5_000_000, "needed": 30_000_000, "missing": 25_000_000}
    full = end("failed", {"code": "disk_full", "facts": facts})
    diverged = end("failed", {"code": "loss_not_finite", "facts": {"step": 7, "learning_rate": 0.01}})
    interrupted = end("interrupted")
    at = visit("jobs", words)
    shown = everything(at)
    assert sentence(words, "disk_full", **facts) in shown
    assert sentence(words, "loss_not_finite", step=7, learning_rate=0.01) in shown
    keys = [button.key for button in at.button]
    assert [f"resume_{run.id}" in keys for run in (full, diverged, interrupted)] == [True, False, True]
    [job] = jobs("interrupted")
    assert job.ended_at is not None
    facts_of_it = (said("interrupted", words), words.moment(job.ended_at), words.size(interrupted.size()))
    assert " · ".join(facts_of_it) in texts(at)


def test_a_job_that_ends_meanwhile_moves_down_the_page(queue: list[Run], words: Words) -> None:
    at_work(Progress(phase="training", step=1, steps=2))
    at = visit("jobs", words)
    assert headers(at) == heads(words, "Under way", "Waiting")
    [job] = jobs("running")
    finish(job, "done")
    assert headers(run(at)) == heads(words, "Under way", "Waiting", "Ended")


def test_a_deleted_training_lies_in_the_bin_and_can_be_taken_back(queue: list[Run], words: Words) -> None:
    run_ = end("stopped")
    address = {"project": run_.project_id, "run": run_.id}
    at = click(visit("train", words, **address), f"delete_{id_of(run_)}")
    assert titles(at) == [said("Jobs", words)]
    assert errors(at) == []
    assert "run" not in at.query_params
    assert headers(at) == heads(words, "Under way", "Waiting", "Bin")
    assert list_runs(run_.project_id) == [queue[2], queue[1]]
    at = click(visit("jobs", words), f"back_{id_of(run_)}")
    assert headers(at) == heads(words, "Under way", "Waiting", "Ended")
    assert list_runs(run_.project_id) == queue[::-1]


def test_the_bin_is_emptied_for_good(queue: list[Run], words: Words) -> None:
    gone = end("stopped")
    delete(gone)
    at = click(visit("jobs", words), "empty_bin")
    assert headers(at) == heads(words, "Under way", "Waiting")
    assert not gone.bin.exists()
    assert jobs(deleted=True) == []


def test_the_room_that_projects_take_is_shown(queue: list[Run], words: Words, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAFINE_PROJECT_QUOTA", "2 GB")
    at = visit("jobs", words)
    [(name, size)] = table(at, said("Size", words))[1:]
    assert name == "messages"
    assert size != words.size(0)
    assert said("A project may take {limit}.", words, limit=words.size(2 * 10**9)) in texts(at)


def test_the_page_leads_back_to_the_projects(queue: list[Run], words: Words) -> None:
    for address in ({}, {"project": queue[0].project_id}):
        at = click(visit("jobs", words, **address), "all_projects")
        assert titles(at) == [said("Your texts, your classifier", words)]
