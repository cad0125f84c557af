"""The review on the Augment page: pairs, filters, thresholds, and what each button does, in both languages."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from core.augment.flags import FLAGS
from core.jobs.queue import claim, finish, jobs
from core.jobs.worker import WORK
from core.store.database import engine
from core.store.decisions import decide
from core.store.paraphrase_rows import ParaphraseRow
from core.store.paraphrases import ALL, Filter, counts, page
from core.store.project import Project
from core.words import Words
from pages.parts.review import perform
from pages.parts.review_page import PAGE, opened, pick
from pages.parts.routes import routes
from tests.pages.screen import click, data_of, everything, figures, run, said, visit
from tests.paraphrased import lay_down_paraphrases, paraphrase, state_of
from tests.tables import as_csv, messages

MANY = 50


@pytest.fixture
def project(project_of: Callable[..., Project]) -> Project:
    return project_of("messages.csv", as_csv(messages(60)))


@pytest.fixture
def ids(project: Project) -> list[int]:
    rows = messages(60)
    return lay_down_paraphrases(
        project,
        [
            paraphrase(
                place,
                origin_text=rows[place - 1]["text"],
                text=f"<b>text</b> {place}",
                label=rows[place - 1]["label"],
                path="en>es>en" if place % 2 else "en>ca>en",
                similarity=place / MANY,
                novelty=0.0 if place == MANY else 0.5,
                doubt=float(place),
                flags=[{"code": "number_lost", "facts": {"number": "<12>"}}]
                if place == MANY
                else ["unchanged"]
                if place == 49
                else [],
            )
            for place in range(1, MANY + 1)
        ],
    )


def pairs(at: AppTest) -> dict[str, Any]:
    """What the list was given."""
    [given] = [data_of(node) for node in at.main if node.type == "bidi_component" and "pairs" in data_of(node)]
    return given


def shown(at: AppTest) -> list[int]:
    return [pair["id"] for pair in pairs(at)["pairs"]]


def test_without_a_paraphrase_the_page_says_what_to_do(project: Project, words: Words) -> None:
    at = visit("augment", words, project=project.id)
    message = (
        "There is no paraphrase to look at yet. Choose an engine and a pivot language above and start: "
        "they will stand here, and none is learned from before you accept it."
    )
    assert said(message, words) in [remark.value for remark in at.info]


def test_a_page_of_pairs_the_most_doubtful_first_and_never_more(project: Project, ids: list[int], words: Words) -> None:
    at = visit("augment", words, project=project.id)
    assert shown(at) == ids[::-1][:PAGE]
    first = pairs(at)["pairs"][0]
    assert words.gettext(FLAGS["number_lost"]).format(number="&lt;12&gt;") in first["html"]
    assert "<b>text" not in first["html"]
    assert "&lt;b&gt;text" in first["html"]
    assert "<ins>&lt;b&gt;text" in first["html"]
    at = click(at, f"review_{project.id}_next")
    assert shown(at) == ids[::-1][PAGE : 2 * PAGE]
    at = click(at, f"review_{project.id}_next")
    assert shown(at) == ids[::-1][2 * PAGE :]
    assert at.button(key=f"review_{project.id}_next").disabled
    at = click(at, f"review_{project.id}_previous")
    assert shown(at) == ids[::-1][PAGE : 2 * PAGE]


def test_filters_leave_what_was_chosen(project: Project, ids: list[int], words: Words) -> None:
    at = visit("augment", words, project=project.id)
    at.selectbox(key=f"review_{project.id}_flag").select("number_lost")
    assert shown(run(at)) == [ids[-1]]
    at.selectbox(key=f"review_{project.id}_flag").select("")
    at.selectbox(key=f"review_{project.id}_label").select("=refund")
    at.selectbox(key=f"review_{project.id}_path").select("en>ca>en")
    rows = page(project.id, Filter(label="refund", path="en>ca>en"), "doubt", 0, 100)
    assert shown(run(at)) == [row.id for row in rows]
    decide(project.id, ids, "rejected")
    at.selectbox(key=f"review_{project.id}_path").select("")
    assert said("No paraphrase fits these choices. Choose “all” above to see the others.", words) in everything(run(at))


def test_thresholds_say_what_they_keep_and_one_click_accepts_it(project: Project, ids: list[int], words: Words) -> None:
    at = visit("augment", words, project=project.id)
    at.slider(key=f"review_{project.id}_meaning").set_value(80)
    at = run(at)
    # From 40 on; not 49, which says nothing new, nor 50, which is not new enough.
    assert words.ngettext("{count} pair reaches both", "{count} pairs reach both", 9) in everything(at)
    assert figures(at)["review_similarity"]["figure"]["layout"]["shapes"][0]["x0"] == 0.8
    assert len(figures(at)["review_dots"]["figure"]["data"][0]["x"]) == MANY
    at = click(at, f"review_{project.id}_accept_above")
    assert counts(project.id).accepted == 9
    assert at.button(key=f"review_{project.id}_accept_above").disabled
    at = click(at, f"review_{project.id}_undo")
    assert counts(project.id).accepted == 0
    at = click(at, f"review_{project.id}_reject_idle")
    assert state_of(ids[48])["decision"] == "rejected"
    assert counts(project.id).rejected == 1


def test_the_page_that_is_open_stays_while_it_is_decided_and_the_next_one_skips_nothing(
    project: Project, ids: list[int], words: Words
) -> None:
    at = visit("augment", words, project=project.id)
    decide(project.id, ids[-3:], "accepted")
    at = run(at)
    assert at.selectbox(key=f"review_{project.id}_decision").value == "undecided"
    assert shown(at) == ids[::-1][:PAGE]
    assert [pair["decision"] for pair in pairs(at)["pairs"]][:4] == ["accepted"] * 3 + ["undecided"]
    at = click(at, f"review_{project.id}_next")
    assert shown(at) == ids[::-1][PAGE : 2 * PAGE]


def test_acts_that_come_twice_are_done_once_and_a_fault_of_one_is_said(project: Project, ids: list[int]) -> None:
    done: dict[str, Any] = {"box": None, "number": 0}
    acts = [{"number": 1, "act": "accepted", "id": ids[0]}, {"number": 2, "act": "rejected", "id": ids[1]}]
    perform(project, ALL, {"box": "x", "acts": acts}, done)
    acts += [
        {"number": 3, "act": "undo"},
        {"number": 4, "act": "edit", "id": ids[2], "text": " ", "question": None},
        {"number": 5, "act": "edit", "id": ids[3], "text": "mine", "question": None},
    ]
    perform(project, ALL, {"box": "x", "acts": acts}, done)
    perform(project, ALL, {"box": "x", "acts": acts}, done)
    assert done == {"box": "x", "number": 5}
    assert [state_of(each)["decision"] for each in ids[:4]] == ["accepted", None, None, "accepted"]
    assert state_of(ids[3])["final_text"] == "mine"
    perform(project, ALL, {"box": "y", "acts": [{"number": 1, "act": "undo"}]}, done)
    assert state_of(ids[3])["decision"] is None


def test_a_dot_opens_the_page_of_its_pair(project: Project, ids: list[int]) -> None:
    pick(project, ids[10])
    assert opened(project)["first"] == 20
    assert opened(project)["picked"] == ids[10]


def test_the_file_is_made_when_it_is_asked_for(project: Project, ids: list[int], words: Words) -> None:
    at = visit("augment", words, project=project.id)
    [html] = [shown.value for shown in at.html if "/parafine/augmented/" in shown.value]
    assert html.count("<a ") == 1, "nothing is accepted yet"
    decide(project.id, ids[:2], "accepted")
    server = TestClient(Starlette(routes=routes()))
    [html] = [shown.value for shown in run(at).html if "/parafine/augmented/" in shown.value]
    accepted, every = [part.split("'")[0] for part in html.split("href='")[1:]]
    for address, expected in ((accepted, 62), (every, 60 + MANY)):
        answer = server.get(address)
        assert answer.status_code == 200
        assert "messages-parafine.csv" in answer.headers["content-disposition"]
        delimiter = ";" if words.language == "fr" else ","
        assert len(list(csv.reader(io.StringIO(answer.text), delimiter=delimiter))) == expected + 1
    forged = accepted.replace("/augmented/", "/augmented/x")
    assert server.get(forged).status_code == 403


def test_another_model_can_be_asked_and_the_names_of_those_that_read_are_said(
    project: Project, ids: list[int], words: Words, tiny_bert: Path, held: None
) -> None:
    at = visit("augment", words, project=project.id)
    assert said("How much of the meaning is kept is read by {model}.", words, model="all-MiniLM-L6-v2") in everything(
        at
    )
    assert at.button(key="judge_again").disabled
    at.selectbox(key="again_judge_embedded_False").select_index(3)
    run(at)
    field = at.text_input(key="again_judge_folder")
    field.set_value(str(tiny_bert) + "-absent")
    run(at)
    click(at, "judge_again")
    assert [error.value for error in at.error] != []
    assert jobs() == []
    at.text_input(key="again_judge_folder").set_value(str(tiny_bert))
    run(at)
    click(at, "judge_again")
    [queued] = jobs()
    assert (queued.kind, queued.state) == ("judge", "queued")
    assert said("A judgement by another model", words) in everything(at)
    # A worker does it; here the same in this process.
    taken = claim("beside")
    assert taken is not None
    finish(taken, WORK["judge"](taken.folder, 1, lambda: None))
    at = visit("augment", words, project=project.id)
    assert said("How much of the meaning is kept is read by {model}.", words, model=tiny_bert.name) in everything(at)
    assert said("The paraphrases are judged again.", words) in everything(at)
    with Session(engine()) as session, session.begin():
        session.execute(update(ParaphraseRow).where(ParaphraseRow.id == ids[0]).values(judged_by="embedded:"))
    shown = everything(visit("augment", words, project=project.id))
    assert (
        said("Figures of different models cannot be compared: judge all again with one of them, above.", words) in shown
    )
