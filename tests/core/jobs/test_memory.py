"""No memory left: whichever way the system says it, the job ends with that reason and can be resumed."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.jobs.control import resume, stop
from core.jobs.ending import beginning, how_it_ended
from core.jobs.launch import launch
from core.jobs.processes import supervisor_lock
from core.jobs.queue import enqueue, finish
from core.jobs.resources import CGROUP_V1, CGROUP_V2, memory
from core.store.project import Project
from core.train.settings import Settings
from tests.conftest import ROOT
from tests.core.jobs.at_work import SUPERVISOR, WORKER, now_of, steps_learned, taken
from tests.tables import lay_down
from tests.waiting import wait_until

resource = pytest.importorskip("resource", reason="limits of processes and control groups are of Unix")
OUT_OF_MEMORY = {"code": "out_of_memory", "facts": {}}
BLAS = "OpenBLAS error: Memory allocation still failed after 10 retries, giving up."
BALLAST = """
import pathlib, sys, time
kept, used, most, left = [], pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
while int(used.read_text()) < most - left: kept.append(bytearray(b"1") * 5_000_000)
print("full", flush=True)
time.sleep(600)
"""
"""Fills a control group but for so many bytes."""


@pytest.mark.parametrize(
    ("lines", "code", "state"),
    [
        ([beginning(1), BLAS], 1, "failed"),
        ([beginning(1), "terminate called after throwing an instance of 'std::bad_alloc'"], -6, "failed"),
        ([beginning(1), "pthread_create failed for thread 1 of 2", "KeyboardInterrupt"], -2, "failed"),
        ([BLAS], 1, "failed"),  # before it could say anything
        ([beginning(1), BLAS], -9, "interrupted"),  # ended from outside, whatever it had said
        ([beginning(1), BLAS], None, "interrupted"),  # nobody saw its end
        ([beginning(1), "epoch 1"], -6, "interrupted"),
    ],
)
def test_a_library_that_ends_the_process_leaves_its_reason_in_the_log(
    project: Project, lines: list[str], code: int | None, state: str
) -> None:
    run = lay_down(project)
    enqueue(run)
    run.log.write_text("\n".join(lines) + "\n")
    assert how_it_ended(taken(), code, None) == (state, OUT_OF_MEMORY if state == "failed" else None)


def test_what_an_earlier_attempt_said_of_memory_does_not_count(project: Project) -> None:
    run = lay_down(project)
    enqueue(run)
    run.log.write_text("\n".join([beginning(0), BLAS, beginning(1), "another fault"]))
    state, reason = how_it_ended(taken(), 1, None)
    assert (state, reason and reason["code"]) == ("failed", "worker_failed")


@pytest.mark.slow
@pytest.mark.parametrize(
    "limit",
    [
        pytest.param(300_000_000, id="while torch is loaded"),
        pytest.param(2_200_000_000, id="while it trains", marks=pytest.mark.long),
    ],
)
def test_a_worker_that_gets_no_more_address_space_says_so(project: Project, limit: int) -> None:
    run = lay_down(project, Settings(epochs=1, batch_size=128, max_tokens=512))
    enqueue(run)
    job = taken()

    def narrow() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))

    one_thread = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    with run.log.open("ab") as log:
        done = subprocess.run(
            [sys.executable, "-m", WORKER, job.id, "1", "cpu"],
            cwd=ROOT,
            stdout=log,
            stderr=log,
            env=os.environ | one_thread,
            preexec_fn=narrow,
            timeout=300,
            check=False,
        )
    assert how_it_ended(job, done.returncode, None) == ("failed", OUT_OF_MEMORY), run.last_lines()
    assert done.returncode == 1
    with supervisor_lock():
        finish(job, "failed", OUT_OF_MEMORY)
        assert resume(run).attempt == 2


@pytest.fixture
def group() -> Iterator[Callable[[int], Path]]:
    """`group(bytes)`: a new control group with this limit of memory; skips where none can be made."""
    made: list[Path] = []

    def make(limit: int) -> Path:
        is_v2 = (CGROUP_V2 / "cgroup.controllers").exists()
        folder = (CGROUP_V2 if is_v2 else CGROUP_V1) / f"parafine-{secrets.token_hex(4)}"
        try:
            folder.mkdir()
            made.append(folder)
            (folder / ("memory.max" if is_v2 else "memory.limit_in_bytes")).write_text(str(limit))
            if is_v2:
                (folder / "memory.swap.max").write_text("0")
        except OSError as error:
            pytest.skip(f"this machine lets a test make no control group with a limit of memory: {error}")
        return folder

    yield make
    for folder in made:
        for line in (folder / "cgroup.procs").read_text().split():
            os.kill(int(line), signal.SIGKILL)
        wait_until(lambda folder=folder: not (folder / "cgroup.procs").read_text())
        folder.rmdir()


def inside(folder: Path, *arguments: str, **options: int) -> subprocess.Popen[bytes]:
    """A Python process in a control group, and all that it will start."""

    def join() -> None:
        (folder / "cgroup.procs").write_text(str(os.getpid()))

    return subprocess.Popen([sys.executable, *arguments], cwd=ROOT, preexec_fn=join, **options)  # type: ignore[call-overload,no-any-return]


@pytest.mark.slow
def test_a_worker_that_the_system_ends_for_its_memory_failed_for_that(
    project: Project, group: Callable[[int], Path], long_work: Settings
) -> None:
    """Torch alone needs more."""
    folder = group(200_000_000)
    with supervisor_lock():
        run = launch(project.id, long_work)
    with inside(folder, "-m", SUPERVISOR) as supervisor:
        assert supervisor.wait(timeout=180) == 0
    job = now_of(run)
    assert (job.state, job.reason) == ("failed", OUT_OF_MEMORY), run.last_lines()
    assert run.outcome() is None


@pytest.mark.slow
def test_a_worker_ends_by_itself_before_the_system_ends_others(
    project: Project, group: Callable[[int], Path], long_work: Settings
) -> None:
    """Something beside it takes the memory; once that is gone, the training goes on where it was."""
    limit = 1_500_000_000
    folder = group(limit)
    with supervisor_lock():
        run = launch(project.id, long_work)
    with inside(folder, "-m", SUPERVISOR) as supervisor:
        wait_until(lambda: steps_learned(run) > 60)
        used = next(path for name in ("memory.current", "memory.usage_in_bytes") if (path := folder / name).exists())
        with inside(folder, "-c", BALLAST, str(used), str(limit), "60000000", stdout=subprocess.PIPE) as ballast:
            assert ballast.stdout is not None
            assert ballast.stdout.readline() == b"full\n"
            assert supervisor.wait(timeout=180) == 0
            ballast.kill()
    job = now_of(run)
    assert job.reason is not None, run.last_lines()
    assert (job.state, job.reason["code"], job.reason["facts"]["total"]) == (
        "failed",
        "memory_short",
        limit // 4096 * 4096,
    )
    assert job.reason["facts"]["left"] < 100_000_000
    reached = run.progress().step
    assert list((run.folder / "checkpoints").glob("step-*"))
    with supervisor_lock():
        assert resume(run).attempt == 2
    with inside(folder, "-m", SUPERVISOR) as supervisor:
        wait_until(lambda: steps_learned(run) > reached)
        stop(run)
        assert supervisor.wait(timeout=180) == 0
    assert (now_of(run).state, run.has_model()) == ("stopped", True)


def test_the_limit_of_a_control_group_is_the_memory_that_is_left(group: Callable[[int], Path]) -> None:
    folder = group(400_000_000)
    code = "from core.jobs.resources import memory; found = memory(); print(found.total, found.left, found.used)"
    with inside(folder, "-c", code, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        total, left, used = map(int, process.stdout.read().split())
    assert total == 400_000_000 // 4096 * 4096 < memory().total
    assert 0 < left < total
    assert used == total - left
