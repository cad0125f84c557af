"""How a run ended is read from what it left; what is ended by force leaves nothing running."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import psutil
import pytest

from core.jobs.supervisor import end_tree, how_it_ended
from core.store.project import Project
from tests.tables import lay_down
from tests.waiting import wait_until


@pytest.mark.parametrize(
    ("files", "code", "memory_ran_out", "state", "reason"),
    [
        ({"outcome.json": {"state": "done", "reason": None}}, 0, False, "done", None),
        ({"outcome.json": {"state": "stopped", "reason": None}}, 0, False, "stopped", None),
        ({"outcome.json": {"state": "failed", "reason": {"code": "x"}}}, 1, False, "failed", "x"),
        ({"outcome.json": {"state": "failed", "reason": {"code": "x"}}}, 1, True, "failed", "x"),
        ({"result.json": {"state": "done"}}, -9, False, "done", None),
        ({"result.json": {"state": "stopped"}, "stop.request": ""}, -9, False, "stopped", None),
        ({}, -9, True, "failed", "out_of_memory"),
        ({"stop.request": ""}, -9, False, "stopped", None),
        ({}, 1, False, "failed", "worker_failed"),
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
    run = lay_down(project)
    for name, content in files.items():
        (run.folder / name).write_text("{" if content == "torn" else json.dumps(content))
    found, why = how_it_ended(run, code, memory_ran_out)
    assert (found, why and why["code"]) == (state, reason)
    if reason == "worker_failed":
        assert why == {"code": "worker_failed", "facts": {"reference": run.id}}


def test_the_processes_below_one_end_with_it() -> None:
    sleeper = "import time; time.sleep(600)"
    code = f"import subprocess, sys; print(subprocess.Popen([sys.executable, '-c', {sleeper!r}]).pid, flush=True); {sleeper}"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        end_tree(parent.pid)
        parent.wait()
    wait_until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)
    end_tree(parent.pid)  # already gone: nothing happens
