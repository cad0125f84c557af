"""Whether a training beats the simple models: told from the rows that both answered, and never from too few of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import f1_score

from core.data.columns import Roles, TaskName
from core.home import write_json
from core.results.rivals import FIGURES, Verdict, spread, verdict
from core.store.baselines import Baselines, BaselinesRecord, create_baselines
from core.store.parquet import write_frame
from core.store.project import Project, set_roles
from core.store.run import Run, utc_now
from tests.tables import as_csv, asked, lay_down

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
    assert FIGURES["matching"]([""] * 3, [1, 2, 4])(np.array([0, 1, 2, 2])) == (1 + 1 / 2 + 1 / 4 + 1 / 4) / 4
    assert FIGURES["generation"]([""] * 3, [10.0, 20.0, 60.0])(np.array([0, 1, 2])) == 30.0


def test_the_same_answers_differ_by_nothing_and_better_ones_by_more_than_chance() -> None:
    gold = [LABELS[place % 3] for place in range(300)]
    good, bad = answers(gold, 0.9, 1), answers(gold, 0.6, 2)
    assert spread("classes", gold, good, good) == (0.0, 0.0)
    low, high = spread("classes", gold, good, bad)
    assert 0.15 < low < 0.3 < high < 0.45
    assert spread("classes", gold, bad, good) == pytest.approx((-high, -low))
    few = spread("classes", gold[:20], good[:20], bad[:20])
    assert few[1] - few[0] > 2 * (high - low)


def test_questions_about_one_text_are_drawn_together() -> None:
    """Of each text the training finds one question first and the rival the other: whatever texts are drawn, they are level."""
    ours, theirs, texts = [1] * 40 + [2] * 40, [2] * 40 + [1] * 40, [str(place % 40) for place in range(80)]
    gold = [""] * 80
    assert spread("matching", gold, ours, theirs, texts) == pytest.approx((0.0, 0.0))
    low, high = spread("matching", gold, ours, theirs)
    assert low < -0.05 < 0.05 < high
    # What one question of a text says, the others say again: forty texts tell less than eighty.
    ours, theirs = ([1] * 25 + [2] * 15) * 2, ([2] * 25 + [1] * 15) * 2
    alone, together = spread("matching", gold, ours, theirs), spread("matching", gold, ours, theirs, texts)
    assert together[1] - together[0] > 1.2 * (alone[1] - alone[0])


@pytest.mark.parametrize(
    ("task", "figure", "rival", "column", "better"),
    [
        ("matching", "mrr", "tfidf_cosine", "tfidf_cosine", (1.0, 4.0)),
        ("generation", "chrf", "first_sentence", "first_sentence_chrf", (80.0, 20.0)),
    ],
)
def test_ranks_and_likeness_are_held_against_those_of_the_best(
    make_project: Callable[..., Project],
    task: TaskName,
    figure: str,
    rival: str,
    column: str,
    better: tuple[float, float],
) -> None:
    roles = Roles(text="text", question="question", task=task)
    # Two questions about each text.
    table = [row | {"question": row["question"] + more} for row in asked(24) for more in ("", " why")]
    run = lay_down(set_roles(make_project(as_csv(table)).id, roles))
    rows = run.examples().query("part == 'test'")[["id", "part", "label"]]
    worth = {value: 1 / value if task == "matching" else value for value in better}
    record = BaselinesRecord(key="k", roles=roles, labels=[], created_at=utc_now())

    def said_of(ours: list[float], theirs: list[float]) -> Verdict:
        def reached(some: list[float]) -> float:
            return float(np.mean([worth[one] for one in some]))

        write_frame(run.folder / "predictions.parquet", rows.assign(predicted="?", rank=ours, chrf=ours))
        write_json(run.folder / "result.json", {"attempt": 1, "test": {"rows": len(rows), figure: reached(ours)}})
        found = create_baselines(project_id=run.project_id, record=record, examples=run.examples())
        entries = [
            {"name": "other", "test": {figure: reached(theirs) / 2}},
            {"name": rival, "test": {figure: reached(theirs)}},
        ]
        answers = rows.assign(**{"other": "!", rival: "!", column: theirs})
        found.keep({"baselines": entries, "seconds": 1.0}, answers[::-1])
        said = verdict(run, found)
        assert said is not None
        assert (said.rival, said.figure.name, said.rows) == (rival, figure, len(rows))
        return said

    high, low = better
    for ours, theirs, standing in ((high, low, "better"), (low, high, "worse"), (high, high, "unclear")):
        said = said_of([ours] * len(rows), [theirs] * len(rows))
        assert said.standing == standing
        assert said.low == pytest.approx(said.difference) == said.high == pytest.approx(worth[ours] - worth[theirs])
    # Each is the better one at one question of every text: whatever texts are drawn, they are level.
    said = said_of([high, low] * (len(rows) // 2), [low, high] * (len(rows) // 2))
    assert (said.low, said.high) == pytest.approx((0.0, 0.0))


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
