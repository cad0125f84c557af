"""How an attempt ended is read from what it left; what is ended by force leaves nothing running."""

from __future__ import annotations

import errno
import json
import shutil
import subprocess
import sys
from typing import Any

import psutil
import pytest

from core.jobs.ending import how_it_ended
from core.jobs.processes import end_tree, worker_process
from core.jobs.queue import Job, claim, enqueue
from core.store.job_folder import Heartbeat
from core.store.project import Project
from tests.tables import lay_down
from tests.waiting import wait_until

DONE = {"attempt": 1, "state": "done", "reason": None}
FAILED = {"attempt": 1, "state": "failed", "reason": {"code": "x"}}


def at_work(project: Project) -> Job:
    """A run, queued and taken: its first attempt."""
    enqueue(lay_down(project))
    job = claim("cpu")
    assert job is not None
    assert job.attempt == 1
    return job


@pytest.mark.parametrize(
    ("files", "code", "memory_ran_out", "state", "reason"),
    [
        ({"outcome.json": DONE}, 0, False, "done", None),
        ({"outcome.json": DONE | {"state": "stopped"}}, 0, False, "stopped", None),
        ({"outcome.json": DONE | {"state": "paused"}, "stop.request": ""}, 0, False, "paused", None),
        ({"outcome.json": FAILED}, 1, False, "failed", "x"),
        ({"outcome.json": FAILED}, 1, True, "failed", "x"),
        ({"result.json": {"attempt": 1, "state": "done"}}, -9, False, "done", None),
        ({"result.json": {"attempt": 1, "state": "stopped"}, "stop.request": ""}, -9, False, "stopped", None),
        ({"result.json": {"attempt": 1, "state": "done"}, "outcome.json": "torn"}, -9, True, "done", None),
        ({}, -9, True, "failed", "out_of_memory"),
        ({"stop.request": ""}, -9, False, "stopped", None),
        ({"pause.request": ""}, -9, False, "paused", None),
        ({"pause.request": "", "stop.request": ""}, -9, False, "stopped", None),
        ({}, 1, False, "failed", "worker_failed"),
        ({}, errno.ENOSPC, False, "failed", "disk_full"),
        ({}, errno.EDQUOT, False, "failed", "disk_full"),
        ({}, -9, False, "interrupted", None),
        ({}, None, None, "interrupted", None),
        ({"outcome.json": "torn"}, None, None, "interrupted", None),
    ],
)
def test_how_a_run_ended_is_what_its_worker_wrote_or_what_became_of_it(
    project: Project,
    files: dict[str, Any],
    code: int | None,
    memory_ran_out: bool | None,
    state: str,
    reason: str | None,
) -> None:
    job = at_work(project)
    for name, content in files.items():
        (job.folder.folder / name).write_text("{" if content == "torn" else json.dumps(content))
    found, why = how_it_ended(job, code, memory_ran_out)
    assert (found, why and why["code"]) == (state, reason)
    if reason == "worker_failed":
        assert why == {"code": "worker_failed", "facts": {"reference": job.run_id}}


@pytest.mark.parametrize("name", ["outcome.json", "result.json"])
@pytest.mark.parametrize("attempt", [0, 2, None])
def test_what_another_attempt_wrote_does_not_count(project: Project, name: str, attempt: int | None) -> None:
    job = at_work(project)
    (job.folder.folder / name).write_text(json.dumps(DONE | {"attempt": attempt}))
    assert how_it_ended(job, -9, False) == ("interrupted", None)


def test_a_run_whose_folder_is_gone_failed_for_that(project: Project) -> None:
    job = at_work(project)
    shutil.rmtree(job.folder.folder)
    assert how_it_ended(job, None, None) == ("failed", {"code": "run_not_found", "facts": {}})


def test_the_processes_below_one_end_with_it() -> None:
    sleeper = "import time; time.sleep(600)"
    code = f"import subprocess, sys; print(subprocess.Popen([sys.executable, '-c', {sleeper!r}]).pid, flush=True); {sleeper}"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        process = psutil.Process(parent.pid)
        child = psutil.Process(int(parent.stdout.readline()))
        end_tree(process)
        parent.wait()
    wait_until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)
    end_tree(process)  # already gone: nothing happens


def test_a_number_that_belongs_to_another_process_by_now_is_not_the_worker_s() -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as child:
        process = psutil.Process(child.pid)
        beat = Heartbeat(attempt=1, pid=child.pid, command=process.cmdline())
        assert worker_process(beat) == process
        assert worker_process(beat.model_copy(update={"command": [*beat.command, "other"]})) is None
        child.kill()
        child.wait()
    assert worker_process(beat) is None
    assert worker_process(None) is None
