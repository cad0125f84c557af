"""A checkpoint that is not what its manifest says is left out: the one before is used, or the beginning."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from core.store.project import Project
from core.store.run import Run
from core.train.checkpoints import Checkpoints, fault_of
from core.train.settings import Settings
from core.train.train import train
from tests.core.train.interrupted import assert_same, interrupt, newest_step
from tests.tables import lay_down, messages
from tests.trained import project_of, small, trained

pytestmark = pytest.mark.slow

OLDER, NEWER = 9, 11
FILES = {
    "weights.safetensors",
    "optimizer.safetensors",
    "extra.safetensors",
    "state.json",
    "trainer_state.json",
    "metrics.jsonl",
}
Damage = Callable[[Path], None]


@pytest.fixture(scope="module")
def project(shared_home: Path) -> Project:
    return project_of(messages())


@pytest.fixture(scope="module")
def settings(tiny_bert: Path) -> Settings:
    """Each checkpoint has weights of its own that it would leave with."""
    return small(tiny_bert, learning_rate=1e-3, dropout=0.1, keeps_last=True)


@pytest.fixture(scope="module")
def undisturbed(project: Project, settings: Settings) -> Run:
    return trained(project, settings)


@pytest.fixture(scope="module")
def paused(project: Project, settings: Settings) -> Run:
    """A run with two checkpoints, each with best weights of its own."""
    run = lay_down(project, settings)
    interrupt(run, OLDER)
    interrupt(run, NEWER, attempt=2)
    found = Checkpoints(run.folder / "checkpoints")
    assert [path.name for path in found.all()] == [f"step-{NEWER:08d}", f"step-{OLDER:08d}"]
    assert best_of(found.all()[0]) != best_of(found.all()[1])
    return run


@pytest.fixture
def run(project: Project, settings: Settings, paused: Run) -> Run:
    """A copy of the paused run, to be damaged."""
    made = lay_down(project, settings)
    shutil.copytree(paused.folder / "checkpoints", made.folder / "checkpoints")
    shutil.copy(paused.folder / "metrics.jsonl", made.folder)
    return made


def manifest(checkpoint: Path) -> dict[str, dict[str, tuple[int, str]]]:
    return json.loads((checkpoint / "manifest.json").read_text())


def best_of(checkpoint: Path) -> Path:
    """The best weights that a checkpoint needs; they lie beside it."""
    (name,) = [name for name in manifest(checkpoint)["files"] if name.startswith("../")]
    return (checkpoint / name).resolve()


def flip_a_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def test_nothing_in_a_checkpoint_is_a_pickle(paused: Run) -> None:
    files = [path for path in (paused.folder / "checkpoints").rglob("*") if path.is_file()]
    assert {path.suffix for path in files} == {".safetensors", ".json", ".jsonl"}
    for path in files:
        # A zip (torch.save), or a pickle of protocol 2 and later.
        assert not path.read_bytes().startswith((b"PK", b"\x80"))


def test_every_file_of_a_checkpoint_is_in_its_manifest(paused: Run) -> None:
    for checkpoint in Checkpoints(paused.folder / "checkpoints").all():
        assert fault_of(checkpoint) is None
        assert {path.name for path in checkpoint.iterdir()} == FILES | {"manifest.json"}
        assert set(manifest(checkpoint)["files"]) == FILES | {f"../{best_of(checkpoint).name}"}


@pytest.mark.parametrize("damage", [flip_a_byte, cut, empty, Path.unlink])
@pytest.mark.parametrize("name", [*sorted(FILES), "best"])
def test_any_damage_to_any_file_of_the_newest_is_noticed(
    run: Run, capsys: pytest.CaptureFixture[str], name: str, damage: Damage
) -> None:
    newest = run.folder / "checkpoints" / f"step-{NEWER:08d}"
    damage(best_of(newest) if name == "best" else newest / name)
    assert newest_step(run) == OLDER
    assert f"checkpoint {newest.name} is not whole" in capsys.readouterr().out
    assert not newest.exists()


@pytest.mark.parametrize("damage", [cut, empty, Path.unlink])
def test_a_manifest_that_cannot_be_read_is_no_manifest(run: Run, damage: Damage) -> None:
    damage(run.folder / "checkpoints" / f"step-{NEWER:08d}" / "manifest.json")
    assert newest_step(run) == OLDER


@pytest.mark.parametrize("content", ["[]", "{}", '{"files": null}', '{"files": {"state.json": 3}}', "null"])
def test_nor_is_one_that_says_something_else(run: Run, content: str) -> None:
    (run.folder / "checkpoints" / f"step-{NEWER:08d}" / "manifest.json").write_text(content)
    assert newest_step(run) == OLDER


def cut_off(newest: Path) -> None:
    """As a kill leaves it that comes while the next one is written."""
    half = newest.parent / f".aside-{NEWER + 3:08d}"
    shutil.copytree(newest, half)
    (half / "manifest.json").unlink()
    (newest.parent / f".best-{NEWER + 3:08d}.safetensors.x1y2z3").write_bytes(b"half")


DAMAGES: dict[str, tuple[Damage, int | None]] = {
    "a flipped byte": (lambda newest: flip_a_byte(newest / "weights.safetensors"), OLDER),
    "an optimizer cut short": (lambda newest: cut(newest / "optimizer.safetensors"), OLDER),
    "no random states": (lambda newest: (newest / "extra.safetensors").unlink(), OLDER),
    "no manifest": (lambda newest: (newest / "manifest.json").unlink(), OLDER),
    "other best weights": (lambda newest: flip_a_byte(best_of(newest)), OLDER),
    "no best weights": (lambda newest: best_of(newest).unlink(), OLDER),
    "one cut off beside": (cut_off, NEWER),
    "the older one damaged": (lambda newest: cut(newest.with_name(f"step-{OLDER:08d}") / "manifest.json"), NEWER),
    "both damaged": (lambda newest: [empty(path / "state.json") for path in newest.parent.glob("step-*")], None),
    "all best weights gone": (lambda newest: [path.unlink() for path in newest.parent.glob("best-*")], None),
    "nothing left": (lambda newest: shutil.rmtree(newest.parent), None),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_whatever_is_damaged_the_run_ends_as_if_nothing_had_happened(
    run: Run, undisturbed: Run, capsys: pytest.CaptureFixture[str], damage: str
) -> None:
    act, goes_on_from = DAMAGES[damage]
    act(run.folder / "checkpoints" / f"step-{NEWER:08d}")
    resumed = time.time()
    train(run, attempt=2)
    assert_same(run, undisturbed)
    taken = [point["step"] for point in run.metrics() if point["split"] == "train" and point["time"] >= resumed]
    assert taken[0] == (goes_on_from or 0) + 1
    assert {path.name for path in run.folder.iterdir()} == {path.name for path in undisturbed.folder.iterdir()}
