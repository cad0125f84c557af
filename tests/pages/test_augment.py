"""The Augment page: nothing leaves without a tick, what it comes to is said first, what failed can be tried again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.augment.draft import keep_plan, read_plan
from core.augment.engines.catalogue import DEEPL_PRICE
from core.augment.plan import EngineChoice, Plan
from core.augment.similarity import MULTILINGUAL
from core.jobs.augment import trainable
from core.jobs.queue import claim, enqueue, finish, jobs
from core.models.choice import ModelChoice
from core.store.arrivals import Arrival, keep_arrivals
from core.store.augmentation import list_augmentations
from core.store.consents import consents
from core.store.job_folder import Heartbeat, Progress
from core.store.project import Project, create_project
from core.words import Words
from tests.core.augment.reversing import laid_down
from tests.pages.screen import click, errors, everything, progress, run, said, table, visit
from tests.services.server import Service, served


@pytest.fixture(autouse=True)
def fresh_probes() -> None:
    st.cache_data.clear()


@pytest.fixture
def google(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    with served("google") as service:
        monkeypatch.setenv("PARAFINE_GOOGLE_URL", service.url)
        yield service


def planned(project: Project, engine: str = "google", **values: object) -> Plan:
    plan = Plan.model_validate({"engine": EngineChoice(name=engine), "source": "en", "paths": ("en>es>en",), **values})
    keep_plan(project, plan)
    return plan


def button(at: AppTest, key: str) -> bool:
    """Whether it can be pressed."""
    return not at.button(key=key).disabled


def test_without_a_table_it_leads_to_the_data(home: Path, words: Words) -> None:
    at = visit("augment", words, project=create_project("x").id)
    assert said("There is no table yet. Bring one first.", words) in everything(at)


def test_a_service_gets_nothing_before_the_tick_and_the_yes_is_kept(
    project: Project, google: Service, held: None, words: Words
) -> None:
    planned(project)
    at = visit("augment", words, project=project.id)
    shown = everything(at)
    assert said("Online: the texts are sent to {host}.", words, host="Google (127.0.0.1)") in shown
    assert words.ngettext("{count} row", "{count} rows", 48) in shown
    assert not button(at, "augment")
    at.checkbox(key="consent_google").check()
    run(at)
    assert button(at, "augment")
    # Only the sentence of ours has been sent so far.
    own = set(trainable(project).examples["text"])
    assert {text for _, texts in google.asked for text in texts} & own == set()
    at.button(key="augment").click()
    run(at)
    [consent] = consents(project.id)
    assert (consent.host, consent.engine) == ("Google (127.0.0.1)", "google")
    assert consent.characters > 1000
    [job] = jobs()
    assert (job.kind, job.state) == ("augment", "queued")
    assert Plan.model_validate(list_augmentations(project.id)[0].record().plan) == read_plan(project)


def test_an_engine_that_does_not_work_cannot_be_started_and_another_is_proposed(
    project: Project, google: Service, held: None, words: Words
) -> None:
    google.fault = lambda number, texts: "page"
    planned(project)
    at = visit("augment", words, project=project.id)
    problem = said("{service} sent a web page instead of a translation.", words, service="Google")
    sentence = "{engine} does not work now. {problem} Choose another engine, or try again later."
    assert said(sentence, words, engine="Google", problem=problem) in everything(at)
    at.checkbox(key="consent_google").check()
    run(at)
    assert not button(at, "augment")


def test_progress_then_how_it_ended_and_the_way_on(project: Project, held: None, words: Words) -> None:

    augmentation = laid_down(project, planned(project, "apertium"))
    enqueue(augmentation)
    job = claim("beside")
    assert job is not None
    augmentation.beat(Heartbeat(attempt=1, pid=1, command=[]))
    augmentation.report(Progress(phase="translating", step=12, steps=48, seconds_left=30))
    at = visit("augment", words, project=project.id)
    share, heading = progress(at)
    assert share == 25
    assert heading.startswith(words.gettext("Translating"))
    assert [each.key for each in at.button if each.key in ("augment", f"stop_{augmentation.id}")] == [
        f"stop_{augmentation.id}"
    ]
    finish(job, "interrupted")
    at = visit("augment", words, project=project.id)
    assert said(
        "The back-translation was cut off (the machine stopped, or its process was ended). "
        "What was translated so far is kept, and is not asked for again.",
        words,
    ) in everything(at)
    at.button(key=f"resume_{augmentation.id}").click()
    run(at)
    assert jobs()[0].state == "queued"


def test_rows_that_failed_say_why_and_are_tried_again(
    project: Project, google: Service, held: None, words: Words
) -> None:

    plan = planned(project)
    augmentation = laid_down(project, plan)
    first, second = augmentation.tasks()[:2]
    reason = {"code": "timed_out", "facts": {"service": "Google", "seconds": 20}}
    keep_arrivals(augmentation, [Arrival(task, "google", None, None, reason) for task in (first, second)])
    at = visit("augment", words, project=project.id)
    cells = table(at, words.gettext("Why"))
    assert cells[1][0] == first.origin.removeprefix("r")
    assert cells[1][4] == said("{service} did not answer within {seconds} s.", words, service="Google", seconds=20)
    assert not button(at, "try_again")
    at.checkbox(key="failed_consent_google").check()
    assert button(run(at), "try_again")
    one = at.selectbox(key="failed_rows")
    one.select_index(1)
    run(at)
    asked = len(google.asked)
    at = click(at, "try_again")
    # A sentence of ours first, unless the form above has just tried the same.
    assert len(google.asked) - asked <= 2
    [given] = consents(project.id)
    assert given.characters < 1000
    [again] = [each for each in list_augmentations(project.id) if each.id != augmentation.id]
    assert again.tasks() == [first]


def test_what_was_chosen_is_found_again_and_a_wrong_chain_is_said(project: Project, held: None, words: Words) -> None:
    planned(project, "apertium", paths=("en>es>en", "en>ca>es>en"), rows="picked", picked=("r2", "r3"))
    at = visit("augment", words, project=project.id)
    assert at.text_input(key="chains_en").value == "en>ca>es>en"
    assert at.text_input(key="plan_picked").value == "2, 3"
    at.text_input(key="chains_en").set_value("en>ca")
    run(at)
    assert len(errors(at)) == 1
    assert "en>ca" in errors(at)[0]
    assert "en>ca" in (read_plan(project) or planned(project)).paths


def test_the_judge_is_chosen_kept_with_the_plan_and_said_to_read_french_badly(
    project: Project, held: None, words: Words, tiny_bert: Path
) -> None:
    planned(project, "apertium")
    weak = said(
        "{model} learned to read English. Of texts in another language ({language}) it sees common words rather than the meaning: "
        "trust its figures less, or choose the multilingual model.",
        words,
        model="all-MiniLM-L6-v2",
        language=words.language_name("fr"),
    )
    at = visit("augment", words, project=project.id)
    assert weak not in everything(at)
    planned(project, "apertium", source="fr", paths=("fr>ca>fr",))
    at = visit("augment", words, project=project.id)
    assert weak in everything(at)
    at.selectbox(key="plan_judge_embedded_False").select_index(1)
    run(at)
    assert weak not in everything(at)
    kept = read_plan(project)
    assert kept is not None
    assert (kept.judge.kind, kept.judge.name) == ("hub", MULTILINGUAL)
    planned(project, "apertium", judge=ModelChoice(kind="folder", name=str(tiny_bert)))
    at = visit("augment", words, project=project.id)
    assert at.text_input(key="plan_judge_folder").value == str(tiny_bert)
    assert read_plan(project) == planned(project, "apertium", judge=ModelChoice(kind="folder", name=str(tiny_bert)))


def test_money_has_its_currency_its_day_and_about(
    project: Project, held: None, words: Words, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEEPL_API_KEY", "a-key-of-the-test")
    monkeypatch.setenv("MICROSOFT_API_KEY", "a-key-of-the-test")
    with served("deepl") as service:
        monkeypatch.setenv("PARAFINE_DEEPL_URL", service.url)
        planned(project, "deepl")
        shown = everything(visit("augment", words, project=project.id))
    assert (
        said(
            "Reckoned with about {price} for a million characters, the list price as we looked it up on {day}. A monthly fee may come on top, "
            "a free quota may come off: your account at the service says what counts.",
            words,
            price=words.money(20, "EUR"),
            day=words.day(DEEPL_PRICE.as_of),
        )
        in shown
    )
    assert "€" in shown
    assert "$" not in shown
    assert "a-key-of-the-test" not in shown


def test_a_key_in_the_address_is_left_out_before_anything_is_kept(project: Project, held: None, words: Words) -> None:
    planned(project, "libretranslate")
    at = visit("augment", words, project=project.id)
    at.text_input(key="libre_url").set_value("http://me:secret@127.0.0.1:9/x/?api_key=secret")
    run(at)
    kept = read_plan(project)
    assert kept is not None
    assert kept.engine.options == {"url": "http://127.0.0.1:9/x/"}
    assert said(
        "A key or a password in the address is not kept and not used: keys belong in LIBRE_API_KEY.", words
    ) in everything(at)
