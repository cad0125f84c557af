"""What a preset with the embedded model reaches on a table of its own for the test, by the app's own path, whatever the task.

    .venv/bin/python -m tests.benchmarks.accuracy --data train.csv --test test.csv

One JSON line: the task and its figures on the test file, rows of both, epochs and seconds of the training, and the first of these figures
as the untouched encoder with a fitted head has it (before the first step) on the validation part. The run goes through the
queue, the supervisor and a worker; the predictions through the model as it left, as those of the Use page.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

from core.jobs.launch import launch
from core.train.settings import PresetName
from core.train.tasks import task_of
from tests.benchmarks.by_the_app import figures_on, project_of, result_of, settings_of, wait_for


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--test", type=Path, required=True)
    parser.add_argument("--preset", choices=("quick", "balanced", "thorough"), default="balanced")
    parser.add_argument("--seed", type=int, default=42)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as home:
        os.environ["PARAFINE_HOME"] = home
        print(json.dumps(measure(options.data, options.test, options.preset, options.seed)))


def measure(data: Path, test: Path, preset_name: PresetName, seed: int) -> dict[str, object]:
    project = project_of(data.read_bytes(), data.name)
    settings = settings_of(project, preset_name, seed=seed)
    run = launch(project.id, settings)
    wait_for(run)
    figures, test_rows = figures_on(run, test)
    task = task_of(run.record().roles)
    name = task.figures[0].name
    first = next(each["value"] for each in run.metrics() if each["split"] == "validation" and each["name"] == name)
    result = result_of(run)
    return {
        "task": task.name,
        "preset": preset_name,
        **{figure.name: round(figures[figure.name], 4) for figure in task.figures if figure.name in figures},
        "rows": len(run.examples()),
        "test_rows": test_rows,
        "epochs": result["epochs"],
        "best_epoch": result["best"]["epoch"],
        "longest_input": settings.max_tokens,
        "seconds": result["seconds"],
        f"first_validation_{name}": round(first, 4),
    }


if __name__ == "__main__":
    main(sys.argv[1:])
