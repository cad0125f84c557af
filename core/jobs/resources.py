"""What the machine has left: memory (also of a control group), disk, processors, graphics cards. Loads no torch."""

from __future__ import annotations

import shutil
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from core.errors import UserError
from core.home import home
from core.jobs.slots import devices, graphics_cards

CGROUP_V2 = Path("/sys/fs/cgroup")
CGROUP_V1 = Path("/sys/fs/cgroup/memory")
UNLIMITED = 1 << 60
"""From here on a number of bytes means "no limit"."""
GLANCE = 0.1
"""Seconds that the first look at the processors takes."""
LEAST = 0.5
"""Seconds between two looks at the processors, at least: who asks sooner is told what the last one saw."""


@dataclass(frozen=True)
class Memory:
    """Bytes. total: the machine's, or the limit of the control group where that is less."""

    total: int
    left: int

    @property
    def used(self) -> int:
        return max(0, self.total - self.left)


@dataclass(frozen=True)
class Card:
    """A graphics card: its name, the share of time it computes in [0, 1], bytes of memory used and had."""

    name: str
    busy: float
    used: int
    total: int


@dataclass(frozen=True)
class Resources:
    cpu: float
    """Share of all processors at work since the last look, in [0, 1]."""
    memory: Memory
    disk_total: int
    disk_left: int
    cards: list[Card]


@dataclass(frozen=True)
class Room:
    """Bytes left for a training: memory of the smallest device that could get it, disk of the home."""

    memory: int
    disk: int


class Processors:
    """How busy they are. psutil's own share counts from the last look of the same thread, and on a page every look is another's."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._share = 0.0
        self._looked_at = 0.0
        self._times: tuple[float, float] | None = None

    def busy(self) -> float:
        """Share of all processors at work since the last look, in [0, 1]; the very first one takes `GLANCE`."""
        with self._guard:
            if self._times is None:
                self._times = _spent()
                time.sleep(GLANCE)
            elif time.monotonic() - self._looked_at < LEAST:
                return self._share
            before, self._times, self._looked_at = self._times, _spent(), time.monotonic()
            idle, whole = self._times[0] - before[0], self._times[1] - before[1]
            self._share = min(1.0, max(0.0, 1 - idle / whole)) if whole > 0 else 0.0
            return self._share


def _spent() -> tuple[float, float]:
    """Seconds that all processors have spent idle, and in all."""
    times = psutil.cpu_times()
    # Linux counts guests twice: as such, and as work of who runs them.
    guests = getattr(times, "guest", 0.0) + getattr(times, "guest_nice", 0.0)
    return times.idle + getattr(times, "iowait", 0.0), sum(times) - guests


PROCESSORS = Processors()


def resources() -> Resources:
    """One look at the machine; the disk is the one that holds the home."""
    disk = shutil.disk_usage(home())
    return Resources(PROCESSORS.busy(), memory(), disk.total, disk.free, cards())


def memory() -> Memory:
    """Of the system and of every control group above this process, the one with the least left."""
    system = psutil.virtual_memory()
    found = [Memory(system.total, system.available)]
    if sys.platform == "linux":
        with suppress(OSError):
            listing = Path("/proc/self/cgroup").read_text()
            found += [group for folder in group_folders(listing) if (group := group_memory(folder)) is not None]
    return min(found, key=lambda each: each.left)


def room_to_learn() -> Room:
    """Of a graphics card, what it has in all: whatever works on it now is over when its turn comes."""
    try:
        on_cards = any(name.startswith("cuda") for name in devices())
    except UserError:
        # Said at the launch.
        on_cards = False
    found = [card.total for card in cards()] if on_cards else []
    return Room(min(found, default=memory().left), shutil.disk_usage(home()).free)


def cards() -> list[Card]:
    if graphics_cards() == 0:
        return []
    import pynvml

    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        return []
    try:
        return [_card(pynvml, place) for place in range(pynvml.nvmlDeviceGetCount())]
    except pynvml.NVMLError:
        return []
    finally:
        pynvml.nvmlShutdown()


def _card(nvml: object, place: int) -> Card:
    import pynvml

    handle = pynvml.nvmlDeviceGetHandleByIndex(place)
    room = pynvml.nvmlDeviceGetMemoryInfo(handle)
    busy = pynvml.nvmlDeviceGetUtilizationRates(handle).gpu / 100
    return Card(str(pynvml.nvmlDeviceGetName(handle)), busy, int(room.used), int(room.total))


def group_folders(listing: str, v2: Path = CGROUP_V2, v1: Path = CGROUP_V1) -> list[Path]:
    """Folders of the control groups that may limit a process's memory, its own first, then those above.

    listing: what stands in /proc/self/cgroup; v2, v1: where the two kinds of groups are mounted.
    """
    found: list[Path] = []
    for line in listing.splitlines():
        number, controllers, path = line.split(":", 2)
        root = v2 if number == "0" else v1 if "memory" in controllers.split(",") else None
        if root is None:
            continue
        # In a container the path may be that of the host, and the root is our own group.
        parts = Path(path.strip("/")).parts
        found += [folder for end in range(len(parts), -1, -1) if (folder := root.joinpath(*parts[:end])).is_dir()]
    return found


def group_memory(folder: Path) -> Memory | None:
    """Limit of a control group and what is left below it; None without a limit. The cache of files counts as left."""
    for limit, usage, cache in (
        ("memory.max", "memory.current", "inactive_file"),
        ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
    ):
        try:
            most = int((folder / limit).read_text())
            used = int((folder / usage).read_text())
            lines = (folder / "memory.stat").read_text().splitlines()
        except (OSError, ValueError):  # "max" stands there when there is no limit
            continue
        if most >= UNLIMITED:
            return None
        kept = next((int(line.split()[1]) for line in lines if line.split()[0] == cache), 0)
        return Memory(most, max(0, most - max(0, used - kept)))
    return None
