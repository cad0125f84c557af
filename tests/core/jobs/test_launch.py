"""Launching freezes everything in a run and queues it; what cannot work is said at once, and nothing is made."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest

from core.data.columns import Roles
from core.errors import UserError
from core.jobs.control import state_of, stop
from core.jobs.launch import launch, launch_all, learnable, parts_seen
from core.jobs.processes import supervisor_lock
from core.jobs.queue import job_of, jobs, waiting_in_order
from core.models.choice import ModelChoice
from core.models.outlook import check_choice
from core.store.project import Project, create_project, set_roles
from core.store.run import list_runs
from core.train.settings import Settings
from tests.conftest import processes_of
from tests.tables import as_csv, lay_down, messages
from tests.waiting import wait_until


def refused(project: Project, settings: Settings) -> UserError:
    """The error of a launch, once it is sure that it left nothing behind."""
    with pytest.raises(UserError) as caught:
        launch(project.id, settings)
    assert list_runs(project.id) == []
    assert jobs() == []
    assert not (project.folder / "runs").exists()
    return caught.value


def test_a_launch_freezes_settings_examples_and_versions_and_queues_the_run(
    project: Project, home: Path, tiny_bert: Path
) -> None:
    settings = Settings(model=ModelChoice(kind="folder", name=str(tiny_bert)), epochs=3, seed=7)
    run = launch(project.id, settings)
    assert state_of(run) in ("queued", "running")
    stop(run)
    record = run.record()
    assert Settings.model_validate(record.settings) == settings
    assert (record.number, record.table_name, record.roles) == (1, "messages.csv", Roles(text="text", label="label"))
    assert (record.files, record.tables) == ([("messages.csv", 60)], "messages.csv")
    assert record.labels == ["account", "delivery", "refund"]
    assert {name: record.versions[name] for name in ("torch", "peft", "optuna")} == {
        name: version(name) for name in ("torch", "peft", "optuna")
    }
    examples = run.examples()
    assert examples["part"].value_counts().to_dict() == record.parts == {"train": 48, "validation": 6, "test": 6}
    job = job_of(run)
    assert job is not None
    assert job.run == run
    wait_until(lambda: not processes_of(home))
    assert state_of(run) == "stopped"


def test_the_same_table_and_seed_give_the_same_examples(project: Project, make_project: Callable[..., Project]) -> None:
    first, second = lay_down(project), lay_down(make_project())
    assert first.record().fingerprint == second.record().fingerprint
    assert first.examples().equals(second.examples())


def test_a_project_without_a_table_has_nothing_to_learn(home: Path) -> None:
    assert refused(create_project("empty"), Settings()).code == "no_label_role"


def test_a_table_without_a_label_has_nothing_to_learn(project: Project) -> None:
    set_roles(project.id, Roles(text="text"))
    assert refused(project, Settings()).code == "no_label_role"


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (messages(9), "too_few_examples"),
        (messages(30, ["refund"]), "one_label"),
        ([{"text": f"the {row['label']}", "label": row["label"]} for row in messages(60)], "copies_too_few"),
    ],
)
def test_a_table_that_cannot_be_learned_from_is_refused(
    make_project: Callable[..., Project], rows: list[dict[str, str]], code: str
) -> None:
    project = make_project(as_csv(rows))
    set_roles(project.id, Roles(text="text", label="label"))
    assert refused(project, Settings()).code == code


def test_a_folder_without_a_model_is_refused_at_once(project: Project, tmp_path: Path) -> None:
    settings = Settings(model=ModelChoice(kind="folder", name=str(tmp_path)))
    assert refused(project, settings).code == "model_folder"


def test_a_run_without_a_model_cannot_be_started_from(project: Project) -> None:
    run = lay_down(project)
    with pytest.raises(UserError) as caught:
        check_choice(ModelChoice(kind="run", name=run.id), project.id)
    assert (caught.value.code, caught.value.facts) == ("run_has_no_model", {"run": 1})
    with pytest.raises(UserError) as caught:
        check_choice(ModelChoice(kind="run", name="gone"), project.id)
    assert caught.value.code == "run_not_found"


def test_a_project_that_is_gone_is_said(home: Path) -> None:
    with pytest.raises(UserError) as caught:
        launch("gone", Settings())
    assert caught.value.code == "project_not_found"


def test_what_is_learned_are_the_rows_with_a_text_and_a_label(make_project: Callable[..., Project]) -> None:
    rows = messages(60)
    rows[3]["label"] = " "
    rows[5]["text"] = ""
    assert len(learnable(make_project(as_csv(rows))).examples) == 58


def test_launched_twice_at_once_it_is_one_training(project: Project, home: Path, tiny_bert: Path) -> None:
    """A button is easily pressed twice; other settings are another training."""
    settings = Settings(model=ModelChoice(kind="folder", name=str(tiny_bert)), epochs=50)
    first = launch(project.id, settings)
    assert launch(project.id, settings) == first
    other = launch(project.id, settings.model_copy(update={"seed": 8}))
    assert other != first
    assert len(jobs()) == 2
    for run in (first, other):
        stop(run)
    wait_until(lambda: not processes_of(home))


def test_what_a_model_has_learned_from_measures_none_that_starts_from_it(
    project: Project, home: Path, tiny_bert: Path
) -> None:
    first = lay_down(project)
    shutil.copytree(tiny_bert, first.model_folder)
    (first.folder / "result.json").write_text("{}")
    second = launch(project.id, Settings(model=ModelChoice(kind="run", name=first.id), seed=5, epochs=100))
    stop(second)
    assert second.examples()["part"].tolist() == first.examples()["part"].tolist()
    third = ModelChoice(kind="run", name=second.id)
    met = parts_seen(third, project.id)
    assert sorted(met.values()) == sorted(first.examples()["part"])
    assert parts_seen(ModelChoice(), project.id) == {}
    wait_until(lambda: not processes_of(home))


def test_several_launched_together_are_one_batch_in_their_order(project: Project, tiny_bert: Path) -> None:
    settings = Settings(model=ModelChoice(kind="folder", name=str(tiny_bert)))
    wanted = [settings.model_copy(update={"seed": seed}) for seed in (3, 1, 2)]
    with supervisor_lock():
        runs = launch_all(project.id, wanted, name="seeds")
        twice = launch_all(project.id, wanted[:1])
        again = launch(project.id, wanted[0])
    assert [run.record().settings["seed"] for run in runs] == [3, 1, 2]
    assert [run.record().number for run in (*runs, *twice)] == [1, 2, 3, 4]
    waiting = waiting_in_order()
    assert [job.run for job in waiting] == [*runs, *twice]
    assert len({job.batch for job in waiting[:3]} - {None}) == 1
    assert {job.name for job in waiting[:3]} == {"seeds"}
    assert (waiting[3].batch, waiting[3].name) == (None, None)
    assert again == twice[0]  # what is under way is not launched once more by a second press of the button
