"""Whether R-Drop or mixout would help: the same trainings with and without, several seeds, on rows kept aside.

    .venv/bin/python -m tests.benchmarks.regularisation --data train.csv --test test.csv --rows 1000 --seeds 3

One JSON line: of each way the mean of the task's best figure on the test part, its standard deviation, the mean difference to the plain
training with the same seed, and the time over that of the plain one. Neither is part of Parafine: a difference that is not clearly above
nought is why. R-Drop reads each batch twice and asks both readings to agree (Liang et al. 2021); mixout puts a share of the weights back to
what they were before the training, anew at each step (Lee et al. 2020). Tasks with labels alone.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import fmean, stdev
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.jobs.launch import freeze, learnable, record_of
from core.store.project import open_project
from core.store.run import create_run
from core.train.batches import inputs_of
from core.train.lesson import Lesson
from core.train.lessons.choose import LESSONS
from core.train.tasks import task_of
from tests.benchmarks.by_the_app import project_of, settings_of
from tests.benchmarks.quality import FIRST_SEED, add_test_file

WAYS = {"plain": (0.0, 0.0), "rdrop": (1.0, 0.0), "mixout": (0.0, 0.5)}
"""By name: the weight of the disagreement, and the share of the weights put back."""


class Mixed(nn.Module):
    """The model with a share of the weights of its layers put back, what is left of their change made larger for it."""

    def __init__(self, model: nn.Module, former: dict[str, Tensor], share: float) -> None:
        super().__init__()
        self.model, self.former, self.share = model, former, share

    def forward(self, **inputs: Tensor) -> Any:
        weights = dict(self.model.named_parameters())
        for name, before in self.former.items():
            kept = (torch.rand_like(before) >= self.share) / (1 - self.share)
            weights[name] = before + kept * (weights[name] - before)
        return torch.func.functional_call(self.model, weights, (), inputs)


def restrained(kind: type[Lesson], disagreement: float, share: float) -> type[Lesson]:
    """The lesson of a task with its loss changed."""

    class Restrained(kind):  # type: ignore[misc, valid-type]
        former: dict[str, Tensor] | None = None

        def loss(self, model: nn.Module, part: dict[str, Tensor]) -> Tensor:
            if share > 0:
                if self.former is None:
                    self.former = {
                        name: weight.detach().clone()
                        for name, weight in model.named_parameters()
                        if weight.ndim == 2 and "encoder" in name
                    }
                model = Mixed(model, self.former, share)
            if disagreement == 0:
                return cast(Tensor, super().loss(model, part))
            twice = {name: torch.cat([tensor, tensor]) for name, tensor in part.items()}
            outputs: list[Tensor] = []

            def listened(**inputs: Tensor) -> Any:
                found = model(**inputs)
                outputs.append(found.logits.float())
                return found

            plain = super().loss(cast(nn.Module, listened), twice)
            assert set(inputs_of(twice)) >= {"input_ids"}
            return cast(Tensor, plain + disagreement * apart(*outputs[0].chunk(2), several=part["labels"].ndim == 2))

    return Restrained


def apart(one: Tensor, other: Tensor, *, several: bool) -> Tensor:
    """Symmetric Kullback-Leibler divergence of two answers, mean over the rows (and labels where each is for itself)."""
    if several:
        return ((torch.sigmoid(one) - torch.sigmoid(other)) * (one - other)).mean() / 2
    logs = functional.log_softmax(one, dim=-1), functional.log_softmax(other, dim=-1)
    return ((logs[0].exp() - logs[1].exp()) * (logs[0] - logs[1])).sum(dim=-1).mean() / 2


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--test", type=Path, required=True)
    parser.add_argument("--rows", type=int, default=1000, help="training rows, drawn evenly from the table")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--preset", choices=("quick", "balanced"), default="balanced")
    options = parser.parse_args(arguments)
    lines = options.data.read_text("utf-8")
    # A training tells of itself.
    with contextlib.redirect_stdout(sys.stderr):
        found = compared(lines, options)
    print(json.dumps({"data": options.data.parent.name, **found}))


def compared(table: str, options: argparse.Namespace) -> dict[str, Any]:
    from core.train.train import train

    with tempfile.TemporaryDirectory() as home:
        os.environ["PARAFINE_HOME"] = home
        project = project_of(thinned(table, options.rows), options.data.name)
        add_test_file(project, options.test)
        project = open_project(project.id)
        assert project.roles is not None
        task = task_of(project.roles)
        plain = LESSONS[task.name]
        scores: dict[str, list[float]] = {}
        seconds: dict[str, float] = {}
        for name, (disagreement, share) in WAYS.items():
            began = time.monotonic()
            LESSONS[task.name] = plain if name == "plain" else restrained(plain, disagreement, share)
            for seed in range(FIRST_SEED, FIRST_SEED + options.seeds):
                settings = settings_of(project, options.preset, seed=seed, test_from="file")
                examples = freeze(project, learnable(project), settings)
                run = create_run(project.id, record_of(project, settings, examples), examples, None)
                scores.setdefault(name, []).append(float(train(run)["test"][task.best.name]))
            seconds[name] = time.monotonic() - began
            print(name, scores[name], file=sys.stderr)
    return {"preset": options.preset, "figure": task.best.name, "rows": options.rows, "seeds": options.seeds} | {
        name: {
            "mean": round(fmean(found), 4),
            "sd": round(stdev(found), 4) if len(found) > 1 else 0.0,
            "gained": round(fmean(found) - fmean(scores["plain"]), 4),
            "time": round(seconds[name] / seconds["plain"], 2),
        }
        for name, found in scores.items()
    }


def thinned(table: str, rows: int) -> bytes:
    """The table with so many rows, evenly taken, as CSV."""
    import io

    import pandas as pd

    frame = pd.read_csv(io.StringIO(table), keep_default_na=False, dtype=str)
    step = max(1, len(frame) // rows)
    return frame.iloc[::step].head(rows).to_csv(index=False).encode()


if __name__ == "__main__":
    main(sys.argv[1:])
