"""Whether accepted paraphrases help: macro-F1 on a table of its own for the test, with them and without, by the app's own path.

    .venv/bin/python -m tests.benchmarks.augmentation_lift --dataset banking77 --rows-a-class 5
    .venv/bin/python -m tests.benchmarks.augmentation_lift --dataset cnil

One JSON line a dataset. Each seed draws its own rows of every class where --rows-a-class asks for it, divides them, has the
training rows translated there and back by Apertium, accepts what the page's button accepts above the thresholds it proposes, and
trains twice with the same settings and the same seed: without paraphrases (`without`) and with them (`with`). The settings are
those that the Train page proposes for the table, so the epochs are as many, and those with paraphrases have more steps. --longer
trains a third time: without paraphrases, for as many more epochs as make the steps equal (`without_longer`). Validation and test
hold the same rows each time. `difference`, `low`, `high`: macro-F1 with less without, mean over the seeds and its 95 % interval
by Student's t with one degree of freedom less than seeds, pairs being of one seed; `…_longer` the same against the longer
training. `accepted`, `learned` (of the accepted, those in training) and `rows`: means over the seeds.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import mean
from typing import NamedTuple

import numpy as np
from scipy.stats import t as student

from core.augment.chosen import engine_of
from core.augment.engines.apertium import Apertium
from core.augment.plan import EngineChoice, Plan
from core.data.reading import read
from core.jobs.augment import launch_augmentation
from core.jobs.launch import launch_all
from core.store.decisions import accept_above
from core.store.draft import Draft, keep_draft
from core.store.paraphrases import counts
from core.store.project import Project
from core.store.run import Run
from core.train.settings import PresetName
from pages.parts.review_thresholds import MEANING, NOVELTY
from tests.benchmarks.by_the_app import figures_on, project_of, settings_of, wait_for

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
MOST_EPOCHS = 100
"""That Settings allow."""


class Dataset(NamedTuple):
    folder: str
    paths: tuple[str, ...]


DATASETS = {
    "banking77": Dataset("banking77_en", ("en>es>en", "en>ca>en")),
    "cnil": Dataset("cnil_faq_themes_fr", ("fr>ca>fr",)),
}


class Asked(NamedTuple):
    test: Path
    paths: tuple[str, ...]
    preset: PresetName
    is_longer: bool


class Trial(NamedTuple):
    """One seed. rows: of the table; made, accepted, learned: paraphrases; the others macro-F1 on the test file."""

    rows: int
    made: int
    accepted: int
    learned: int
    without: float
    with_them: float
    longer: float | None


class Difference(NamedTuple):
    difference: float
    low: float
    high: float


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--dataset", choices=list(DATASETS), help="where --data, --test and --paths do not say")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--test", type=Path)
    parser.add_argument("--paths", nargs="+", help="such as en>es>en")
    parser.add_argument("--rows-a-class", type=int, help="drawn anew for each seed; without it the whole table")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--preset", choices=("quick", "balanced", "thorough"), default="quick")
    parser.add_argument("--longer", action="store_true")
    options = parser.parse_args(arguments)
    known = DATASETS.get(options.dataset)
    if known is None and not (options.data and options.test and options.paths):
        parser.error("--dataset, or --data, --test and --paths")
    if options.seeds < 2:
        parser.error("an interval needs two seeds")
    if not Apertium().is_installed:
        parser.error("Apertium is not installed")
    data = options.data or DATA / known.folder / "train.csv"
    test = options.test or DATA / known.folder / "test.csv"
    asked = Asked(test, tuple(options.paths or known.paths), options.preset, options.longer)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        os.environ["PARAFINE_HOME"] = home
        trials = []
        for seed in range(1, options.seeds + 1):
            trials.append(trial(project_of(drawn(data, options.rows_a_class, seed), data.name), asked, seed))
            print(json.dumps({"seed": seed, **trials[-1]._asdict()}), file=sys.stderr, flush=True)
    line = {"dataset": options.dataset or data.stem, "preset": options.preset, **summary(trials)}
    print(json.dumps({**line, "paths": asked.paths, "seconds": round(time.monotonic() - began)}))


def drawn(data: Path, rows_a_class: int | None, seed: int) -> bytes:
    """The table as CSV, with so many rows of each label drawn by the seed, in the order of the table."""
    if rows_a_class is None:
        return data.read_bytes()
    table = read(data, data.name).table
    chosen = []
    for label, places in sorted(table.groupby("label").groups.items()):
        chosen += random.Random(f"{seed}/{label}").sample(list(places), min(rows_a_class, len(places)))
    csv: str = table.loc[sorted(chosen)].to_csv(index=False)
    return csv.encode()


def trial(project: Project, asked: Asked, seed: int) -> Trial:
    keep_draft(project, Draft(preset=asked.preset, changed={"seed": seed}))
    settings = settings_of(project, asked.preset, seed=seed)
    assert project.roles is not None
    plan = Plan(
        engine=EngineChoice(name="apertium"),
        source=asked.paths[0].split(">")[0],
        paths=asked.paths,
        parts="text" if project.roles.question is None else "both",
    )
    wait_for(launch_augmentation(project.id, plan, engine_of(plan.engine)))
    accept_above(project.id, MEANING / 100, NOVELTY / 100)
    found = counts(project.id)
    plain_settings = settings.model_copy(update={"paraphrases": False})
    without, with_them = launch_all(project.id, [plain_settings, settings])
    runs = [without, with_them]
    plain, augmented = without.record(), with_them.record()
    if asked.is_longer:
        epochs = as_long(settings.epochs, plain.parts["train"], augmented.parts["train"])
        runs += launch_all(project.id, [plain_settings.model_copy(update={"epochs": epochs})])
    for run in runs:
        wait_for(run)
        assert held_out(run) == held_out(without)
    f1 = [figures_on(run, asked.test)[0]["macro_f1"] for run in runs]
    rows = sum(plain.parts.values())
    longer = f1[2] if asked.is_longer else None
    return Trial(rows, found.all, found.accepted, augmented.paraphrases, f1[0], f1[1], longer)


def as_long(epochs: int, rows: int, more_rows: int) -> int:
    """Epochs over `rows` that take as many steps as `epochs` over `more_rows`."""
    return min(round(epochs * more_rows / rows), MOST_EPOCHS)


def held_out(run: Run) -> set[tuple[str, str]]:
    """Id and part of the rows that validation and test keep."""
    frame = run.examples()
    chosen = frame[frame["part"].isin(["validation", "test"])]
    return set(zip(chosen["id"], chosen["part"], strict=True))


def summary(trials: Sequence[Trial]) -> dict[str, float]:
    before, after = [each.without for each in trials], [each.with_them for each in trials]
    figures = {"without": mean(before), "with": mean(after), **difference(before, after)._asdict()}
    longer = [each.longer for each in trials if each.longer is not None]
    if longer:
        figures["without_longer"] = mean(longer)
        figures |= {f"{name}_longer": value for name, value in difference(longer, after)._asdict().items()}
    figures["accepted_share"] = sum(each.accepted for each in trials) / sum(each.made for each in trials)
    counted = {
        name: round(mean([getattr(each, name) for each in trials]), 1) for name in ("rows", "accepted", "learned")
    }
    return {name: round(value, 4) for name, value in figures.items()} | {"seeds": len(trials), **counted}


def difference(before: Sequence[float], after: Sequence[float]) -> Difference:
    """Mean of after − before and its 95 % interval by Student's t. Values at one place are a pair; at least two pairs."""
    gaps = np.subtract(after, before)
    reach = float(student.ppf(0.975, len(gaps) - 1) * gaps.std(ddof=1) / np.sqrt(len(gaps)))
    middle = float(gaps.mean())
    return Difference(middle, middle - reach, middle + reach)


if __name__ == "__main__":
    main(sys.argv[1:])
