"""What the machine has left: control groups of both kinds as they lie on disk, and one look at the machine itself."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from core.jobs.resources import Memory, cards, group_folders, group_memory, memory, resources
from core.jobs.slots import graphics_cards
from tests.conftest import ROOT

V2 = {"limit": "memory.max", "used": "memory.current", "cache": "inactive_file"}
V1 = {"limit": "memory.limit_in_bytes", "used": "memory.usage_in_bytes", "cache": "total_inactive_file"}
KINDS = pytest.mark.parametrize("kind", [V2, V1], ids=["v2", "v1"])


def lay_down(folder: Path, kind: dict[str, str], limit: str, used: int = 0, cache: int = 0) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / kind["limit"]).write_text(f"{limit}\n")
    (folder / kind["used"]).write_text(f"{used}\n")
    (folder / "memory.stat").write_text(f"anon 1\nfile {cache + 7}\n{kind['cache']} {cache}\nslab 3\n")
    return folder


@KINDS
def test_what_is_left_in_a_group_is_its_limit_less_what_cannot_be_dropped(tmp_path: Path, kind: dict[str, str]) -> None:
    found = group_memory(lay_down(tmp_path, kind, "1000", used=700, cache=200))
    assert found == Memory(total=1000, left=500)
    assert found.used == 500
    assert group_memory(lay_down(tmp_path, kind, "1000", used=1200)) == Memory(1000, 0)
    assert group_memory(lay_down(tmp_path, kind, "1000", used=100, cache=300)) == Memory(1000, 1000)


@KINDS
@pytest.mark.parametrize("limit", ["max", "9223372036854771712", "", "?"])
def test_a_group_without_a_limit_says_nothing(tmp_path: Path, kind: dict[str, str], limit: str) -> None:
    assert group_memory(lay_down(tmp_path, kind, limit, used=5)) is None


@KINDS
@pytest.mark.parametrize("lost", ["limit", "used", "stat"])
def test_a_group_that_shows_only_half_says_nothing(tmp_path: Path, kind: dict[str, str], lost: str) -> None:
    folder = lay_down(tmp_path, kind, "1000")
    (folder / kind.get(lost, "memory.stat")).unlink()
    assert group_memory(folder) is None
    assert group_memory(tmp_path / "gone") is None


def test_the_groups_above_a_process_count_too_its_own_comes_first(tmp_path: Path) -> None:
    v2, v1 = tmp_path / "unified", tmp_path / "memory"
    own = lay_down(v2 / "user.slice" / "app.scope", V2, "max")
    lay_down(v2 / "user.slice", V2, "5000", used=4000)
    lay_down(v2, V2, "max")
    assert group_folders("0::/user.slice/app.scope\n", v2, v1) == [own, v2 / "user.slice", v2]
    limits = [group_memory(folder) for folder in group_folders("0::/user.slice/app.scope\n", v2, v1)]
    assert limits == [None, Memory(5000, 1000), None]


def test_where_both_kinds_are_mounted_both_are_read_and_others_are_not(tmp_path: Path) -> None:
    v2, v1 = tmp_path / "unified", tmp_path / "memory"
    for folder in (v2, v1 / "docker" / "4711", v1 / "docker"):
        folder.mkdir(parents=True, exist_ok=True)
    listing = "9:name=systemd:/\n5:cpuset,memory:/docker/4711\n4:cpu,cpuacct:/docker\n0::/\n"
    assert group_folders(listing, v2, v1) == [v1 / "docker" / "4711", v1 / "docker", v1, v2]


def test_in_a_container_the_path_is_the_host_s_and_the_root_is_our_own(tmp_path: Path) -> None:
    root = lay_down(tmp_path / "cgroup", V2, "1000", used=250)
    (found,) = group_folders("0::/system.slice/docker-4711.scope", root, tmp_path / "none")
    assert group_memory(found) == Memory(1000, 750)
    assert group_folders("", root, root) == []
    assert group_folders("0::/a:b", root, root) == [root]  # a name may hold a colon


def test_no_more_memory_than_the_machine_has_is_left(home: Path) -> None:
    found = memory()
    assert 0 < found.left <= found.total <= psutil.virtual_memory().total
    assert found.used + found.left == found.total
    assert Memory(total=5, left=7).used == 0


def test_one_look_at_the_machine(home: Path) -> None:
    found = resources()
    assert 0 <= found.cpu <= 1
    assert found.disk_total == shutil.disk_usage(home).total
    assert 0 < found.disk_left <= found.disk_total
    assert len(found.cards) == len(cards()) == graphics_cards()


def test_a_look_at_the_machine_loads_no_torch() -> None:
    code = "import sys; from core.jobs.resources import resources; resources(); print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
