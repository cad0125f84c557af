"""One job a device: which devices there are, the lock of each, and what a worker on it gets as its environment.

Each NVIDIA card is a slot; without one, the processor is. PARAFINE_SLOTS says otherwise: "cpu cpu" for two trainings side by
side, "cuda:1" for the second card alone.
"""

from __future__ import annotations

import os
import re
from functools import lru_cache
from importlib.metadata import version

import psutil
from filelock import FileLock

from core.errors import UserError
from core.home import locks_folder

CALM = {
    # glibc gives large blocks back to the system after every step and faults them in again: up to a fifth of the time.
    "MALLOC_MMAP_THRESHOLD_": "8000000000",
    "MALLOC_TRIM_THRESHOLD_": "8000000000",
    "MALLOC_TOP_PAD_": "268435456",
    # Threads that wait for each other spin only shortly before they sleep: alone on the machine a step takes 8 % longer, but with a
    # browser or anything else at work beside, spinning as long as the library would takes 60 % longer.
    "GOMP_SPINCOUNT": "1000",
}
"""The environment of a worker, beside what it inherits."""
BESIDE = "beside"
"""The slot of light work, which waits for no device: a table to label need not wait for a training of an hour."""
FEW = 4
"""Processors up to which a worker uses all of them: its low priority keeps the pages quick, and one is too much to give away."""


def slots() -> list[str]:
    """The devices, then the place beside them."""
    return [*devices(), BESIDE]


def devices() -> list[str]:
    """Names of the devices, "cpu", "cuda:0", …; a second worker on one device is "cpu#2".

    Raises UserError("slots_invalid") for a PARAFINE_SLOTS that names none.
    """
    named = os.environ.get("PARAFINE_SLOTS")
    if not named:
        return [f"cuda:{place}" for place in range(graphics_cards())] or ["cpu"]
    wanted = re.split(r"[\s,]+", named.strip())
    if not all(re.fullmatch(r"cpu|cuda:\d+", name) for name in wanted):
        raise UserError("slots_invalid", found=named)
    seen: dict[str, int] = {}
    found = []
    for name in wanted:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name}#{seen[name]}")
    return found


def slot_lock(slot: str) -> FileLock:
    """Held by the worker on this device while it lives."""
    return FileLock(locks_folder() / f"slot-{re.sub(r'[^a-z0-9]', '-', slot)}.lock")


def environment(slot: str) -> dict[str, str]:
    """What a worker on this device gets beside what it inherits: its card, its share of the processors, calm memory."""
    device = slot.partition("#")[0]
    found = dict(CALM)
    found["CUDA_VISIBLE_DEVICES"] = _visible(int(device.removeprefix("cuda:"))) if device.startswith("cuda:") else ""
    threads = threads_of(processors(), sum(name.startswith("cpu") for name in devices()))
    if threads < processors() and "OMP_NUM_THREADS" not in os.environ:
        found["OMP_NUM_THREADS"] = str(threads)
    return found


def threads_of(count: int, workers: int) -> int:
    """Threads for each of several workers on one processor; one core is left to the pages when there are many."""
    return max(1, (count - 1 if count > FEW else count) // max(1, workers))


def _visible(card: int) -> str:
    """The card's name for CUDA: the numbers of slots count those that this process may see."""
    names = [name.strip() for name in os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",") if name.strip()]
    return names[card] if card < len(names) else str(card)


@lru_cache
def processors() -> int:
    """Cores that this process may use."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(allowed, psutil.cpu_count(logical=False) or allowed))


@lru_cache
def graphics_cards() -> int:
    """NVIDIA cards that the installed torch can use, without importing it; CUDA_VISIBLE_DEVICES limits them."""
    if version("torch").endswith("+cpu"):
        return 0
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        return len([name for name in visible.split(",") if name.strip() and name.strip() != "-1"])
    import pynvml

    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        return 0
    try:
        return int(pynvml.nvmlDeviceGetCount())
    finally:
        pynvml.nvmlShutdown()
