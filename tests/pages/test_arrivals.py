"""Paraphrases come in while one is at the review: they are counted, nothing moves by itself, and a click opens their page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from core.augment.plan import EngineChoice, Plan
from core.jobs.queue import claim, enqueue
from core.store.decisions import decide
from core.store.job_folder import Heartbeat
from core.store.project import Project
from core.words import Words
from pages.parts import pulse
from pages.parts.review_page import PAGE
from pages.parts.routes import live_address, routes
from tests.core.augment.reversing import laid_down
from tests.pages.screen import click, everything, run, said, visit
from tests.pages.test_review import pairs, shown
from tests.paraphrased import lay_down_paraphrases, paraphrase, state_of
from tests.tables import as_csv, messages


@pytest.fixture
def project(project_of: Callable[..., Project], held: None) -> Project:
    """A back-translation of it is at work."""
    made = project_of("messages.csv", as_csv(messages(60)))
    working = laid_down(made, Plan(engine=EngineChoice(name="apertium"), source="en", paths=("en>es>en",)))
    enqueue(working)
    assert claim("beside") is not None
    working.beat(Heartbeat(attempt=1, pid=1, command=[]))
    return made


def come(project: Project, *places: int) -> list[int]:
    """As they come: nobody has judged them."""
    raw = {"similarity": None, "novelty": None, "doubt": None, "judged_by": None, "flags": None}
    rows = [{**paraphrase(place), **raw} for place in places]
    return lay_down_paraphrases(project, rows)


def new(count: int, words: Words) -> str:
    return words.ngettext("{count} new paraphrase has come in.", "{count} new paraphrases have come in.", count)


def answer(project: Project, known: int, words: Words) -> Any:
    """What the browser is told."""
    pulse.forget()
    view = ("arrivals", words.language, project.id, str(known))
    return TestClient(Starlette(routes=routes())).get(live_address(view)).json()


def test_what_comes_is_reviewed_while_the_job_works(project: Project, words: Words) -> None:
    at = visit("augment", words, project=project.id)
    being_made = "They are being made. They will stand here, and none is learned from before you accept it."
    assert said(being_made, words) in everything(at)
    assert answer(project, 0, words) == {"html": "", "mark": "none"}
    first = come(project, *range(1, PAGE + 5))
    told = answer(project, 0, words)
    assert new(PAGE + 4, words) in told["html"]
    assert told["mark"] != "none", "so that the page is drawn again"
    at = run(at)
    assert shown(at) == first[::-1][:PAGE]
    unjudged = words.ngettext(
        "{count} of them is not judged yet: you can decide on it already; its figures and marks come when all are translated.",
        "{count} of them are not judged yet: you can decide on them already; their figures and marks come when all are translated.",
        PAGE + 4,
    )
    assert unjudged in everything(at)
    decide(project.id, first[:1], "accepted")
    assert state_of(first[0])["decision"] == "accepted"
    assert answer(project, PAGE + 4, words)["mark"] == "none"


def test_nothing_moves_until_a_click_brings_the_new_ones_in(project: Project, words: Words) -> None:
    first = come(project, *range(1, 2 * PAGE + 1))
    at = visit("augment", words, project=project.id)
    page = shown(at)
    button = f"review_{project.id}_bring_in"
    assert button not in [each.key for each in at.button]
    later = come(project, 51, 52, 53)
    at = run(at)
    assert shown(at) == page
    assert new(3, words) in everything(at)
    at = click(at, button)
    assert at.segmented_control(key=f"review_{project.id}_order").value == "row"
    assert shown(at) == later
    assert pairs(at)["picked"] == later[0]
    assert button not in [each.key for each in at.button]
    at = click(at, f"review_{project.id}_previous")
    assert shown(at) == first[PAGE:]
