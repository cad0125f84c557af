"""Cross-validations and searches from a terminal: launched, named, watched, stopped, read, deleted; no training here."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.home import write_json
from core.jobs.command_line.launching import space_of
from core.jobs.processes import supervisor_lock
from core.jobs.queue import claim, jobs
from core.jobs.queue import finish as end_job
from core.store.project import Project
from core.store.search import Findings, TrialLine, list_searches
from core.store.study import Study, list_studies
from core.train.search_space import proposed
from core.train.settings import Settings
from tests.core.jobs.terminal import document, refused, said, settings_file, typed
from tests.core.results.test_folds import finish

FOUND = Findings(
    trials=[
        TrialLine(place=0, values={"learning_rate": 1e-4, "epochs": 4}, state="done", score=0.81, seconds=61),
        TrialLine(place=1, values={"learning_rate": 1e-5, "epochs": 2}, state="pruned", score=0.4, seconds=20),
        TrialLine(place=2, values={"learning_rate": 2.5e-4, "epochs": 5}, state="done", score=0.9, seconds=75),
    ],
    importance={"learning_rate": 0.7, "epochs": 0.3},
)


@pytest.fixture(autouse=True)
def still(home: Path) -> Iterator[None]:
    """Nobody takes what waits: this process holds the supervisor's place."""
    with supervisor_lock().acquire(timeout=30):
        yield


@pytest.fixture
def file(tmp_path: Path, tiny_bert: Path) -> str:
    return settings_file(tmp_path, {"model": {"kind": "folder", "name": str(tiny_bert)}, "epochs": 4, "seed": 7})


@pytest.fixture
def study(project: Project, file: str) -> Study:
    told = "messages/folds-1 is queued: 4 trainings, the last of them on all rows.\n"
    assert said("folds", "messages", file, "--folds", "3") == told
    [made] = list_studies(project.id)
    return made


def end_all(study: Study) -> None:
    """Every fold is done, and the run on all rows too."""
    for place, run in enumerate(study.folds()):
        finish(run, place)
    while (job := claim("cpu")) is not None:
        end_job(job, "done")


def test_a_cross_validation_has_one_name_for_all_of_its_trainings(project: Project, study: Study) -> None:
    record = study.record()
    assert (record.folds, record.repeats, record.settings["seed"]) == (3, 1, 7)
    listed = said("list")
    assert "messages/2" in listed
    assert "Cross-validation 1, fold 2 of 3" in listed
    assert "Cross-validation 1, simple models" in listed
    assert document("list")[0]["study"] == {"number": 1, "folds": 3, "repeats": 1, "repeat": 1, "fold": 1}
    # Four trainings, and the simple models.
    assert said("stop", "messages/folds-1").count("is out of the queue.") == 5
    assert {job.state for job in jobs()} == {"stopped"}
    assert said("resume", "MESSAGES/folds-1").count("is queued, job") == 5
    assert said("pause", study.id[:6]).count("is out of the queue.") == 5
    assert said("stop", "messages/folds-1").count("has ended already: paused.") == 4
    assert said("watch", "messages/folds-1", code=3).count("Paused.") == 4
    assert refused("log", "messages/folds-1").startswith("“messages/folds-1” is a cross-validation, which has several")
    assert refused("stop", "messages/folds-2").startswith("There is no job")
    shown = said("show", "messages/folds-1")
    assert "State: paused (4)\n" in shown
    assert f"Resume it: python -m core.jobs resume {study.id}\n" in shown
    told = document("show", "messages/folds-1")
    assert (told["reference"], told["states"], len(told["jobs"])) == ("messages/folds-1", {"paused": 4}, 4)
    assert json.loads(said("show", "messages/folds-1", "--settings"))["epochs"] == 4


def test_what_a_cross_validation_came_to_is_read_and_its_answers_are_kept(study: Study, tmp_path: Path) -> None:
    answers = tmp_path / "answers.csv"
    waiting = "No fold of “messages/folds-1” is done yet, so there are no answers. The command watch waits for them."
    assert refused("results", "messages/folds-1", "--answers", str(answers)) == waiting
    assert not answers.exists()
    end_all(study)
    shown = said("results", "messages/folds-1", "--answers", str(answers))
    reached = [(run.result() or {})["test"]["accuracy"] for run in study.folds()]
    for place, accuracy in enumerate(reached, 1):
        assert re.search(rf"fold {place} +{100 * accuracy:.1f}%", shown)
    assert f"Accuracy, mean over the folds: {100 * sum(reached) / 3:.1f}% ±" in shown
    told = document("results", "messages/folds-1")
    assert [fold["figures"]["accuracy"] for fold in told["folds"]] == pytest.approx(reached)
    assert told["over_folds"]["accuracy"]["mean"] == pytest.approx(sum(reached) / 3)
    together = told["over_all_rows"]
    assert f"Accuracy, over all rows together: {100 * together['accuracy']:.1f}%\n" in shown
    assert (together["rows"], told["done"], told["is_whole"]) == (60, 3, True)
    rows = list(csv.DictReader(answers.read_text("utf-8-sig").splitlines()))
    assert sorted(row["id"] for row in rows) == sorted(f"r{row}" for row in range(1, 61))
    right = sum(row["label"] == row["predicted"] for row in rows)
    assert right / 60 == pytest.approx(together["accuracy"])
    french = said("results", "messages/folds-1", "--lang", "fr", "--answers", str(answers))
    assert "Exactitude, moyenne sur les plis\u00a0: " in french
    assert answers.read_text("utf-8-sig").startswith("id;repeat;fold;label")
    complaint = refused("results", "messages/folds-1", "--answers", str(tmp_path / "none" / "answers.csv"))
    assert complaint.startswith("The answers could not be written to “")
    assert refused("results", "messages/1", "--answers", str(answers)).endswith("so it has no answers of folds.")
    assert "Accuracy: " in said("results", "messages/1")
    assert said("results", "messages/4") == "messages/4: There is no result yet.\n"
    last = study.final()
    assert last is not None
    write_json(last.folder / "result.json", {"state": "done", "from_folds": {"epochs": 2, "folds": 3}})
    assert "no row was left to measure it" in said("results", "messages/4")
    assert document("results", "messages/1")["result"]["state"] == "done"


