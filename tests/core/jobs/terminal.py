"""`python -m core.jobs` as a person at a terminal uses it: with arguments in, two outputs and an exit code out."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from core.jobs.command_line.entry import main
from core.jobs.queue import Job, enqueue, finish
from core.store.job_folder import State
from core.store.project import Project
from core.store.run import Run
from tests.conftest import ROOT
from tests.core.jobs.at_work import now_of, taken
from tests.tables import lay_down

COMMAND = [sys.executable, "-W", "error", "-m", "core.jobs"]


class Done(NamedTuple):
    code: int
    out: str
    err: str


def environment(**changed: str) -> dict[str, str]:
    """English, whoever runs the tests; no width, no colours."""
    kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LC_MESSAGES", "FORCE_COLOR")}
    return kept | {"LC_ALL": "C.UTF-8", "LANG": "C.UTF-8"} | changed


def started(*arguments: str, **changed: str) -> Done:
    """A real process: what it says and how it ends."""
    done = subprocess.run(
        [*COMMAND, *arguments],
        cwd=ROOT,
        env=environment(**changed),
        capture_output=True,
        encoding="utf-8",
        timeout=600,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def typed(*arguments: str, **changed: str) -> Done:
    """The same without a process of its own, which would take a second to start."""
    streams = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2)]
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(streams[0]), redirect_stderr(streams[1]):
        for name in ("COLUMNS", "LC_MESSAGES", "FORCE_COLOR"):
            patch.delenv(name, raising=False)
        for name, value in environment(**changed).items():
            patch.setenv(name, value)
        try:
            code = main(list(arguments))
        except SystemExit as leaving:
            code = int(leaving.code or 0)
    out, err = (_content(stream) for stream in streams)
    return Done(code, out, err)


def _content(stream: io.TextIOWrapper) -> str:
    stream.flush()
    stream.seek(0)
    return stream.read()


def said(*arguments: str, code: int = 0, **changed: str) -> str:
    """The standard output of a command that complains of nothing."""
    done = typed(*arguments, **changed)
    assert (done.code, done.err) == (code, ""), done.out
    return done.out


def refused(*arguments: str, **changed: str) -> str:
    """The complaint of a command that cannot be, on one line."""
    done = typed(*arguments, **changed)
    assert (done.code, done.out) == (2, ""), done.err
    assert "Traceback" not in done.err
    (line,) = done.err.splitlines()
    return line


def document(*arguments: str) -> Any:
    return json.loads(said(*arguments, "--json"))


def settings_file(folder: Path, values: Any) -> str:
    path = folder / "settings.json"
    path.write_text(json.dumps(values), encoding="utf-8")
    return str(path)


def queued(project: Project, name: str | None = None) -> Run:
    run = lay_down(project)
    enqueue(run, name=name)
    return run


def over(project: Project, state: State, reason: dict[str, Any] | None = None, name: str | None = None) -> Job:
    """A job that has ended so, without having begun."""
    run = queued(project, name)
    assert finish(taken(), state, reason)
    return now_of(run)
