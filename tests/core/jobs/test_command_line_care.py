"""Names, the bin, looks at one job and at the machine, files of settings that cannot be: no training here either."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.jobs.command_line.voice import printable
from core.jobs.processes import supervisor_lock
from core.jobs.queue import enqueue, jobs
from core.store.labelling import LabellingRecord, create_labelling
from core.store.project import Project, read_table, set_roles
from core.store.run import list_runs, utc_now
from core.train.settings import Settings
from tests.core.jobs.at_work import begun, taken
from tests.core.jobs.terminal import document, over, queued, refused, said, settings_file, started, typed
from tests.waiting import wait_until


@pytest.fixture
def still(home: Path) -> Iterator[None]:
    """Nobody takes what waits: this process holds the supervisor's place."""
    with supervisor_lock().acquire(timeout=30):
        yield


def test_a_job_is_named_deleted_and_taken_back(project: Project, still: None) -> None:
    over(project, "done")
    assert said("rename", "messages/1", "  Third\n try ") == "messages/1 is now called “Third try”.\n"
    assert said("delete", "third try") == "messages/1 is in the bin; restore takes it back for 30 days.\n"
    assert (document("list"), [row["name"] for row in document("bin")]) == ([], ["Third try"])
    assert refused("stop", "third try") == "“third try” is in the bin. Take it back first, with the command restore."
    shown = said("show", "third try")
    assert "State: done (in the bin)\n" in shown
    assert re.search(r"Take it back: python -m core\.jobs restore [0-9a-f]{12}\n", shown)
    assert said("restore", "messages/1") == "messages/1 is back.\n"
    assert said("rename", "messages/1", "") == "messages/1 is now called “Training 1”.\n"
    assert refused("restore", "messages/1").startswith("There is no job")
    said("delete", "messages/1")
    assert said("bin", "--empty") == "1 job removed for good.\n"
    assert (document("bin"), list_runs(project.id)) == ([], [])


def test_what_waits_is_not_deleted_and_the_others_are(project: Project, still: None) -> None:
    over(project, "done")
    queued(project)
    done = typed("delete", "messages/2", "messages/1")
    assert (done.code, done.out) == (2, "messages/1 is in the bin; restore takes it back for 30 days.\n")
    assert re.fullmatch(
        r"messages/2: “[0-9a-f]{12}” is waiting or at work\. Stop it first, then delete it\.\n", done.err
    )


def test_why_a_job_failed_and_what_to_do_next_is_shown_in_both_languages(project: Project, still: None) -> None:
    over(project, "failed", {"code": "disk_full", "facts": {"free": 1e6, "needed": 3e7, "missing": 2.9e7}})
    shown = said("show", "messages/1")
    assert "How it ended: There is not enough room on the disk: 1.0\u00a0MB are free" in shown
    assert re.search(r"Resume it: python -m core\.jobs resume [0-9a-f]{12}\n", shown)
    french = said("show", "messages/1", "--lang", "fr")
    assert "État\u00a0: échoué\n" in french
    assert "Le reprendre\u00a0: python -m core.jobs resume" in french


def test_what_would_fail_again_is_not_resumed(project: Project, still: None) -> None:
    over(project, "failed", {"code": "loss_not_finite", "facts": {"step": 3, "learning_rate": 0.01}})
    shown = said("show", "messages/1")
    assert " resume " not in shown
    assert "python -m core.jobs show --settings" in shown
    assert json.loads(said("show", "messages/1", "--settings")) == Settings().model_dump(mode="json")


def test_a_job_whose_worker_is_gone_is_not_listed_as_running(project: Project) -> None:
    """A machine that was switched off: the list itself has it looked after, and waits a while for the answer."""
    run = queued(project)
    taken()
    begun(run)
    wait_until(lambda: re.search(r"messages/1 +interrupted", started("list").out))


def test_the_log_is_shown_without_what_steers_a_terminal(project: Project, still: None) -> None:
    run = queued(project)
    assert said("log", "messages/1") == "The log is empty.\n"
    run.log.write_text("first\n\x1b[31msecond\x1b[0m\x07\tend\nthird\n")
    assert said("log", "messages/1") == "first\nsecond  end\nthird\n"
    assert said("log", "messages/1", "-n", "1") == "third\n"
    assert printable("a\u202eb\x9bc\u00a0é\U0001f600") == "abc\u00a0é\U0001f600"