def test_a_cross_validation_is_deleted_and_taken_back_as_one(project: Project, study: Study) -> None:
    busy = (
        "messages/folds-1: Trainings of cross-validation 1 are waiting or at work. Stop them all first, then delete it."
    )
    assert refused("delete", "messages/folds-1") == busy
    end_all(study)
    assert said("delete", "messages/folds-1") == "messages/folds-1 is in the bin; restore takes it back for 30 days.\n"
    assert (document("list"), len(document("bin"))) == ([], 5)
    assert refused("watch", "messages/folds-1").endswith("Take it back first, with the command restore.")
    assert "State: in the bin\n" in said("show", "messages/folds-1")
    # One of its trainings brings back all.
    assert said("restore", "messages/2") == "messages/2 is back.\n"
    assert (len(document("list")), document("bin"), list_studies(project.id)) == (5, [], [study])
    said("delete", study.id)
    assert said("restore", "messages/folds-1") == "messages/folds-1 is back.\n"
    said("delete", "messages/folds-1")
    assert said("bin", "--empty") == "5 jobs removed for good.\n"
    assert not list(project.folder.rglob("study.json"))


def test_a_search_is_launched_with_its_bounds_and_its_budget(project: Project, file: str) -> None:
    assert re.fullmatch(r"messages/search-1 is queued, job [0-9a-f]{12}\.\n", said("search", "messages", file))
    one = document("search", "messages", file, "--minutes", "5", "--try", "dropout=0.1..0.3", "--try", "epochs", "--try", "weight_decay=0.01")  # fmt: skip
    assert (one["kind"], one["number"], one["state"]) == ("search", 2, "queued")
    second, first = (search.record() for search in list_searches(project.id))
    assert (set(first.space), first.trials, first.minutes) == ({"learning_rate", "batch_size", "epochs"}, 20, None)
    assert second.space == {"dropout": (0.1, 0.3), "epochs": (2.0, 6.0)}
    assert (second.trials, second.minutes, second.run.settings["weight_decay"]) == (None, 5, 0.01)
    assert refused("show", "messages/1").startswith("There is no job"), "a search is no training"
    shown = said("show", "messages/search-2")
    assert "Start from: tiny-bert\n" in shown
    assert json.loads(said("show", "messages/search-1", "--settings"))["seed"] == 7
    assert said("stop", "messages/search-1") == "messages/search-1 is out of the queue.\n"


def test_what_a_search_found_is_read_and_its_best_settings_are_launched(
    project: Project, file: str, tmp_path: Path
) -> None:
    said("search", "messages", file, "--trials", "3", "--try", "learning_rate=1e-5..1e-3", "--try", "epochs")
    [search] = list_searches(project.id)
    assert refused("results", "messages/search-1", "--settings").startswith("No trial of “messages/search-1” has come")
    assert document("results", "messages/search-1")["best"] is None
    search.keep(FOUND)
    lines = said("results", "messages/search-1").splitlines()
    assert re.split(r"\s{2,}", lines[4].strip()) == ["3 *", "2.5e-4", "5", "90.0%", "done", "1\u00a0min\u00a015"]
    assert "Learning rate explains 70% of the differences." in lines
    told = document("results", "messages/search-1")
    assert (told["best"]["place"], told["figure"], len(told["trials"])) == (2, "macro_f1", 3)
    best = json.loads(said("results", "messages/search-1", "--settings"))
    assert (best["learning_rate"], best["epochs"], best["seed"]) == (2.5e-4, 5, 7)
    assert typed("launch", "messages", settings_file(tmp_path, best)).code == 0
    assert said("show", "messages/1").count("learning_rate 0.00025") == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["folds", "--folds", "1"], "1 folds cannot be made: choose 2 to 20."),
        (["folds", "--repeats", "11"], "11 repeats cannot be made: choose 1 to 10."),
        (["search", "--trials", "900"], "This search would try nothing, or never end. Say from 1 to 200 trials,"),
        (["search", "--try", "epochs=6..2"], "The lowest value is above the highest: Epochs. Exchange them."),
        (["search", "--try", "speed", "--try", "epochs=many"], "“speed, epochs=many” is not understood. Write for"),
    ],
)
def test_what_cannot_be_is_a_sentence(project: Project, file: str, arguments: list[str], sentence: str) -> None:
    command, *options = arguments
    assert refused(command, "messages", file, *options).startswith(sentence)
    assert jobs() == []


def test_one_object_of_settings_is_needed(project: Project, tmp_path: Path) -> None:
    several = settings_file(tmp_path, [{"seed": 1}, {"seed": 2}])
    for command in ("folds", "search"):
        assert refused(command, "messages", several) == "“settings.json” holds 2 settings; here one object is needed."
    assert typed("search", "messages", settings_file(tmp_path, {"epochs": 0})).code == 2
    assert jobs() == []


def test_a_name_alone_has_the_bounds_that_the_page_proposes() -> None:
    settings = Settings()
    around = proposed(settings)
    assert space_of(["dropout", "epochs=2..3", "weight_decay=0"], settings) == {
        "dropout": around["dropout"],
        "epochs": (2.0, 3.0),
        "weight_decay": (0.0, 0.0),
    }
