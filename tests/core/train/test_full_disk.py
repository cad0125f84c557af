"""A disk that fills up while a training keeps its checkpoints: a small one of its own, really full."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import UserError
from core.store.run import Run
from core.train.checkpoints import MARGIN, Checkpoints
from core.train.train import train
from core.words import Words
from tests.core.train.interrupted import asking, assert_same, interrupt, newest_step
from tests.tables import lay_down, messages
from tests.trained import project_of, small, trained

SIZE = 100_000_000


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """The folder of a disk of 100 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root can mount a small disk, on Linux")
    mounting = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)]
    if subprocess.run(mounting, capture_output=True).returncode:
        pytest.skip("this machine does not let us mount a small disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill_up(disk: Path, leave: int) -> Path:
    """A file that leaves so many bytes of the disk."""
    ballast = disk / "ballast"
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(disk).free - leave)
    return ballast


@pytest.mark.slow
def test_a_full_disk_ends_the_run_with_its_last_checkpoint_and_room_lets_it_go_on(
    disk: Path, tiny_bert: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = disk / "home"
    home.mkdir()
    monkeypatch.setenv("PARAFINE_HOME", str(home))
    monkeypatch.delenv("PARAFINE_DATABASE_URL", raising=False)
    project, settings = project_of(messages()), small(tiny_bert, dropout=0.1)
    undisturbed = trained(project, settings)
    run = lay_down(project, settings)
    interrupt(run, 8)
    ballast = fill_up(disk, MARGIN - 1_000_000)
    with pytest.raises(UserError) as full:
        train(run, 2, asking(run, 10, "pause"))
    run.forget_requests()
    facts = full.value.facts
    assert full.value.code == "disk_full"
    assert facts["missing"] == facts["needed"] - facts["free"] > 0
    assert facts["free"] == pytest.approx(MARGIN - 1_000_000, rel=0.05)
    sentence = full.value.sentence(Words("en"))
    assert "not enough room on the disk" in sentence
    assert Words("en").size(facts["missing"]) in sentence
    assert newest_step(run) == 8
    assert still_full(run)
    ballast.unlink()
    train(run, attempt=3)
    assert_same(run, undisturbed)


def still_full(run: Run) -> bool:
    """Whether another try says it again, and takes nothing away."""
    with pytest.raises(UserError, match="not enough room"):
        train(run, 2, asking(run, 9, "pause"))
    run.forget_requests()
    return newest_step(run) == 8


def test_the_older_of_two_makes_room_for_the_next(disk: Path) -> None:
    checkpoints = Checkpoints(disk / "checkpoints")
    for step in (1, 2):
        checkpoints.write(step, lambda folder: weigh(folder, 10_000_000), [], size=10_000_000)
    ballast = fill_up(disk, MARGIN + 5_000_000)
    checkpoints.write(3, lambda folder: weigh(folder, 10_000_000), [], size=10_000_000)
    assert [path.name for path in checkpoints.all()] == ["step-00000003", "step-00000002"]
    ballast.unlink()
    fill_up(disk, MARGIN - 5_000_000)
    with pytest.raises(UserError) as full:
        checkpoints.write(4, lambda folder: weigh(folder, 10_000_000), [], size=10_000_000)
    assert full.value.facts["missing"] > 0
    newest = checkpoints.newest()
    assert newest is not None
    assert newest.name == "step-00000003"


def test_a_disk_that_fills_up_while_one_is_written_leaves_the_former(disk: Path) -> None:
    """Others write too: what was looked at before the first byte may be gone at the last."""
    checkpoints = Checkpoints(disk / "checkpoints")
    checkpoints.write(1, lambda folder: weigh(folder, 1_000_000), [], size=1_000_000)
    with pytest.raises(OSError, match="No space left"):
        checkpoints.write(2, lambda folder: weigh(folder, SIZE), [], size=1_000_000)
    newest = checkpoints.newest()
    assert newest is not None
    assert newest.name == "step-00000001"
    assert [path.name for path in checkpoints.folder.iterdir()] == ["step-00000001"]
    assert shutil.disk_usage(disk).free > SIZE / 2


def weigh(folder: Path, size: int) -> None:
    """Writes so many bytes."""
    with (folder / "weights.safetensors").open("wb") as file:
        for _ in range(size // 1_000_000):
            file.write(bytes(1_000_000))