def test_a_table_that_is_being_labelled_is_a_job_too(project: Project, still: None) -> None:
    assert project.roles is not None
    table = read_table(project)
    record = LabellingRecord(
        run_id="0" * 12,
        table_name="secret.csv",
        roles=project.roles,
        rows=len(table),
        delimiter=",",
        created_at=utc_now(),
    )
    (job,) = enqueue(create_labelling(project.id, record, table), name="secret.csv")
    assert f"messages/{job.id[:8]}  waiting  place 1" in said("list")
    shown = said("show", f"messages/{job.id[:8]}")
    assert f"Name: messages/{job.id[:8]} · secret.csv\n" in shown
    assert "Settings used" not in shown
    report = said("report", "secret.csv")
    assert f"job: label {job.id}, reference {job.run_id}\n" in report
    assert "\nrows: rows 60\n" in report
    assert "secret" not in report
    assert "is out of the queue" in said("stop", job.id)


def test_the_meter_shows_the_machine_and_what_works(project: Project, still: None) -> None:
    for _ in range(3):
        queued(project)
    lines = dict(line.split(": ", 1) for line in said("meter").splitlines())
    assert lines["Waiting"] == "3"
    assert re.fullmatch(r"\d+%", lines["Processor"])
    assert re.fullmatch(r"[\d.]+\s.B of [\d.]+\s.B", lines["Memory"])
    found = document("meter")
    assert 0 <= found["cpu"] <= 1
    assert 0 < found["memory"]["left"] <= found["memory"]["total"]
    assert found["disk"]["left"] <= found["disk"]["total"]


def test_all_faults_of_a_file_of_settings_are_said_at_once(project: Project, home: Path, tmp_path: Path) -> None:
    values: list[dict[str, Any]] = [
        {"epochs": 3},
        {"epoch": 3, "batch_size": 1000, "dropout": -1, "model": {"kind": "hub", "nmae": "x"}},
        {"model": {"kind": "magic"}},
    ]
    done = typed("launch", "messages", settings_file(tmp_path, values))
    assert (done.code, done.out) == (2, "")
    unknown, bounds, model = done.err.splitlines()
    assert unknown.startswith(
        "settings.json[2]: These settings do not exist: epoch, model.nmae. Those there are: model,"
    )
    assert bounds == "settings.json[2]: These settings are out of their bounds: batch_size (1–128), dropout (0–0.5)."
    assert model == "settings.json[3]: These settings are out of their bounds: model."
    assert jobs() == []
    assert list_runs(project.id) == []


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b'{"epochs": 3,\n "seed" 4}', "“settings.json” is not JSON at its line 2."),
        (b"[]", "“settings.json” could not be read: it holds something else than settings."),
        (b"[3]", "“settings.json” could not be read: it holds something else than settings."),
        (b'"epochs"', "“settings.json” could not be read: it holds something else than settings."),
        (b'{"epochs": "\xe9"}', "“settings.json” could not be read: it is not text in UTF-8."),
        (None, "“settings.json” could not be read: there is no such file."),
    ],
)
def test_a_file_that_holds_no_settings_is_a_sentence(
    project: Project, tmp_path: Path, content: bytes | None, sentence: str
) -> None:
    path = tmp_path / "settings.json"
    if content is not None:
        path.write_bytes(content)
    assert refused("launch", "messages", str(path)).startswith(sentence)


def test_a_folder_in_place_of_a_file_is_a_sentence(project: Project, tmp_path: Path) -> None:
    assert "could not be read: " in refused("launch", "messages", str(tmp_path))


def test_what_cannot_be_launched_says_why(project: Project, tmp_path: Path, tiny_bert: Path) -> None:
    file = settings_file(tmp_path, {"model": {"kind": "folder", "name": "no model"}})
    assert "does not hold a model that can be fine-tuned: there is no such folder" in refused(
        "launch", "messages", file
    )
    shutil.copytree(tiny_bert, tmp_path / "model")
    (tmp_path / "model" / "tokenizer.json").write_text("[]")
    file = settings_file(tmp_path, {"model": {"kind": "folder", "name": "model"}})
    assert "does not hold a model that can be fine-tuned: its tokenizer cannot be opened" in refused(
        "launch", "messages", file
    )
    file = settings_file(tmp_path, {"model": {"kind": "run", "name": "7"}})
    assert refused("launch", "messages", file).startswith("This training does not exist any more.")
    assert project.roles is not None
    set_roles(project.id, project.roles.model_copy(update={"label": None}))
    assert refused("launch", "messages", settings_file(tmp_path, {})).startswith("This table has no label yet")
    assert jobs() == []


def test_an_error_of_ours_is_no_failed_training(home: Path) -> None:
    (home / "parafine.db").write_bytes(b"no database" * 1000)
    done = typed("list")
    assert (done.code, done.out) == (70, "")
    assert "Traceback" in done.err


def test_a_home_that_cannot_be_used_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    complaint = refused("list", PARAFINE_HOME=str(tmp_path / "file" / "home"))
    assert complaint.startswith("Parafine cannot write in its folder")
