"""What browsers ask for again and again while work goes on: small answers, made anew every second, and only for who has an address."""

from __future__ import annotations

import json
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from core.jobs.control import stop
from core.jobs.queue import claim, enqueue, finish
from core.store.job_folder import Heartbeat, Progress
from core.store.project import Project
from core.store.run import Run
from core.words import Words
from pages.parts import pulse
from pages.parts.pulse import GROWTH
from pages.parts.routes import live_address, routes
from tests.pages.screen import data_of, figures, said, visit
from tests.tables import lay_down

POINT = {"epoch": 0.5, "split": "train", "name": "loss", "value": 1.1, "time": 1.0}


@pytest.fixture
def server() -> TestClient:
    return TestClient(Starlette(routes=routes()))


@pytest.fixture
def working(held: None, project: Project) -> Run:
    run = lay_down(project)
    enqueue(run)
    claim("cpu")
    run.beat(Heartbeat(attempt=1, pid=1, command=[]))
    run.report(Progress(phase="training", step=40, steps=160, epoch=1, epochs=4, seconds_left=75))
    return run


def asked(server: TestClient, *view: str) -> Any:
    """The answer as if nobody had asked for a second."""
    pulse.forget()
    return server.get(live_address(view)).json()


def test_progress_is_what_the_page_shows_and_what_it_becomes(server: TestClient, working: Run, words: Words) -> None:
    view = ("progress", words.language, working.project_id, working.id)
    at = visit("train", words, project=working.project_id, run=working.id)
    [given] = [data_of(node) for node in at.main if node.type == "bidi_component" and "mark" in data_of(node)]
    assert given["address"].rpartition(".")[0].startswith("/parafine/now/")
    assert asked(server, *view) == {"html": given["html"], "mark": given["mark"]}
    working.report(Progress(phase="training", step=80, steps=160, epoch=2, epochs=4, seconds_left=50))
    then = asked(server, *view)
    assert "aria-valuenow='50'" in then["html"]
    assert said("about {duration} left", words, duration=words.duration(50)) in then["html"]
    assert then["mark"] == given["mark"], "more steps need no other buttons"
    stop(working)
    assert asked(server, *view)["mark"] != given["mark"]


def test_an_end_has_another_mark(server: TestClient, held: None, project: Project) -> None:
    run = lay_down(project)
    enqueue(run)
    of = ("fr", run.project_id, run.id)
    marks = [asked(server, "progress", *of)["mark"]]
    panels = [asked(server, "panel", "fr")["mark"]]
    job = claim("cpu")
    assert job is not None
    marks.append(asked(server, "progress", *of)["mark"])
    finish(job, "interrupted")
    marks.append(asked(server, "progress", *of)["mark"])
    panels.append(asked(server, "panel", "fr")["mark"])
    assert len(set(marks)) == 3
    assert len(set(panels)) == 2


def test_curves_grow_by_what_was_written(server: TestClient, working: Run, words: Words) -> None:
    of = (words.language, working.project_id, working.id)
    drawn = figures(visit("train", words, project=working.project_id, run=working.id))
    for name in ("loss", "score"):
        assert asked(server, name, *of) == {"figure": drawn[f"curve_{name}"]["figure"]}
        assert drawn[f"curve_{name}"]["live"]
    file = working.folder / "metrics.jsonl"
    for step in (1, 2):
        with file.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps({**POINT, "step": step}) + "\n")
        assert asked(server, "loss", *of)["figure"]["data"][0]["x"] == [0.5] * step


def test_a_long_curve_is_drawn_again_when_the_difference_can_be_seen(server: TestClient, working: Run) -> None:
    of = ("fr", working.project_id, working.id)
    file = working.folder / "metrics.jsonl"
    drawn: list[int] = []
    with file.open("a", encoding="utf-8") as lines:
        for step in range(1, 601):
            lines.write(json.dumps({**POINT, "step": step}) + "\n")
            if step % 2 == 0:
                lines.flush()
                drawn.append(len(asked(server, "loss", *of)["figure"]["data"][0]["x"]))
        assert drawn[:10] == list(range(2, 22, 2)), "a short curve grows by every point"
        assert all(
            behind <= step / GROWTH
            for step, behind in ((s, s - n) for s, n in zip(range(2, 602, 2), drawn, strict=True))
        )
        assert 60 < len(set(drawn)) < 180, "a long one by every sixtieth"
        lines.write(json.dumps({**POINT, "step": 600, "split": "validation"}) + "\n")
    [_thin, _mean, validation] = asked(server, "loss", *of)["figure"]["data"]
    assert validation["x"] == [0.5], "an evaluation is told at once"


def test_everybody_gets_the_answer_of_a_moment_ago(server: TestClient, working: Run) -> None:
    address = live_address(("progress", "fr", working.project_id, working.id))
    pulse.forget()
    first = server.get(address)
    working.report(Progress(phase="saving"))
    again = server.get(address)
    assert (again.content, again.headers["x-version"]) == (first.content, first.headers["x-version"])
    known = server.get(address, params={"have": first.headers["x-version"]})
    assert (known.status_code, known.content) == (204, b"")
    pulse.forget()
    later = server.get(address, params={"have": first.headers["x-version"]})
    assert later.status_code == 200
    assert said("Saving the model", Words("fr")) in later.json()["html"]


def test_what_is_gone_has_the_page_drawn_again(server: TestClient, held: None) -> None:
    assert asked(server, "progress", "fr", "0123456789ab", "0123456789ab") == {"html": "", "mark": "gone"}


def test_log_and_machine_are_told_in_the_page_s_language(server: TestClient, working: Run, words: Words) -> None:
    of = (words.language, working.project_id, working.id)
    assert said("The log is empty.", words) in asked(server, "log", *of)["html"]
    working.log.write_text("loss <b>0.5</b>\n", encoding="utf-8")
    assert "loss &lt;b&gt;0.5&lt;/b&gt;" in asked(server, "log", *of)["html"]
    assert said("Memory", words) in asked(server, "machine", *of)["html"]


def test_an_address_that_was_not_given_here_tells_nothing(server: TestClient, working: Run) -> None:
    address = live_address(("progress", "fr", working.project_id, working.id))
    for forged in (address.replace("/now/", "/now/A"), "/parafine/now/progress"):
        assert server.get(forged).status_code == 403
