"""Real trainings launched, followed, stopped, paused and resumed from a terminal; the exit codes; Ctrl-C."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from core.jobs.processes import ensure_supervisor, supervisor_lock
from core.jobs.queue import enqueue, jobs
from core.store.project import Project
from core.store.run import Run
from tests.conftest import ROOT, processes_of
from tests.core.jobs.at_work import broken_run
from tests.core.jobs.terminal import COMMAND, document, environment, settings_file, started, typed
from tests.waiting import wait_until

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals and terminals of POSIX")


@pytest.fixture(autouse=True)
def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """So small a network waits long for a second thread on a busy machine; nor does it need a graphics card."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")


@pytest.fixture
def short(tiny_bert: Path) -> dict[str, Any]:
    return {"model": {"kind": "folder", "name": str(tiny_bert)}, "epochs": 1, "max_tokens": 32, "patience": 0}


@pytest.fixture
def long(short: dict[str, Any]) -> dict[str, Any]:
    """Minutes of training: it is ended by the test, not by itself."""
    return short | {"epochs": 100, "batch_size": 1}


def failing(project: Project) -> Run:
    """A job that fails in a second."""
    run = broken_run(project)
    enqueue(run, name="hopeless")
    ensure_supervisor()
    return run


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "This training does not exist any more."), ("fr", "Cet entraînement n’existe plus.")],
)
def test_a_job_that_fails_ends_the_watch_with_1_and_its_reason(project: Project, language: str, sentence: str) -> None:
    run = failing(project)
    job = next(job for job in jobs() if job.run_id == run.id)
    done = started("watch", job.id, "--lang", language)
    assert (done.code, done.err) == (1, "")
    assert sentence in done.out.splitlines()[-1]


@posix
def test_on_a_terminal_a_bar_grows_in_place(project: Project) -> None:
    import pty  # not there on Windows

    failing(project)
    master, slave = pty.openpty()
    with subprocess.Popen(
        [*COMMAND, "watch", "hopeless"], cwd=ROOT, env=environment(TERM="xterm"), stdout=slave
    ) as watch:
        os.close(slave)
        seen = b""
        # A terminal whose other end is closed reads as an error on Linux, as an end elsewhere.
        try:
            while found := os.read(master, 65_536):
                seen += found
        except OSError:
            pass
    os.close(master)
    assert watch.returncode == 1
    assert "━" in seen.decode()
    assert "This training does not exist any more." in seen.decode()


@posix
@pytest.mark.parametrize("arguments", [["list"], ["list", "--json"]])
def test_a_reader_that_leaves_is_no_error_of_ours(project: Project, arguments: list[str]) -> None:
    enqueue(broken_run(project))
    command = [*COMMAND, *arguments]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as listing:
        assert listing.stdout is not None
        assert listing.stderr is not None
        listing.stdout.close()
        complaint = listing.stderr.read()
    assert (listing.returncode, complaint) == (0, "")


def test_several_are_launched_together_or_none(project: Project, tmp_path: Path, long: dict[str, Any]) -> None:
    gone = long | {"model": {"kind": "folder", "name": "gone"}}
    assert typed("launch", "messages", settings_file(tmp_path, [long, gone])).code == 2
    assert jobs() == []
    file = settings_file(tmp_path, [long | {"seed": seed} for seed in (1, 2)])
    with supervisor_lock().acquire(timeout=30):
        rows = json.loads(typed("launch", "messages", file, "--json", "--name", "twice").out)
        assert [(row["number"], row["state"], row["name"]) for row in rows] == [
            (1, "queued", "twice"),
            (2, "queued", "twice"),
        ]
        assert len({row["batch"] for row in rows}) == 1
        assert [json.loads(typed("show", row["id"], "--settings").out)["seed"] for row in rows] == [1, 2]
        assert typed("stop", *(row["id"] for row in rows)).code == 0


@pytest.mark.slow
def test_a_launch_is_followed_to_its_end(project: Project, tmp_path: Path, short: dict[str, Any]) -> None:
    done = started("launch", "messages", settings_file(tmp_path, short), "--wait", "--json", "--lang", "fr")
    assert done.code == 0
    (row,) = json.loads(done.out)
    lines = done.err.splitlines()
    assert all(line.startswith("messages/1\u00a0: ") for line in lines)
    assert "en attente" in lines[0]
    assert "L’entraînement est terminé" in lines[-1]
    assert len(set(lines)) == len(lines) > 2
    shown = typed("show", row["id"]).out
    assert "State: done\n" in shown
    assert "Start from: tiny-bert\n" in shown
    assert "Measured on: test part\n" in shown
    assert typed("watch", row["id"]).code == 0


@pytest.mark.long
@posix
def test_a_person_leaves_and_comes_back_pauses_resumes_and_stops(
    project: Project, home: Path, tmp_path: Path, long: dict[str, Any]
) -> None:
    file = settings_file(tmp_path, long)
    command = [*COMMAND, "launch", "messages", file, "--wait"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as launch:
        assert launch.stdout is not None
        for line in launch.stdout:
            if "step" in line:
                break
        launch.send_signal(signal.SIGINT)
        _rest, complaint = launch.communicate(timeout=60)
    assert launch.returncode == 130
    assert complaint == "You left; the jobs go on. watch follows them again, stop ends them.\n"
    (job,) = [each for each in jobs() if each.kind == "train"]
    # The simple models have a worker of their own, for a moment.
    (worker,) = [each for each in processes_of(home, "core.jobs.worker") if job.id in each.cmdline()]
    assert "under way" in typed("list").out

    assert "is asked to pause" in typed("pause", "messages/1").out
    done = started("watch", "messages/1")
    assert (done.code, done.err) == (3, "")
    assert done.out.splitlines()[-1] == "messages/1: Paused. It waits outside the queue until you resume it."
    assert not worker.is_running()
    assert re.search(r"Resume it from step [\d,]+: python -m core\.jobs resume", typed("show", "messages/1").out)

    assert typed("resume", "messages/1").code == 0
    # What the first attempt said of itself does not count.
    wait_until(lambda: [each["progress"]["phase"] for each in document("list") if each["id"] == job.id] == ["training"])
    assert "is asked to stop" in typed("stop", "messages/1").out
    done = started("watch", "messages/1")
    assert (done.code, done.err) == (3, "")
    assert done.out.splitlines()[-1].startswith("messages/1: Stopped. The best model so far was kept")
    assert [each.attempt for each in jobs() if each.kind == "train"] == [2]
