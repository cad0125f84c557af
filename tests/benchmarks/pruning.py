"""Which rule should end a hopeless trial early? The same full trainings, replayed under each rule.

    .venv/bin/python -m tests.benchmarks.pruning --data table.csv --rows 10 --trials 30 --keep curves.json
    .venv/bin/python -m tests.benchmarks.pruning --keep curves.json

First every trial is trained to its end, its settings drawn at random around the preset, on so many rows of each label; their
curves are kept. Then searches of twenty of them in random order are replayed, as often as `--replays` says: the work that a rule
leaves, as the share of all rows that would be gone through, and what it costs, in points of validation score lost against no rule.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

A_SEARCH = 20
"""Trials of a replayed search."""


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="a CSV file with the columns text and label")
    parser.add_argument("--rows", type=int, default=10, help="of each label")
    parser.add_argument("--trials", type=int, default=30)
    parser.add_argument("--replays", type=int, default=60)
    parser.add_argument("--keep", type=Path, required=True, help="where the curves lie, or are to be kept")
    options = parser.parse_args(arguments)
    if options.data is not None:
        with tempfile.TemporaryDirectory() as home:
            os.environ["PARAFINE_HOME"] = home
            collect(options.data, options.rows, options.trials, options.keep)
    curves = json.loads(options.keep.read_text())
    for line in table(curves, options.replays):
        print(json.dumps(line))


def collect(data: Path, rows: int, trials: int, keep: Path) -> None:
    """Trains every trial to its end; what is known so far is written after each."""
    from core.data.reading import read
    from core.store.project import create_project, keep_upload
    from core.train.search_space import proposed, rounded
    from core.train.settings import Settings
    from core.train.train import train
    from tests.tables import as_csv, lay_down

    content = as_csv(some_of(data, rows))
    project = keep_upload(create_project("pruning").id, content, "table.csv", read(content, "table.csv"))
    base = Settings(epochs=5, batch_size=16, max_tokens=64, patience=0)
    found: list[dict[str, Any]] = []
    drawn = random.Random(0)
    for place in range(trials):
        space = proposed(base)
        values = {
            name: rounded(name, low * (high / low) ** drawn.random() if low else high * drawn.random())
            for name, (low, high) in space.items()
        }
        run = lay_down(project, base.model_copy(update=values if place else {}))
        train(run)
        points = [(point["epoch"], point["value"]) for point in run.metrics() if point["name"] == "macro_f1"]
        settings = Settings.model_validate(run.record().settings)
        found.append({"values": values, "epochs": settings.epochs, "points": points})
        keep.write_text(json.dumps(found))
        print(place, values, max(value for _, value in points), flush=True)


def some_of(data: Path, rows: int) -> list[dict[str, str]]:
    """The first rows of each label."""
    import csv

    kept: dict[str, list[dict[str, str]]] = {}
    with data.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            kept.setdefault(row["label"], []).append({"text": row["text"], "label": row["label"]})
    return [row for some in kept.values() for row in some[:rows]]


def table(curves: Sequence[dict[str, Any]], replays: int) -> list[dict[str, Any]]:
    from core.train.pruning import eighths

    known = [(eighths(curve["points"], curve["epochs"]), curve["epochs"]) for curve in curves]
    found = []
    for name, rule in rules().items():
        work, lost, right = [], [], 0
        for seed in range(replays):
            some = random.Random(seed).sample(known, min(A_SEARCH, len(known)))
            done, best = replay(some, rule())
            work.append(done / sum(epochs for _, epochs in some))
            lost.append(100 * (max(max(reached.values()) for reached, _ in some) - best))
            right += lost[-1] < 1e-9
        found.append(
            {
                "rule": name,
                "work": round(statistics.mean(work), 3),
                "lost": round(statistics.mean(lost), 2),
                "most_lost": round(max(lost), 2),
                "best_found": round(right / replays, 2),
            }
        )
    return found


def rules() -> dict[str, Callable[[], Any]]:
    from optuna import pruners

    return {
        "none": pruners.NopPruner,
        **{
            f"median, after {trials} trials and {share}/8": lambda trials=trials, share=share: pruners.MedianPruner(
                n_startup_trials=trials, n_warmup_steps=share
            )
            for trials in (3, 5)
            for share in (1, 2, 3, 4)
        },
        "best third, after 5 trials and 2/8": lambda: pruners.PercentilePruner(33.3, 5, 2),
        "halving by 2": lambda: pruners.SuccessiveHalvingPruner(min_resource=1, reduction_factor=2),
        "halving by 3": lambda: pruners.SuccessiveHalvingPruner(min_resource=1, reduction_factor=3),
        "hyperband by 2": lambda: pruners.HyperbandPruner(min_resource=1, max_resource=8, reduction_factor=2),
        "hyperband by 3": lambda: pruners.HyperbandPruner(min_resource=1, max_resource=8, reduction_factor=3),
    }


def replay(trials: Sequence[tuple[dict[int, float], int]], pruner: Any) -> tuple[float, float]:
    """Epochs gone through, and the best score of a trial that was let to its end."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(
        study_name="replay", direction="maximize", pruner=pruner, sampler=optuna.samplers.RandomSampler(seed=0)
    )
    done, best = 0.0, 0.0
    for reached, epochs in trials:
        trial = study.ask()
        for share, score in reached.items():
            trial.report(score, share)
            if share < 8 and trial.should_prune():
                study.tell(trial, state=optuna.trial.TrialState.PRUNED)
                done += epochs * share / 8
                break
        else:
            study.tell(trial, max(reached.values()))
            done, best = done + epochs, max(best, *reached.values())
    return done, best


if __name__ == "__main__":
    main(sys.argv[1:])
