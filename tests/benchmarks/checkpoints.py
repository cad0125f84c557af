"""What checkpoints cost a training of the embedded model, by the app's own path.

    .venv/bin/python -m tests.benchmarks.checkpoints --data train.csv --epochs 3

One JSON line: `share`, the time in which checkpoints were written over that of the whole training, to be under 0.03; how many
were written, seconds and bytes of one, seconds of the training, the longest time between two, and rows learned from.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=3)
    options = parser.parse_args(arguments)
    from core.jobs.slots import CALM

    if not CALM.items() <= os.environ.items():
        # The environment of a worker, which has to be there before the process starts.
        os.execve(sys.executable, [sys.executable, "-m", "tests.benchmarks.checkpoints", *arguments], os.environ | CALM)
    with tempfile.TemporaryDirectory() as home:
        os.environ["PARAFINE_HOME"] = home
        print(json.dumps(measure(options.data, options.epochs)))


def measure(data: Path, epochs: int) -> dict[str, object]:
    from core.data.reading import read
    from core.store.job_folder import folder_size
    from core.store.project import create_project, keep_upload
    from core.train.checkpoints import Checkpoints
    from core.train.settings import Settings
    from core.train.train import train
    from tests.tables import lay_down

    project = keep_upload(create_project(data.stem).id, data.read_bytes(), data.name, read(data, data.name))
    run = lay_down(project, Settings(epochs=epochs, patience=0))
    began: list[float] = []
    spent: list[float] = []
    sizes: list[int] = []
    write = Checkpoints.write

    def timed(self: Checkpoints, step: int, fill: Callable[[Path], None], others: list[Path], size: int) -> None:
        began.append(time.monotonic())
        write(self, step, fill, others, size)
        spent.append(time.monotonic() - began[-1])
        sizes.append(folder_size(self.all()[0]))
        print(f"step {step}: {spent[-1]:.2f} s, {sizes[-1]} bytes", file=sys.stderr)

    # Timed from outside: the app itself does not measure this.
    Checkpoints.write = timed  # type: ignore[method-assign]
    started = time.monotonic()
    with redirect_stdout(sys.stderr):
        result = train(run)
    seconds = time.monotonic() - started
    gaps = [after - before for before, after in zip([started, *began], [*began, started + seconds], strict=True)]
    return {
        "share": round(sum(spent) / seconds, 4),
        "checkpoints": len(spent),
        "seconds_each": round(sum(spent) / max(1, len(spent)), 2),
        "bytes_each": max(sizes, default=0),
        "seconds": round(seconds, 1),
        "longest_between_s": round(max(gaps), 1),
        "rows": run.record().parts["train"],
        "epochs": result["epochs"],
    }


if __name__ == "__main__":
    main(sys.argv[1:])
