"""What can be done with a training from its page: launch several, duplicate, change its settings, name it; and what is refused."""

from __future__ import annotations

import shutil
from typing import Any, NamedTuple

import pytest

from core.jobs.control import pause, resume, state_of
from core.jobs.queue import claim, enqueue, finish, job_of, jobs
from core.store.project import Project
from core.store.run import Run, list_runs
from core.store.storage import project_size
from core.train.footprint import weights_for
from core.train.settings import Settings
from core.words import Words
from pages.parts.plain import plain
from tests.pages.conftest import Ended
from tests.pages.screen import click, errors, everything, run, said, sentence, table, texts, titles, visit
from tests.pages.test_jobs import id_of
from tests.pages.test_train import field, shown
from tests.tables import lay_down

ODD = Settings(
    preset="own",
    epochs=9,
    batch_size=6,
    learning_rate=0.00023,
    max_tokens=56,
    warmup_share=0.07,
    weight_decay=0.035,
    dropout=0.15,
    patience=3,
    validation_share=0.17,
    test_share=0.21,
    seed=77,
)
"""Settings that no preset computes."""
NAME = "Taux *petit* & <b>"


class Room(NamedTuple):
    total: int
    used: int
    free: int


@pytest.fixture
def paused(held: None, project: Project) -> Run:
    made = lay_down(project, ODD)
    enqueue(made)
    pause(made)
    return made


def at_run(made: Run, words: Words) -> Any:
    return visit("train", words, project=made.project_id, run=made.id)


def test_a_duplicate_waits_with_the_same_settings(paused: Run, words: Words) -> None:
    at = click(at_run(paused, words), f"again_{id_of(paused)}")
    twin, former = list_runs(paused.project_id)
    assert former == paused
    assert at.query_params["run"] == twin.id
    assert said("Waiting for its turn", words) in everything(at)
    assert twin.record().settings == paused.record().settings
    assert twin.record().fingerprint == paused.record().fingerprint
    assert (state_of(twin), state_of(paused)) == ("queued", "paused")


def test_the_form_opens_with_exactly_these_settings(paused: Run, project: Project, words: Words) -> None:
    at = visit("train", words, project=project.id)
    field(at, "epochs", words).set_value(3)
    run(at)
    click(at_run(paused, words), f"change_{id_of(paused)}")
    at = visit("train", words, project=project.id)
    assert "run" not in at.query_params
    wanted = ODD.model_dump(exclude={"preset", "model", "paraphrases"})
    found = shown(at, words)
    assert len(found) >= 12
    assert found == pytest.approx({name: wanted[name] for name in found})
    at = click(at, "launch")
    assert errors(at) == []
    new, former = list_runs(project.id)
    assert former == paused
    assert new.record().settings == paused.record().settings
    assert state_of(paused) == "paused"


@pytest.mark.parametrize("code", ["loss_not_finite", "out_of_memory"])
def test_a_training_that_failed_of_its_settings_offers_others_first(paused: Run, words: Words, code: str) -> None:
    resume(paused)
    job = claim("cpu")
    assert job is not None
    finish(job, "failed", {"code": code, "facts": {"step": 1, "learning_rate": 0.1} if "loss" in code else {}})
    at = at_run(paused, words)
    assert at.button(key=f"correct_{job.id}").proto.type == "primary"
    keys = [button.key for button in at.button if button.key]
    assert (f"resume_{paused.id}" in keys) == (code == "out_of_memory")
    click(at, f"correct_{job.id}")
    assert shown(visit("train", words, project=paused.project_id), words)["epochs"] == 9


