"""Checkpoints as a store: whole or not there, two of them, and never dearer than their share of the time."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from core.home import read_json
from core.train.checkpoints import BETWEEN, KEPT, Checkpoints, fault_of
from tests.conftest import ROOT


@pytest.fixture
def checkpoints(tmp_path: Path) -> Checkpoints:
    return Checkpoints(tmp_path / "checkpoints")


def put(checkpoints: Checkpoints, step: int, best: int | None = None) -> None:
    """A checkpoint with two files that say which step it is of, and best weights beside it."""
    checkpoints.folder.mkdir(exist_ok=True)
    beside = checkpoints.folder / f"best-{best if best is not None else step:08d}.safetensors"
    if not beside.exists():
        beside.write_text(f"best of {step}")

    def fill(folder: Path) -> None:
        (folder / "weights.safetensors").write_bytes(f"weights of {step}".encode() * 1000)
        (folder / "state.json").write_text(f"state of {step}")

    checkpoints.write(step, fill, [beside], size=1000)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_the_manifest_lists_every_file_with_size_and_hash(checkpoints: Checkpoints) -> None:
    put(checkpoints, 7)
    newest = checkpoints.newest()
    assert newest == checkpoints.folder / "step-00000007"
    manifest = read_json(newest / "manifest.json")
    assert manifest["step"] == 7
    assert set(manifest["files"]) == {"weights.safetensors", "state.json", "../best-00000007.safetensors"}
    for name, (size, digest) in manifest["files"].items():
        assert (newest / name).stat().st_size == size
        assert len(digest) == 64
    assert fault_of(newest) is None


def test_until_the_last_file_is_written_there_is_neither_manifest_nor_checkpoint(checkpoints: Checkpoints) -> None:
    put(checkpoints, 1)

    def fill(folder: Path) -> None:
        (folder / "weights.safetensors").write_text("half")
        assert names(folder) == {"weights.safetensors"}
        assert [path.name for path in checkpoints.all()] == ["step-00000001"]

    checkpoints.write(2, fill, [], size=1000)
    assert names(checkpoints.folder / "step-00000002") == {"weights.safetensors", "manifest.json"}


def test_two_are_kept_with_the_best_weights_that_they_need(checkpoints: Checkpoints) -> None:
    for step, best in ((1, 1), (2, 1), (3, 3), (4, 3), (5, 5)):
        put(checkpoints, step, best)
    assert names(checkpoints.folder) == {
        *("step-00000004", "step-00000005", "best-00000003.safetensors", "best-00000005.safetensors")
    }
    assert len(checkpoints.all()) == KEPT
    assert checkpoints.newest() == checkpoints.folder / "step-00000005"


def test_a_step_that_is_taken_again_replaces_its_former_checkpoint(checkpoints: Checkpoints) -> None:
    put(checkpoints, 3)
    (checkpoints.folder / "step-00000003" / "left.json").write_text("of the former attempt")
    put(checkpoints, 3)
    newest = checkpoints.newest()
    assert newest is not None
    assert names(newest) == {"weights.safetensors", "state.json", "manifest.json"}


def test_what_fails_while_it_is_written_leaves_the_former_ones_and_no_trace(checkpoints: Checkpoints) -> None:
    put(checkpoints, 1)
    put(checkpoints, 2)
    before = names(checkpoints.folder)

    def fill(folder: Path) -> None:
        (folder / "weights.safetensors").write_text("half")
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        checkpoints.write(3, fill, [], size=1000)
    assert names(checkpoints.folder) == before
    assert checkpoints.newest() == checkpoints.folder / "step-00000002"


WRITER = """
import sys
from pathlib import Path
from core.train.checkpoints import Checkpoints

def fill(folder):
    for name in "abcd":
        (folder / f"{name}.safetensors").write_bytes(str(step).encode() * 1_000_000)

