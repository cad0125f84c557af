"""A home whose disk is full or can only be read: a sentence with a way on, and nothing lost once there is room again."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import UserError
from core.jobs.processes import supervisor_lock
from core.jobs.queue import claim, enqueue, finish, jobs
from core.store.database import engine
from core.store.project import Project, create_project, list_projects
from core.store.run import Run
from core.words import Words
from tests.conftest import ROOT
from tests.small_disk import disk as disk
from tests.small_disk import fill, make

OPEN = """from core.errors import UserError; from core.store.project import list_projects
try: print(len(list_projects()))
except UserError as error: print(error.code, error.facts.get("problem"))
"""
"""Opens the home in a process of its own, as a server that starts."""


@pytest.fixture
def home(empty_home: Path) -> Path:
    return empty_home


def opened(disk: Path) -> str:
    """What a new process sees of the home."""
    command = [sys.executable, "-c", OPEN]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def refused(act: Callable[..., object], *arguments: object) -> UserError:
    with pytest.raises(UserError) as caught:
        act(*arguments)
    for language in ("en", "fr"):
        assert "{" not in caught.value.sentence(Words(language))
    return caught.value


@pytest.mark.parametrize("is_new", [True, False])
def test_a_home_that_can_only_be_read_is_a_sentence(disk: Path, is_new: bool) -> None:
    if not is_new:
        create_project("mails")
    make(disk, "ro")
    assert opened(disk) == "home_unusable the disk can only be read"
    make(disk, "rw")
    assert opened(disk) == ("0" if is_new else "1")


@pytest.mark.skipif(sys.platform == "win32", reason="rights to folders are told otherwise there")
def test_a_folder_without_the_right_to_write_there_is_a_sentence(home: Path) -> None:
    """Nothing is forbidden to root, who becomes somebody else to ask."""
    home.chmod(0o555)
    code = OPEN.replace("\n", "\nimport os\nif os.geteuid() == 0: os.seteuid(65_534)\n", 1)
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    home.chmod(0o755)
    assert done.stdout.strip() == "home_unusable it has no right to write there", done.stderr


@pytest.mark.parametrize("is_new", [True, False])
def test_a_home_on_a_full_disk_is_a_sentence_until_there_is_room(disk: Path, is_new: bool) -> None:
    if not is_new:
        create_project("mails")
    fill(disk)
    assert opened(disk).split()[0] in ("disk_full", "home_unusable")
    (disk / "ballast").unlink()
    assert opened(disk) == ("0" if is_new else "1")


def test_a_disk_that_fills_up_under_an_open_home_loses_nothing(disk: Path) -> None:
    """Each change is made whole or refused with a sentence, and the queue is what it was."""
    with supervisor_lock():
        project = create_project("mails")
        for place in range(3):
            enqueue(Run(project.id, f"run{place}"))
        taken = claim("cpu")
        assert taken is not None
        fill(disk)
        made, error = until_refused(project)
        assert error.code == "disk_full"
        assert error.facts["missing"] > 0
        (disk / "ballast").unlink()
        assert {job.run_id for job in jobs()} == {"run0", "run1", "run2", *made}
        assert finish(taken, "done")
        (job,) = enqueue(Run(project.id, "afterwards"))
        assert [one.id for one in list_projects()] == [project.id]
    assert job.position == len(jobs())
    with engine().connect() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"


def until_refused(project: Project) -> tuple[list[str], UserError]:
    """What still found its place on the full disk, and what was said then."""
    made: list[str] = []
    for place in range(100_000):
        try:
            enqueue(*(Run(project.id, f"more{place}-{each}") for each in range(50)))
        except UserError as error:
            return made, error
        made += [f"more{place}-{each}" for each in range(50)]
    raise AssertionError("the disk was never full")


def test_a_disk_that_becomes_read_only_under_an_open_home_is_a_sentence(disk: Path) -> None:
    project = create_project("mails")
    make(disk, "ro")
    assert refused(create_project, "other").code == "home_unusable"
    assert refused(enqueue, Run(project.id, "r")).code == "home_unusable"
    make(disk, "rw")
    assert list_projects() == [project]
