"""Which language should I choose? The ways offered, the answer in a sentence and a table, in both languages."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from typing import Any

import pytest
import streamlit as st

from core.augment.chosen import engine_of
from core.augment.draft import keep_plan, read_plan
from core.augment.plan import EngineChoice, Plan
from core.jobs.augment import agree
from core.jobs.queue import claim, finish, job, jobs
from core.store.comparison import Comparison, ComparisonRecord, Way, create_comparison, newest_comparison
from core.store.project import Project
from core.store.run import utc_now
from core.words import Words
from pages.parts.review_cards import path_words
from tests.pages.screen import click, everything, run, said, table, visit
from tests.services.server import served
from tests.tables import as_csv, messages


@pytest.fixture
def project(project_of: Callable[..., Project]) -> Project:
    return project_of("messages.csv", as_csv(messages(60)))


def trial(path: str, similarity: float | None, novelty: float | None, failed: int = 0) -> dict[str, Any]:
    problem = {"code": "unreachable", "facts": {"service": "Apertium"}} if failed else None
    return {
        "engine": "apertium",
        "path": path,
        "rows": 20,
        "failed": failed,
        "seconds": 1.25,
        "similarity": similarity,
        "novelty": novelty,
        "flagged": 2,
        "unchanged": 1,
        "samples": [["<b>my</b> parcel", f"our parcel {path}"]] if similarity else [],
        "problem": problem,
    }


def compared(project: Project, trials: list[dict[str, Any]], state: str = "done", language: str = "en") -> Comparison:
    from core.jobs.queue import enqueue

    ways = [Way(engine="apertium", path=each["path"]) for each in trials]
    record = ComparisonRecord(language=language, rows=[("r1", "x")], ways=ways, created_at=utc_now())
    comparison = create_comparison(project.id, record)
    enqueue(comparison)
    taken = claim("beside")
    assert taken is not None
    comparison.keep_trials(trials)
    finish(taken, state)
    return comparison


def test_the_answer_is_a_sentence_a_table_and_samples(project: Project, words: Words, held: None) -> None:
    trials = [trial("en>es>en", 0.86, 0.32), trial("en>ca>en", 0.81, 0.38), trial("en>fr>en", None, None, failed=20)]
    compared(project, trials)
    at = visit("augment", words, project=project.id)
    answer = said(
        "**{way}** keeps {meaning} of the meaning, about as much as the best here, and changes {novelty}. Read the samples before "
        "you believe it: they say more than the figures.",
        words,
        way=f"Apertium, {path_words('en>es>en')}",
        meaning=words.percent(0.86, 0),
        novelty=words.percent(0.32, 0),
    )
    assert answer in [shown.value for shown in at.markdown]
    rows = table(at, said("Meaning kept", words))
    assert [row[0] for row in rows[1:]] == [f"Apertium, {path_words(f'en>{pivot}>en')}" for pivot in ("es", "ca", "fr")]
    assert rows[1][1:] == [
        words.percent(0.86, 0),
        words.percent(0.32, 0),
        "2",
        "1",
        "0",
        f"{words.decimal(1.25, 1)}\u00a0s",
    ]
    assert rows[3][1:3] == ["–", "–"]
    assert said("{service} cannot be reached from this machine.", words, service="Apertium") in everything(at)
    assert "&lt;b&gt;my&lt;/b&gt; parcel" in "".join(shown.value for shown in at.html)
    read = said("How much of the meaning is kept is read by {model}.", words, model="all-MiniLM-L6-v2")
    weak = "{model} learned to read English: of other languages it sees common words rather than the meaning."
    assert read in everything(at)
    assert said(weak, words, model="all-MiniLM-L6-v2") not in everything(at)
    compared(project, [trial("fr>ca>fr", 0.9, 0.3)], language="fr")
    shown = everything(visit("augment", words, project=project.id))
    assert f"{read} {said(weak, words, model='all-MiniLM-L6-v2')}" in shown


def test_when_nothing_came_back_that_is_said(project: Project, words: Words, held: None) -> None:
    compared(project, [trial("en>es>en", None, None, failed=20)])
    at = visit("augment", words, project=project.id)
    assert said("None of these ways brought back what could be used.", words) in [shown.value for shown in at.warning]


def test_a_click_queues_the_ways_of_this_machine_and_no_service_without_a_yes(
    project: Project, words: Words, held: None
) -> None:
    if shutil.which("apertium") is None:
        pytest.skip("apertium is not installed here")
    at = visit("augment", words, project=project.id)
    if "compare" not in [button.key for button in at.button]:
        pytest.skip("apertium does not know this language here")
    assert "MyMemory" in everything(at)
    at = click(at, "compare")
    comparison = newest_comparison(project.id)
    assert comparison is not None
    record = comparison.record()
    assert {way.engine for way in record.ways} == {"apertium"}
    assert len(record.rows) == 20
    [queued] = jobs()
    assert (queued.kind, queued.state) == ("compare", "queued")
    assert job(queued.id) is not None
    assert said("A comparison of languages", words) in everything(at)


def test_a_way_that_does_not_work_is_said_and_another_taken_in_its_place(
    project: Project, words: Words, held: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    with served("google", fault=lambda number, texts: "page") as google, served("libretranslate") as libre:
        monkeypatch.setenv("PARAFINE_GOOGLE_URL", google.url)
        monkeypatch.setenv("PARAFINE_LIBRETRANSLATE_URL", libre.url)
        choice = EngineChoice(name="google")
        agree(project.id, engine_of(choice), 100)
        keep_plan(project, Plan(engine=choice, source="en", paths=("en>es>en",)))
        st.cache_data.clear()
        at = visit("augment", words, project=project.id)
        ways = at.multiselect(key=f"ways_{project.id}_en")
        assert {way.engine for way in ways.value} == {"libretranslate"}
        broken, sound = Way(engine="google", path="en>fr>en"), Way(engine="libretranslate", path="en>es>en")
        ways.set_value([broken, sound])
        at = click(run(at), "compare")
        problem = said("{service} sent a web page instead of a translation.", words, service="Google")
        sentence = "{engine} does not work now. {problem} Choose another engine, or try again later."
        assert said(sentence, words, engine="Google", problem=problem) in everything(at)
        assert newest_comparison(project.id) is None
        at = click(at, "compare_other")
        other = Way(engine="libretranslate", path="en>fr>en")
        assert at.multiselect(key=f"ways_{project.id}_en").value == [sound, other]
        at.multiselect(key=f"ways_{project.id}_en").set_value([broken, sound])
        click(click(run(at), "compare"), "compare_working")
    comparison = newest_comparison(project.id)
    assert comparison is not None
    assert comparison.record().ways == [sound]


def test_the_answer_is_taken_over_into_the_form(project: Project, words: Words, held: None) -> None:
    kept = Plan(engine=EngineChoice(name="apertium"), source="en", paths=("en>ca>en", "en>es>ca>en"), parts="text")
    keep_plan(project, kept)
    compared(project, [trial("en>es>en", 0.86, 0.32), trial("en>ca>en", 0.81, 0.38)])
    at = visit("augment", words, project=project.id)
    button = at.button(key="take_way")
    assert button.label == said(
        "Use {way} in the form above",
        words,
        way="Apertium, en → es → en".replace(" →", "\N{NO-BREAK SPACE}→").replace("→ ", "→\N{NO-BREAK SPACE}"),
    )
    at = click(at, "take_way")
    assert read_plan(project) == kept.model_copy(update={"paths": ("en>es>en",)})
    assert at.button(key="take_way").disabled
    # What the form shows by now is what is kept when something else is changed.
    at.text_input(key="chains_en_1").set_value("en>ca>es>en")
    at.run()
    found = read_plan(project)
    assert found is not None
    assert set(found.paths) == {"en>es>en", "en>ca>es>en"}
