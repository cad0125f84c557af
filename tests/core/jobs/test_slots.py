"""Devices: their names, whose number is whose card, what a worker on each gets, and how processes are started and put behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from core.errors import UserError
from core.jobs.launch import launch
from core.jobs.processes import detached, ensure_supervisor, is_held, supervisor_lock
from core.jobs.queue import jobs
from core.jobs.slots import BESIDE, CALM, devices, environment, graphics_cards, processors, slot_lock, slots, threads_of
from core.store.project import Project
from core.store.run import list_runs
from core.train.settings import Settings
from core.words import Words
from tests.conftest import ROOT, processes_of
from tests.waiting import wait_until


@pytest.fixture(autouse=True)
def plain_environment(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PARAFINE_SLOTS", "CUDA_VISIBLE_DEVICES", "OMP_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("named", "found"),
    [
        ("cpu", ["cpu"]),
        ("cpu cpu", ["cpu", "cpu#2"]),
        (" cpu,cpu ,  cpu ", ["cpu", "cpu#2", "cpu#3"]),
        ("cuda:1", ["cuda:1"]),
        ("cuda:0 cuda:10 cpu cuda:0", ["cuda:0", "cuda:10", "cpu", "cuda:0#2"]),
    ],
)
def test_devices_are_those_named_and_numbered_when_named_twice(
    monkeypatch: pytest.MonkeyPatch, named: str, found: list[str]
) -> None:
    monkeypatch.setenv("PARAFINE_SLOTS", named)
    assert devices() == found
    assert slots() == [*found, BESIDE]
    found = slots()
    assert len({slot_lock(slot).lock_file for slot in found}) == len(found)


def test_without_a_word_each_card_is_a_device_or_the_processor_is(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [f"cuda:{place}" for place in range(graphics_cards())] or ["cpu"]
    assert devices() == found
    monkeypatch.setenv("PARAFINE_SLOTS", "")
    assert devices() == found


@pytest.mark.parametrize("named", ["gpu", "cuda", "cuda:x", "cpu#2", "CPU", "cpu;cpu", "cuda:-1", "2"])
def test_what_names_no_device_is_a_sentence_before_anything_is_made(
    project: Project, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    monkeypatch.setenv("PARAFINE_SLOTS", f"cpu {named}")
    with pytest.raises(UserError) as caught:
        launch(project.id, Settings())
    assert caught.value.code == "slots_invalid"
    assert f"“cpu {named}”" in caught.value.sentence(Words("en"))
    assert (jobs(), list_runs(project.id)) == ([], [])


def test_a_worker_on_a_card_sees_that_card_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAFINE_SLOTS", "cuda:0 cuda:1")
    assert environment("cuda:1")["CUDA_VISIBLE_DEVICES"] == "1"
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3, GPU-7f,5")
    seen = [
        environment(slot)["CUDA_VISIBLE_DEVICES"] for slot in ("cuda:0", "cuda:1", "cuda:2#2", "cuda:4", "cpu", BESIDE)
    ]
    assert seen == ["3", "GPU-7f", "5", "4", "", ""]


@pytest.mark.parametrize(
    ("count", "workers", "threads"),
    [(1, 1, 1), (2, 1, 2), (4, 1, 4), (4, 2, 2), (8, 1, 7), (16, 3, 5), (2, 4, 1), (4, 0, 4), (64, 1, 63)],
)
def test_workers_share_the_processors_and_leave_one_when_there_are_many(count: int, workers: int, threads: int) -> None:
    assert threads_of(count, workers) == threads


def test_threads_are_capped_unless_somebody_has_said_how_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAFINE_SLOTS", " ".join(["cpu"] * (processors() + 1)))
    assert environment("cpu#2") == {**CALM, "CUDA_VISIBLE_DEVICES": "", "OMP_NUM_THREADS": "1"}
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert "OMP_NUM_THREADS" not in environment("cpu#2")


def test_a_process_is_detached_in_the_way_of_its_platform() -> None:
    """What cannot be tried here is its shape: Windows knows flags where others know sessions."""
    windows = detached("win32")
    assert set(windows) == {"creationflags"}
    new_group, no_window, breakaway = 0x00000200, 0x08000000, 0x00000008
    assert windows["creationflags"] & new_group
    assert windows["creationflags"] & no_window
    assert not windows["creationflags"] & breakaway  # DETACHED_PROCESS and CREATE_NO_WINDOW exclude each other
    for name, value in (("CREATE_NEW_PROCESS_GROUP", new_group), ("CREATE_NO_WINDOW", no_window)):
        assert getattr(subprocess, name, value) == value
    assert detached("linux") == detached("darwin") == {"start_new_session": True}


def test_a_worker_is_put_behind_the_pages() -> None:
    code = "import sys; from core.jobs.processes import lower_priority; lower_priority(sys.platform, 5); input()"
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdin=subprocess.PIPE) as child:
        behind = psutil.Process(child.pid)
        own = psutil.Process().nice()
        wait_until(lambda: behind.nice() != own)
        if sys.platform == "win32":
            assert behind.nice() == psutil.BELOW_NORMAL_PRIORITY_CLASS
        else:
            assert behind.nice() == min(19, own + 5)
        child.communicate(b"\n")
    assert getattr(psutil, "BELOW_NORMAL_PRIORITY_CLASS", 16384) == 16384


def _grouped() -> bool:
    # The file is there and empty on a kernel that could share between sessions and was told not to.
    told = Path("/proc/self/autogroup")
    return told.exists() and bool(told.read_text().strip())


@pytest.mark.skipif(not _grouped(), reason="this kernel shares nothing between sessions")
@pytest.mark.parametrize("leads", [True, False], ids=["its own session", "somebody's session"])
def test_only_a_session_of_its_own_is_put_behind_the_pages(leads: bool) -> None:
    code = "from core.jobs.processes import lower_session; lower_session(7); print(open('/proc/self/autogroup').read())"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, start_new_session=leads
    )
    own = Path("/proc/self/autogroup").read_text().split()[-1]
    assert done.stdout.split()[-1] == ("7" if leads else own)


@pytest.mark.skipif(sys.platform == "win32", reason="sessions are of Unix")
def test_a_supervisor_is_not_of_the_session_of_the_one_who_started_it(project: Project, home: Path) -> None:
    with supervisor_lock():
        ensure_supervisor()  # one lives: none is started
        assert not processes_of(home)
    ensure_supervisor()
    (supervisor,) = wait_until(lambda: processes_of(home, "core.jobs.supervisor"))
    os.kill(supervisor.pid, signal.SIGSTOP)
    assert os.getsid(supervisor.pid) == supervisor.pid != os.getsid(0)
    os.kill(supervisor.pid, signal.SIGCONT)
    wait_until(lambda: not processes_of(home))
    assert not is_held(supervisor_lock())


def test_the_name_of_a_lock_is_one_that_every_system_takes(home: Path) -> None:
    for slot in ("cpu", "cpu#2", "cuda:0", "cuda:12#3"):
        path = Path(slot_lock(slot).lock_file)
        assert path.parent == home / "locks"
        assert not set(path.name) & set('<>:"/\\|?*#')
    assert is_held(slot_lock("cuda:0")) is False
    with slot_lock("cuda:0"):
        assert is_held(slot_lock("cuda:0"))
        assert not is_held(slot_lock("cuda:1"))
