"""A cross-validation in the queue: all of its runs or none, the one on all rows last, and each still a run like any other."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.data.kin import content_key
from core.errors import UserError
from core.jobs.control import pause, resume
from core.jobs.folds import launch_folds, pause_all, resume_all, room_for_all, stop_all
from core.jobs.job_words import title_of
from core.jobs.launch import room_for
from core.jobs.overview import look, overview
from core.jobs.processes import supervisor_lock
from core.jobs.queue import claim, finish, job_of, jobs
from core.models.choice import ModelChoice
from core.store.project import Project
from core.store.run import list_runs
from core.store.study import FinalRun, Study, list_studies, open_study, study_of
from core.train.settings import Settings
from core.words import Words
from tests.tables import as_csv, lay_down, messages


@pytest.fixture(autouse=True)
def held(home: Path) -> Iterator[None]:
    """No supervisor starts: what waits stays where it is."""
    with supervisor_lock().acquire(timeout=0):
        yield


@pytest.fixture
def settings(tiny_bert: Path) -> Settings:
    return Settings(model=ModelChoice(kind="folder", name=str(tiny_bert)), seed=7)


def states(study: Study) -> list[str]:
    return [job.state for run in study.runs() if (job := job_of(run)) is not None]


def test_every_row_is_asked_once_a_repeat_and_the_last_run_learns_from_all(
    project: Project, settings: Settings
) -> None:
    study = launch_folds(project.id, settings, 5, 2)
    assert [list_studies(project.id), open_study(project.id, study.id)] == [[study], study]
    record = study.record()
    assert (record.number, record.folds, record.repeats, record.rows, len(record.runs)) == (1, 5, 2, 60, 10)
    asked: Counter[tuple[int, str]] = Counter()
    for place, run in enumerate(study.folds()):
        assert (run.record().study, run.record().fold, study_of(run)) == (study.id, place, study)
        assert run.record().settings["seed"] == 7 + place // 5
        examples = run.examples()
        assert examples["part"].value_counts().to_dict() == run.record().parts
        assert {"train", "validation", "test"} == set(examples["part"])
        asked.update((place // 5, identifier) for identifier in examples.loc[examples["part"] == "test", "id"])
    assert asked == {(repeat, f"r{row}"): 1 for repeat in (0, 1) for row in range(1, 61)}
    final = study.final()
    assert final is not None
    assert (final.record().fold, set(final.examples()["part"])) == (None, {"train"})
    assert [run.record().number for run in study.runs()] == list(range(1, 12))
    first, second = (set(run.examples().query("part == 'test'")["id"]) for run in (study.folds()[0], study.folds()[5]))
    assert first != second


def test_rows_that_say_the_same_are_asked_together(make_project: Callable[..., Project], settings: Settings) -> None:
    rows = messages(40)
    rows += [{"text": row["text"].upper(), "label": row["label"]} for row in rows[:20]]
    study = launch_folds(make_project(as_csv(rows)).id, settings, 4)
    for run in study.folds():
        parts: dict[str, set[str]] = {}
        for text, part in run.examples()[["text", "part"]].itertuples(index=False):
            parts.setdefault(content_key(text, ""), set()).add(part)
        assert all(len(some) == 1 for some in parts.values())


def test_the_run_on_all_rows_waits_until_no_fold_waits_or_works(project: Project, settings: Settings) -> None:
    study = launch_folds(project.id, settings, 2)
    first, second, none = claim("cpu"), claim("cpu#2"), claim("cpu#3")
    assert first is not None
    assert second is not None
    assert ([first.run, second.run], none) == (study.folds(), None)
    finish(first, "failed", {"code": "out_of_memory", "facts": {}})
    assert claim("cpu") is None
    finish(second, "done")
    last = claim("cpu")
    assert last is not None
    assert (last.kind, last.folder) == ("train_on_all", FinalRun(project.id, study.record().final or ""))
    assert claim("cpu#2") is None


def test_a_fold_that_is_resumed_is_waited_for_again(project: Project, settings: Settings) -> None:
    study = launch_folds(project.id, settings, 2)
    pause(study.folds()[1])
    first = claim("cpu")
    assert first is not None
    finish(first, "done")
    resume(study.folds()[1])
    again = claim("cpu")
    assert again is not None
    assert again.run == study.folds()[1]
    assert claim("cpu#2") is None


def test_other_trainings_are_not_held_back_by_a_run_that_waits_for_its_folds(
    project: Project, settings: Settings
) -> None:
    from core.jobs.launch import launch

    launch_folds(project.id, settings, 2)
    other = launch(project.id, settings)
    taken = [claim("cpu"), claim("cpu#2"), claim("cpu#3")]
    assert taken[2] is not None
    assert taken[2].run == other


def test_all_runs_are_stopped_paused_and_resumed_together(project: Project, settings: Settings) -> None:
    study = launch_folds(project.id, settings, 3)
    pause_all(study)
    assert states(study) == ["paused"] * 4
    assert claim("cpu") is None
    resume_all(study)
    assert states(study) == ["queued"] * 4
    working = claim("cpu")
    assert working is not None
    stop_all(study)
    assert states(study) == ["running", "stopped", "stopped", "stopped"]
    assert working.folder.asked() == "stop"
    # The run on all rows rests too: it would begin as soon as the folds are gone.
    finish(working, "stopped")
    assert claim("cpu") is None


def test_a_double_click_launches_one_study(project: Project, settings: Settings) -> None:
    study = launch_folds(project.id, settings, 3)
    assert launch_folds(project.id, settings, 3) == study
    assert launch_folds(project.id, settings, 4) != study
    stop_all(study)
    assert len(list_studies(project.id)) == 2


def test_each_run_is_named_after_the_study_in_the_language_of_who_looks(project: Project, settings: Settings) -> None:
    study = launch_folds(project.id, settings, 2)
    launch_folds(project.id, settings, 2, 2)
    titles = [title_of(each, Words("en")) for each in overview().waiting]
    assert titles == [
        "Cross-validation 1, fold 1 of 2",
        "Cross-validation 1, fold 2 of 2",
        "Cross-validation 1, model on all rows",
        "Cross-validation 2, repeat 1, fold 1 of 2",
        "Cross-validation 2, repeat 1, fold 2 of 2",
        "Cross-validation 2, repeat 2, fold 1 of 2",
        "Cross-validation 2, repeat 2, fold 2 of 2",
        "Cross-validation 2, model on all rows",
    ]
    job = job_of(study.folds()[1])
    assert job is not None
    assert title_of(look(job, {}), Words("fr")) == "Validation croisée 1, pli 2 sur 2"


@pytest.mark.parametrize(
    ("rows", "folds", "repeats", "code"),
    [
        (messages(60), 1, 1, "folds_invalid"),
        (messages(60), 5, 11, "repeats_invalid"),
        ([*messages(60), {"text": "the only one", "label": "alone"}], 5, 1, "label_in_one_group"),
        ([{"text": f"same {row['label']}", "label": row["label"]} for row in messages(60)], 5, 1, "too_few_groups"),
        (messages(9), 2, 1, "too_few_examples"),
        (messages(60, ["refund"]), 2, 1, "one_label"),
    ],
)
def test_what_cannot_be_cross_validated_is_said_and_makes_nothing(
    make_project: Callable[..., Project],
    settings: Settings,
    rows: list[dict[str, str]],
    folds: int,
    repeats: int,
    code: str,
) -> None:
    project = make_project(as_csv(rows))
    with pytest.raises(UserError) as caught:
        launch_folds(project.id, settings, folds, repeats)
    assert caught.value.code == code
    assert (list_runs(project.id), jobs(), list_studies(project.id)) == ([], [], [])


def test_room_for_all_folds_is_asked_for_before_the_first(
    project: Project, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, all_of_them = room_for(settings, project), room_for_all(settings, project, 21)
    assert all_of_them > one
    monkeypatch.setenv("PARAFINE_PROJECT_QUOTA", str((one + all_of_them) // 2))
    with pytest.raises(UserError) as caught:
        launch_folds(project.id, settings, 20)
    assert (caught.value.code, caught.value.facts["needed"]) == ("quota_reached", all_of_them)
    assert list_runs(project.id) == []
    assert len(launch_folds(project.id, settings, 2).folds()) == 2


def test_a_model_that_has_learned_from_these_rows_cannot_be_cross_validated_on_them(
    project: Project, settings: Settings, tiny_bert: Path
) -> None:
    former = lay_down(project)
    (former.folder / "result.json").write_text("{}", encoding="utf-8")
    shutil.copytree(tiny_bert, former.model_folder)
    started = settings.model_copy(update={"model": ModelChoice(kind="run", name=former.id)})
    with pytest.raises(UserError) as caught:
        launch_folds(project.id, started, 5)
    assert (caught.value.code, caught.value.facts) == ("folds_from_learned", {"rows": 48})
