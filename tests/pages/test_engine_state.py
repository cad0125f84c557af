"""What the Augment page does about an engine that does not work: it says why, what to do, and proposes the next best one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import streamlit as st

from core.augment.chosen import engine_of
from core.augment.draft import keep_plan
from core.augment.plan import EngineChoice, Plan
from core.jobs.augment import agree
from core.jobs.queue import jobs
from core.store.arrivals import Arrival, keep_arrivals
from core.store.augmentation import list_augmentations
from core.store.project import Project
from core.words import Words
from tests.core.augment.reversing import laid_down
from tests.pages.screen import click, everything, said, visit
from tests.services.server import served


@pytest.fixture(autouse=True)
def fresh_probes() -> None:
    st.cache_data.clear()


def planned(project: Project, engine: str) -> Plan:
    plan = Plan(engine=EngineChoice(name=engine), source="en", paths=("en>es>en",))
    keep_plan(project, plan)
    return plan


def test_an_engine_that_does_not_work_is_not_tried_again_and_the_next_best_is_proposed(
    project: Project, held: None, words: Words, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = planned(project, "google")
    augmentation = laid_down(project, plan)
    reason = {"code": "timed_out", "facts": {"service": "Google", "seconds": 20}}
    keep_arrivals(augmentation, [Arrival(augmentation.tasks()[0], "google", None, None, reason)])
    planned(project, "apertium")
    with served("google", fault=lambda number, texts: "429") as google, served("libretranslate") as libre:
        monkeypatch.setenv("PARAFINE_GOOGLE_URL", google.url)
        agree(project.id, engine_of(plan.engine), 100)
        monkeypatch.setenv("PATH", "")  # no Apertium: a server of one's own is the next best
        monkeypatch.setenv("PARAFINE_LIBRETRANSLATE_URL", libre.url)
        at = click(visit("augment", words, project=project.id), "try_again")
        problem = said("{service} refuses more requests for now.", words, service="Google")
        sentence = "{engine} does not work now. {problem} Choose another engine, or try again later."
        assert said(sentence, words, engine="Google", problem=problem) in everything(at)
        assert jobs() == []
        at = click(at, "failed_instead_libretranslate")
        assert jobs() == []
        click(at, "try_again")
    [job] = jobs()
    assert Plan.model_validate(list_augmentations(project.id)[0].record().plan).engine.name == "libretranslate"
    assert job.state == "queued"


def test_where_a_key_is_missing_the_page_says_which_name_belongs_where_and_reads_it_from_there(
    project: Project, held: None, home: Path, words: Words, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DEEPL_API_KEY", raising=False)
    with served("deepl") as service:
        monkeypatch.setenv("PARAFINE_DEEPL_URL", service.url)
        planned(project, "deepl")
        at = visit("augment", words, project=project.id)
        shown = everything(at)
        assert said("{service} needs a key.", words, service="DeepL") in shown
        file = home / "secrets.toml"
        assert [line.value for line in at.code] == ['DEEPL_API_KEY = "…"']
        assert str(file) in shown.replace("\\", "")
        if os.name != "nt":
            assert f"chmod 600 {file}" in shown
        file.write_text('DEEPL_API_KEY = "a-key-of-the-test"', encoding="utf-8")
        file.chmod(0o644)
        shown = everything(visit("augment", words, project=project.id))
        works = "{engine} works now: it was tried with one sentence of ours."
        assert said(works, words, engine="DeepL") in shown
        exposed = words.gettext("Other people of this machine may read the keys in {file}. Close it to them: {command}")
        assert (exposed.split("{")[0] in shown) == (os.name != "nt")
        file.write_text("DEEPL_API_KEY = a-key-of-the-test", encoding="utf-8")
        file.chmod(0o600)
        shown = everything(visit("augment", words, project=project.id))
        broken = words.gettext(
            "The file {file} cannot be read, so no key is taken from it. Each line must be like this one: {line}"
        )
        assert broken.split("{")[0] in shown
        assert "a-key-of-the-test" not in shown
