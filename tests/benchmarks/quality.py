"""The quality of a preset with the embedded model on a table, several seeds, beside the simple models on the same rows.

    .venv/bin/python -m tests.benchmarks.quality --data train.csv --test test.csv --seeds 3

One JSON line: the task; of each of its figures on the test part the mean, the standard deviation and the least over the seeds; the same
figures of the simple models beside the first run; rows, longest input, epochs and seconds of a training. Without --test a fifth of the
table is the test part, another fifth with every seed. Everything goes through the queue, the supervisor and workers
(`PARAFINE_SLOTS="cpu cpu"`: two at once); the roles of the columns are those that the app guesses, its rows checked as on the pages.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

from core.data.learning import learned_as
from core.data.reading import read
from core.jobs.baselines import ask_for_baselines
from core.jobs.launch import launch_all
from core.store.project import Project, set_roles
from core.store.test_file import keep_test_file
from core.train.settings import PresetName
from core.train.tasks import TASKS, Task, task_of
from tests.benchmarks.by_the_app import project_of, result_of, settings_of, wait_for

FIRST_SEED = 42


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--test", type=Path, help="a table with the same columns; without one: a fifth of the rows")
    parser.add_argument("--preset", choices=("quick", "balanced", "thorough"), default="balanced")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--settings", type=json.loads, default={}, help="fields that differ from the preset, as JSON")
    parser.add_argument("--task", choices=TASKS, help="what is learned, where it is not what the app proposes")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as home:
        os.environ["PARAFINE_HOME"] = home
        project = project_of(options.data.read_bytes(), options.data.name)
        if options.task is not None:
            assert project.roles is not None
            roles = learned_as(read(options.data.read_bytes(), options.data.name).table, project.roles, options.task)
            project = set_roles(project.id, roles)
        if options.test is not None:
            add_test_file(project, options.test)
        chosen = {"test_from": "file"} if options.test is not None else {"test_share": 0.2}
        chosen |= options.settings
        seeds = [FIRST_SEED + place for place in range(options.seeds)]
        found = measure(project, options.preset, seeds, chosen)
        print(json.dumps({"data": options.data.parent.name, **found, "changed": options.settings}))


def add_test_file(project: Project, file: Path) -> None:
    content = file.read_bytes()
    reading = read(content, file.name)
    keep_test_file(project.id, content, file.name, reading, {name: name for name in reading.table.columns})


def measure(project: Project, preset: PresetName, seeds: list[int], chosen: dict[str, object]) -> dict[str, Any]:
    settings = settings_of(project, preset, **chosen)
    runs = launch_all(project.id, [settings.model_copy(update={"seed": seed}) for seed in seeds])
    simple = ask_for_baselines(runs[0])
    for job in (*runs, *simple):
        wait_for(job)
    results = [result_of(run) for run in runs]
    first = runs[0].record()
    task = task_of(first.roles)
    return {
        "task": task.name,
        "preset": preset,
        **spread(task, [result["test"] for result in results]),
        "simple": {
            each["name"]: shown(task, each["test"]) for found in simple for each in (found.result() or {})["baselines"]
        },
        "parts": first.parts,
        "longest_input": settings.max_tokens,
        "epochs": [result["epochs"] for result in results],
        "best_epochs": [result["best"]["epoch"] for result in results],
        "seconds": [result["seconds"] for result in results],
    }


def spread(task: Task, figures: list[dict[str, float]]) -> dict[str, dict[str, float]]:
    """Mean, standard deviation (n − 1) and least of each figure over the seeds."""
    found = {}
    for figure in task.figures:
        values = [float(each[figure.name]) for each in figures if figure.name in each]
        if values:
            sd = stdev(values) if len(values) > 1 else 0.0
            found[figure.name] = {"mean": round(fmean(values), 4), "sd": round(sd, 4), "least": round(min(values), 4)}
    return found


def shown(task: Task, figures: dict[str, float]) -> dict[str, float]:
    return {figure.name: round(figures[figure.name], 4) for figure in task.figures if figure.name in figures}


if __name__ == "__main__":
    main(sys.argv[1:])