@pytest.mark.slow
def test_a_name_is_used_wherever_the_training_is_named(own: Ended, words: Words) -> None:
    named = own.done
    key = id_of(named)
    at = at_run(named, words)
    assert at.text_input(key=f"name_{key}").placeholder == said("Training {number}", words, number="1")
    at.text_input(key=f"name_{key}").input(f"  {NAME}\n")
    at = click(at, f"save_{key}")
    assert f"**{plain(NAME)}**" in [shown.value for shown in at.markdown]
    address = {"project": own.project.id, "run": named.id}
    at = visit("results", words, **address)
    assert [row[0] for row in table(at, said("Measured on", words))[1:]][-1] == NAME
    assert NAME in at.selectbox[0].options
    at = visit("use", words, **address)
    assert at.selectbox[0].options[-1].startswith(NAME + "\u00a0(")
    assert any(f"**{plain(NAME)}** · " in shown.value for shown in visit("jobs", words).markdown)
    at = at_run(named, words)
    at.text_input(key=f"name_{key}").input("")
    click(at, f"save_{key}")
    assert NAME not in everything(visit("use", words, **address))


def test_the_panel_uses_the_name_too(paused: Run, words: Words) -> None:
    at = at_run(paused, words)
    at.text_input(key=f"name_{id_of(paused)}").input(NAME)
    click(at, f"save_{id_of(paused)}")
    assert NAME in texts(visit("start", words))


def test_several_are_launched_with_one_click(held: None, project: Project, words: Words) -> None:
    at = visit("train", words, project=project.id)
    at.number_input(key="times").set_value(3)
    at = run(at)
    assert at.button(key="launch").label == said("Launch the trainings", words)
    at = click(at, "launch")
    assert titles(at) == [said("Jobs", words)]
    made = list_runs(project.id)[::-1]
    assert [each.record().settings["seed"] for each in made] == [42, 43, 44]
    trainings = [job for job in jobs("queued") if job.kind == "train"]
    assert [job.run for job in trainings][::-1] == made
    assert len({job.batch for job in trainings}) == 1


def test_a_launch_without_room_is_a_sentence_and_makes_nothing(
    held: None, project: Project, words: Words, monkeypatch: pytest.MonkeyPatch
) -> None:
    needed = weights_for(Settings(), project.id, "classes").on_disk
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Room(10**9, 10**9 - 1000, 1000))
    at = visit("train", words, project=project.id)
    for times in (1, 3):
        at.number_input(key="times").set_value(times)
        at = click(at, "launch")
        assert errors(at) == [sentence(words, "disk_full", free=1000, needed=needed, missing=needed - 1000)]
        assert titles(at) == [said("Train", words)]
    assert list_runs(project.id) == []
    assert jobs() == []


def test_a_launch_beyond_the_quota_is_a_sentence_and_makes_nothing(
    held: None, project: Project, words: Words, monkeypatch: pytest.MonkeyPatch
) -> None:
    needed = weights_for(Settings(), project.id, "classes").on_disk
    monkeypatch.setenv("PARAFINE_PROJECT_QUOTA", "1 MB")
    at = click(visit("train", words, project=project.id), "launch")
    facts = {"project": project.name, "size": project_size(project), "limit": 10**6, "needed": needed}
    assert errors(at) == [sentence(words, "quota_reached", **facts)]
    monkeypatch.setenv("PARAFINE_PROJECT_QUOTA", "a lot")
    at = click(visit("train", words, project=project.id), "launch")
    assert errors(at) == [sentence(words, "number_invalid", name="PARAFINE_PROJECT_QUOTA", found="a lot")]
    assert list_runs(project.id) == []
    assert jobs() == []


def test_a_resume_without_room_is_a_sentence_and_changes_nothing(
    paused: Run, words: Words, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Room(10**9, 10**9 - 1000, 1000))
    at = click(at_run(paused, words), f"resume_{paused.id}")
    [said_] = errors(at)
    needed = weights_for(Settings(), paused.project_id, "classes").on_disk - paused.size()
    assert said_ == sentence(words, "disk_full", free=1000, needed=needed, missing=needed - 1000)
    job = job_of(paused)
    assert job is not None
    assert (job.state, job.attempt) == ("paused", 1)