checkpoints = Checkpoints(Path(sys.argv[1]))
step = int(sys.argv[2])
while True:
    step += 1
    best = checkpoints.folder / f"best-{step:08d}.safetensors"
    checkpoints.folder.mkdir(exist_ok=True)
    best.write_text(str(step))
    checkpoints.write(step, fill, [best], size=1000)
    print(step, flush=True)
"""


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
def test_killed_at_any_moment_the_last_one_that_was_written_is_there(checkpoints: Checkpoints, seed: int) -> None:
    chance = random.Random(seed)
    step = 0
    for _ in range(3):
        command = [sys.executable, "-c", WRITER, str(checkpoints.folder), str(step)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            said = int(writer.stdout.readline())
            time.sleep(chance.uniform(0.0, 0.1))
            writer.kill()
            said = max([said, *map(int, writer.stdout.read().split())])
        newest = checkpoints.newest()
        assert newest is not None
        step = int(newest.name.removeprefix("step-"))
        assert said <= step <= said + 1
        assert (newest / "a.safetensors").read_bytes() == str(step).encode() * 1_000_000
        assert not [path for path in checkpoints.folder.iterdir() if path.name.startswith(".")]


class Clock:
    """time.monotonic, moved by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(time, "monotonic", clock)
    return clock


def taking(clock: Clock, seconds: float) -> Callable[[Path], None]:
    """Fills a folder in so many seconds."""

    def fill(folder: Path) -> None:
        (folder / "state.json").write_text("{}")
        clock.now += seconds

    return fill


def test_cheap_ones_are_due_at_the_end_of_an_epoch_and_every_five_minutes(tmp_path: Path, clock: Clock) -> None:
    checkpoints = Checkpoints(tmp_path / "checkpoints")
    checkpoints.write(1, taking(clock, 0.125), [], size=1000)
    assert not checkpoints.due(at_epoch_end=True), "a checkpoint has just been written"
    clock.now += 10
    assert checkpoints.due(at_epoch_end=True)
    assert not checkpoints.due(at_epoch_end=False)
    clock.now += BETWEEN - 11
    assert not checkpoints.due(at_epoch_end=False)
    clock.now += 1
    assert checkpoints.due(at_epoch_end=False)
    checkpoints.write(2, taking(clock, 0.125), [], size=1000)
    assert not checkpoints.due(at_epoch_end=False)


def test_the_first_one_waits_for_its_expected_cost(tmp_path: Path, clock: Clock) -> None:
    checkpoints = Checkpoints(tmp_path / "checkpoints")
    checkpoints.expect(6.0)
    clock.now += BETWEEN - 1
    assert not checkpoints.due(at_epoch_end=True)
    clock.now += 2
    assert checkpoints.due(at_epoch_end=True)


@pytest.mark.parametrize("cost", [0.02, 0.5, 3.0, 30.0])
@pytest.mark.parametrize("epoch", [2, 60, 2000])
def test_they_never_cost_three_percent_of_the_time(tmp_path: Path, clock: Clock, cost: float, epoch: int) -> None:
    """Steps of half a second over three hours, epochs of so many steps, each write now quicker, now slower."""
    checkpoints = Checkpoints(tmp_path / "checkpoints")
    checkpoints.expect(cost)
    chance = random.Random(epoch)
    started, spent, written, longest = clock.now, 0.0, [clock.now], 0.0
    for step in range(1, 21_600):
        clock.now += 0.5
        if checkpoints.due(at_epoch_end=step % epoch == 0):
            seconds = cost * chance.uniform(0.7, 1.3)
            checkpoints.write(step, taking(clock, seconds), [], size=1000)
            longest = max(longest, clock.now - written[-1])
            written.append(clock.now)
            spent += seconds
    assert 0 < spent < 0.03 * (clock.now - started)
    # Nor is anything waited for that is cheap: what a kill costs stays bounded.
    assert longest <= max(BETWEEN, 1.3 * cost / 0.02) + 2 * cost + 1
