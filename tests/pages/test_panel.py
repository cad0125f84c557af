"""The panel beside every page, the word when a job ends, and a home that cannot be used."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.jobs.queue import claim, enqueue, finish, jobs
from core.store.job_folder import Heartbeat, Progress
from core.store.project import Project
from core.store.run import Run
from core.words import Words
from pages.parts.shell import PAGES
from tests.pages.screen import data_of, errors, followed, run, said, sentence, texts, visit
from tests.tables import lay_down

EVERYWHERE = ["start", *PAGES, "jobs"]


@pytest.fixture
def busy(held: None, project: Project) -> list[Run]:
    """One over, one at work, five that wait."""
    runs = [lay_down(project) for _ in range(7)]
    enqueue(*runs)
    first = claim("cpu")
    assert first is not None
    finish(first, "interrupted")
    second = claim("cpu")
    assert second is not None
    second.folder.beat(Heartbeat(attempt=1, pid=1, command=[]))
    second.folder.report(Progress(phase="training", step=40, steps=160, epoch=1, epochs=4, seconds_left=75))
    return runs


def panel(at: AppTest) -> str:
    [found] = followed(at, "jobs")
    return found


def told(at: AppTest) -> dict[str, Any]:
    """What the button for notifications was given."""
    found = [data_of(node) for node in at.sidebar if node.type == "bidi_component"]
    return next(entry for entry in found if "ended" in entry)


@pytest.mark.parametrize("page", EVERYWHERE)
def test_every_page_shows_what_works_what_waits_and_what_ended(busy: list[Run], words: Words, page: str) -> None:
    address = {} if page in ("start", "jobs") else {"project": busy[0].project_id}
    at = visit(page, words, **address)
    shown = texts(at)
    numbered = [said("Training {number}", words, number=str(number)) for number in range(1, 8)]
    assert set(numbered[:5]) <= set(shown)
    left = said("about {duration} left", words, duration=words.duration(75))
    assert f"{said('Training', words)} · {left}" in shown
    assert "aria-valuenow='25'" in panel(at)
    assert words.ngettext("and {count} more", "and {count} more", 2) in shown
    assert said("interrupted", words) in shown
    assert said("All jobs", words) in [link.label for link in at.page_link]
    assert told(at)["words"]["off"] == said("Tell me when a job ends", words)


def test_a_name_in_the_panel_leads_to_its_training(busy: list[Run]) -> None:
    wanted = f"<a href='train?project={busy[1].project_id}&amp;run={busy[1].id}&amp;lang=fr' target='_self'>"
    assert wanted in panel(visit("start", Words("fr")))


def test_an_end_is_told_once_and_old_ones_are_no_news(busy: list[Run], words: Words) -> None:
    at = visit("start", words)
    assert not at.toast
    [job] = jobs("running")
    finish(job, "failed", {"code": "out_of_memory", "facts": {}})
    at = run(at)
    [toast] = at.toast
    name = said("Training {number}", words, number="2")
    assert toast.value == f"**{name}** · {said('failed', words)}"
    [newest, older] = told(at)["ended"]
    assert newest == {"id": f"{job.id}.1.failed", "title": f"{name} · {said('failed', words)}", "body": "messages"}
    assert older["id"].endswith(".1.interrupted")
    assert not run(at).toast
    assert not visit("start", words).toast


def too_new(folder: Path) -> Path:
    with sqlite3.connect(folder / "parafine.db") as database:
        database.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        database.execute("INSERT INTO alembic_version VALUES ('9999')")
    database.close()
    return folder


@pytest.mark.parametrize("page", EVERYWHERE)
def test_a_home_that_cannot_be_used_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: Words, page: str
) -> None:
    monkeypatch.delenv("PARAFINE_DATABASE_URL", raising=False)
    file = tmp_path / "file"
    file.touch()
    newer = tmp_path / "newer"
    newer.mkdir()
    unusable = {"folder": file, "problem": "this is a file, not a folder"}
    for home, wanted in [
        (file, sentence(words, "home_unusable", **unusable)),
        (too_new(newer), sentence(words, "home_too_new", folder=newer)),
    ]:
        monkeypatch.setenv("PARAFINE_HOME", str(home))
        at = visit(page, words, project="0123456789ab", run="0123456789ab")
        assert errors(at) == [wanted]
        assert at.segmented_control[0].label == said("Language", words)
        assert not at.page_link
