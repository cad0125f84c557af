"""Whether a training beats the simple models: told from the rows that both answered, and never from too few of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import f1_score

from core.data.columns import Roles
from core.home import write_json
from core.results.rivals import FIGURES, spread, verdict
from core.store.baselines import Baselines, BaselinesRecord, create_baselines
from core.store.parquet import write_frame
from core.store.project import Project
from core.store.run import Run, utc_now
from tests.tables import lay_down

LABELS = ["a", "b", "c"]


def answers(gold: list[str], right: float, seed: int) -> list[str]:
    """Right for this share of the rows, else the next label."""
    chance = np.random.default_rng(seed).random(len(gold))
    return [
        label if luck < right else LABELS[(LABELS.index(label) + 1) % 3]
        for label, luck in zip(gold, chance, strict=True)
    ]


def test_figures_are_those_of_scikit_learn() -> None:
    gold = [LABELS[place % 3] for place in range(50)] + ["d"]
    given = [*answers(gold[:-1], 0.6, 1), "a"]
    everything = np.arange(len(gold))
    assert FIGURES["classes"](gold, given)(everything) == pytest.approx(f1_score(gold, given, average="macro"))
    assert FIGURES["classes"](gold, given)(everything[:10]) == pytest.approx(
        f1_score(gold[:10], given[:10], average="macro")
    )
    assert FIGURES["several_labels"](["a|b", "|", "c"], ["a", "|", "b|c"])(np.arange(3)) == pytest.approx(2 / 3)
    numbers = np.random.default_rng(0).normal(size=(2, 30))
    first, second = numbers.tolist()
    found = FIGURES["number"](first, second)(np.arange(30))
    assert found == pytest.approx(float(np.corrcoef(numbers)[0, 1]))
    assert FIGURES["number"](first, [1.0] * 30)(np.arange(30)) == 0.0


def test_the_same_answers_differ_by_nothing_and_better_ones_by_more_than_chance() -> None:
    gold = [LABELS[place % 3] for place in range(300)]
    good, bad = answers(gold, 0.9, 1), answers(gold, 0.6, 2)
    assert spread("classes", gold, good, good) == (0.0, 0.0)
    low, high = spread("classes", gold, good, bad)
    assert 0.15 < low < 0.3 < high < 0.45
    assert spread("classes", gold, bad, good) == pytest.approx((-high, -low))
    few = spread("classes", gold[:20], good[:20], bad[:20])
    assert few[1] - few[0] > 2 * (high - low)


def finished(project: Project, ours: float, theirs: float, rows: int = 240) -> tuple[Run, Baselines]:
    """A run and simple models whose answers are right for these shares of the rows of the test."""
    run = lay_down(project)
    gold = [LABELS[place % 3] for place in range(rows)]
    frame = pd.DataFrame({"id": [f"r{place}" for place in range(rows)], "part": "test", "label": gold})
    mine, other = answers(gold, ours, 1), answers(gold, theirs, 2)

    def figures(given: list[str]) -> dict[str, float]:
        return {"rows": rows, "macro_f1": float(f1_score(gold, given, average="macro"))}

    write_frame(run.folder / "predictions.parquet", frame.assign(predicted=mine))
    write_json(run.folder / "result.json", {"attempt": 1, "test": figures(mine), "validation": figures(mine)})
    record = BaselinesRecord(
        key="k", roles=Roles(text="text", label="label"), labels=LABELS, scale=None, created_at=utc_now()
    )
    found = create_baselines(project.id, record, run.examples())
    # In another order: rows are known by their ids.
    found.keep(
        {
            "baselines": [
                {"name": "majority", "validation": None, "test": figures(["a"] * rows)},
                {"name": "tfidf", "validation": None, "test": figures(other)},
            ],
            "seconds": 1.0,
        },
        frame.assign(majority="a", tfidf=other)[::-1],
    )
    return run, found


@pytest.mark.parametrize(
    ("ours", "theirs", "standing"), [(0.9, 0.6, "better"), (0.8, 0.79, "unclear"), (0.5, 0.9, "worse")]
)
def test_the_best_simple_model_is_the_rival(project: Project, ours: float, theirs: float, standing: str) -> None:
    found = verdict(*finished(project, ours, theirs))
    assert found is not None
    assert (found.rival, found.part, found.rows, found.standing) == ("tfidf", "test", 240, standing)
    assert found.low <= found.difference <= found.high


def test_without_answers_row_by_row_there_is_no_verdict(project: Project) -> None:
    run, found = finished(project, 0.9, 0.6)
    (run.folder / "predictions.parquet").unlink()
    assert verdict(run, found) is None
    (run.folder / "result.json").unlink()
    assert verdict(run, found) is None
