"""How long our reader takes for a clean table, and how much memory, beside pandas' and Arrow's: one JSON line.

    python -m tests.benchmarks.reading [--megabytes 100] [--letter]

--letter puts one cell of ten lines into the file. Each reader works in a process of its own, which has read a table of one row
before; peak memory is what the process grew by from before the reading. The figures of tests.benchmarks.health, `health_ratio`
among them, stand in the same line.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

WORDS = [
    "le",
    "colis",
    "est",
    "arrivé",
    "trop",
    "tard",
    "et",
    "la",
    "facture",
    "a",
    "été",
    "payée",
    "deux",
    "fois,",
    "merci",
    "de",
    "répondre",
    "à",
    "ma",
    "question",
]


TINY = b"text,label\na,b\n"


def make(path: Path, megabytes: int, letter: bool) -> None:
    chance = random.Random(0)
    rows = []
    for place in range(5000):
        text = " ".join(chance.choices(WORDS, k=30))
        rows.append(f'"{text} n° {place}",{chance.choice(["livraison", "facture", "compte"])},{chance.random():.4f}\n')
    block = "".join(rows).encode()
    with path.open("wb") as file:
        file.write("texte,étiquette,note\n".encode())
        if letter:
            file.write('"{}",livraison,0.5\n'.format("\n".join(["le colis est arrivé trop tard"] * 10)).encode())
        while file.tell() < megabytes * 1_000_000:
            file.write(block)


def reader(name: str) -> Callable[[Path], Any]:
    """The reader, its libraries loaded: what is measured is the reading."""
    if name == "pandas":
        import pandas as pd

        pd.read_csv(io.BytesIO(TINY))
        return pd.read_csv
    if name == "pyarrow":
        import pyarrow.csv

        pyarrow.csv.read_csv(io.BytesIO(TINY))
        return pyarrow.csv.read_csv  # type: ignore[no-any-return]
    from core.data.reading import read

    read(TINY, "warm.csv")
    return lambda path: read(path, path.name)


def measure(name: str, path: Path) -> None:
    import psutil

    work = reader(name)
    process = psutil.Process()
    before = process.memory_info().rss
    peak, over = before, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not over.wait(0.002):
            peak = max(peak, process.memory_info().rss)

    watching = threading.Thread(target=watch)
    watching.start()
    started = time.perf_counter()
    table = work(path)
    seconds = time.perf_counter() - started
    over.set()
    watching.join()
    del table
    print(json.dumps({"seconds": round(seconds, 3), "peak_mb": round((peak - before) / 1e6)}))


def benchmark(megabytes: int, rounds: int, letter: bool) -> dict[str, Any]:
    """The best of several rounds each, in turn: the machine is busy now and then."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clean.csv"
        make(path, megabytes, letter)
        found: dict[str, dict[str, float]] = {}
        for _ in range(rounds):
            for name in ("pandas", "pyarrow", "ours"):
                command = [sys.executable, "-m", "tests.benchmarks.reading", "--measure", name, "--path", str(path)]
                answer = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
                if name not in found or answer["seconds"] < found[name]["seconds"]:
                    found[name] = answer
        size = path.stat().st_size
    return {
        "file_mb": round(size / 1e6),
        **{f"{name}_{key}": value for name, each in found.items() for key, value in each.items()},
        "ratio_pyarrow": round(found["ours"]["seconds"] / found["pyarrow"]["seconds"], 2),
        "peak_over_file": round(found["ours"]["peak_mb"] * 1e6 / size, 2),
        **health(),
    }


def health() -> dict[str, float]:
    command = [sys.executable, "-m", "tests.benchmarks.health"]
    answer: dict[str, float] = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return answer


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--megabytes", type=int, default=100)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--letter", action="store_true")
    arguments.add_argument("--measure")
    arguments.add_argument("--path", type=Path)
    given = arguments.parse_args()
    if given.measure:
        measure(given.measure, given.path)
    else:
        print(json.dumps(benchmark(given.megabytes, given.rounds, given.letter)))
