"""The job of the simple models: asked for once for the same rows, done by a real worker, killed, resumed, deleted with its project."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.data.columns import Roles, TaskName
from core.home import home as home_folder
from core.home import write_json
from core.jobs.baselines import ask_for_baselines, can_be_measured
from core.jobs.control import delete, resume, take_back
from core.jobs.job_words import ended_of, title_of
from core.jobs.launch import launch
from core.jobs.overview import look
from core.jobs.processes import supervisor_lock
from core.jobs.queue import claim, finish, job_of, jobs
from core.jobs.slots import BESIDE
from core.jobs.worker import WORK
from core.store.baselines import baselines_of, key_of
from core.store.project import Project, delete_project, open_project, set_roles
from core.store.run import Run
from core.train.settings import Settings
from core.words import LANGUAGES, Words
from tests.tables import as_csv, asked, lay_down, messages
from tests.trained import one_thread, worker  # noqa: F401  # a fixture for the module


@pytest.fixture(autouse=True)
def held(home: Path) -> Iterator[None]:
    """No supervisor starts."""
    with supervisor_lock().acquire(timeout=0):
        yield


def another(project: Project, seed: int = 42) -> Run:
    return lay_down(project, Settings(seed=seed, epochs=seed % 7 + 1))


def test_runs_with_the_same_rows_in_the_same_parts_share_them(project: Project) -> None:
    first, same = another(project), lay_down(project, Settings(epochs=9))
    other = another(project, seed=7)
    found = ask_for_baselines(first, same, other)
    assert found[0] == found[1] != found[2]
    assert ask_for_baselines(first)[0] == found[0]
    assert [baselines_of(run) for run in (first, same, other)] == found
    assert [(job.kind, job.state) for job in jobs()] == [("baselines", "queued")] * 2
    assert found[0].examples().equals(first.examples())


def test_where_all_rows_are_learned_from_there_is_nothing_to_compare(project: Project) -> None:
    run = another(project)
    record = run.record()
    assert can_be_measured(record)
    learned = record.model_copy(update={"parts": {"train": 60}})
    assert not can_be_measured(learned)
    write_json(run.folder / "run.json", learned.model_dump(mode="json"))
    assert ask_for_baselines(run) == []
    assert jobs() == []


@pytest.mark.parametrize(
    ("task", "names", "reached"),
    [
        ("matching", ["chance", "tfidf_cosine", "embeddings_cosine"], "mrr"),
        ("generation", ["usual_question", "nearest_question", "first_sentence"], "chrf"),
    ],
)
def test_tasks_without_a_label_have_their_own(
    make_project: Callable[..., Project], task: TaskName, names: list[str], reached: str
) -> None:
    rows = {
        "matching": [row | {"question": f"who said {row['text'][3:]}?"} for row in messages(60)],
        "generation": asked(30),
    }
    project = make_project(as_csv(rows[task]))
    set_roles(project.id, Roles(text="text", question="question", task=task))
    run = lay_down(open_project(project.id))
    (found,) = ask_for_baselines(run)
    assert WORK["baselines"](found, 1, lambda: None) == "done"
    figures = {each["name"]: each["test"] for each in (found.result() or {})["baselines"]}
    assert list(figures) == names
    parts = run.examples()["part"].value_counts()
    assert {each["rows"] for each in figures.values()} == {parts["test"]}
    assert set(found.predictions()["id"]) == set(run.examples().query("part != 'train'")["id"])
    best = max(names, key=lambda name: figures[name][reached])
    assert best == names[1]
    assert figures[best][reached] > 1.5 * figures[names[0]][reached]


def test_rows_that_are_kept_together_otherwise_are_measured_anew(project: Project) -> None:
    run = another(project)
    record, examples = run.record(), run.examples()
    keys = {
        key_of(record, examples.assign(together=kept)) for kept in ("", "one", [str(n) for n in range(len(examples))])
    }
    assert len({key_of(record, examples), *keys}) == 4


def test_a_launch_alone_asks_for_none(project: Project) -> None:
    run = launch(project.id, Settings())
    assert [job.kind for job in jobs()] == ["train"]
    assert baselines_of(run) is None
    with pytest.raises(FileNotFoundError):
        _ = (run.folder / "baselines.json").stat()


def test_a_worker_measures_them_beside_and_a_killed_one_begins_anew(project: Project) -> None:
    (found,) = ask_for_baselines(another(project))
    taken = claim(BESIDE)
    assert taken is not None
    assert taken.folder == found
    assert claim("cpu") is None
    # Ended by the system before it said anything: the supervisor calls that interrupted.
    finish(taken, "interrupted")
    assert found.result() is None
    resume(found)
    again = claim(BESIDE)
    assert again is not None
    done = worker(again)
    assert done.returncode == 0, found.log.read_text()
    outcome = found.outcome() or {}
    assert (outcome["attempt"], outcome["state"]) == (2, "done")
    result = found.result() or {}
    assert [each["name"] for each in result["baselines"]] == ["majority", "tfidf", "embeddings"]
    parts = found.examples()["part"].value_counts()
    for each in result["baselines"]:
        assert each["test"]["rows"] == parts["test"]
        assert each["validation"]["rows"] == parts["validation"]
    assert result["baselines"][2]["test"]["accuracy"] > 0.8
    assert len(found.predictions()) == parts["test"] + parts["validation"]
    finish(again, "done")
    # Measured once: who asks later gets what is there.
    assert ask_for_baselines(another(project)) == [found]
    assert claim(BESIDE) is None


@pytest.mark.parametrize("request_", ["stop", "pause"])
def test_a_request_is_heard_and_nothing_is_kept(project: Project, request_: str) -> None:
    (found,) = ask_for_baselines(another(project))
    found.ask(request_)  # type: ignore[arg-type]
    assert WORK["baselines"](found, 1, lambda: None) == {"stop": "stopped", "pause": "paused"}[request_]
    assert found.result() is None


def test_deleted_ones_are_none_until_somebody_takes_them_back_or_asks_again(project: Project) -> None:
    run = another(project)
    (found,) = ask_for_baselines(run)
    taken = claim(BESIDE)
    assert taken is not None
    finish(taken, "done")
    delete(found)
    assert baselines_of(run) is None
    job = job_of(found)
    assert job is not None
    take_back(job)
    assert baselines_of(run) == found
    delete(found)
    (anew,) = ask_for_baselines(run)
    assert anew != found
    assert baselines_of(run) == anew


def test_a_folder_whose_maker_was_cut_off_is_queued_by_who_asks_next(project: Project) -> None:
    run = another(project)
    (found,) = ask_for_baselines(run)
    (found.folder / "baselines.json").rename(found.folder / "aside.json")
    assert baselines_of(run) is None
    (anew,) = ask_for_baselines(run)
    assert anew != found
    (run.folder / "baselines.json").write_text("{torn", encoding="utf-8")
    assert baselines_of(run) is None


def test_they_go_with_their_project(project: Project) -> None:
    (found,) = ask_for_baselines(another(project))
    taken = claim(BESIDE)
    assert taken is not None
    finish(taken, "done")
    delete_project(project.id)
    assert not found.folder.exists()
    assert jobs() == []
    assert not list((home_folder() / "projects").glob("*"))


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_how_they_stand_is_said_in_words(project: Project, language: str) -> None:
    words = Words(language)
    (found,) = ask_for_baselines(another(project))
    taken = claim(BESIDE)
    assert taken is not None
    assert title_of(look(taken, {}), words) == words.gettext("Simple models to compare with")
    finish(taken, "interrupted")
    job = job_of(found)
    assert job is not None
    said = "The simple models were not measured to the end: resume it, it takes seconds to minutes."
    assert ended_of(look(job, {}), words) == words.gettext(said)
