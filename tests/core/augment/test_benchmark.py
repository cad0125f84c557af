"""The benchmark of what paraphrases are worth: its statistics, and the rows that a seed draws."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
import pytest
from scipy.stats import ttest_rel

from tests.benchmarks.augmentation_lift import Trial, as_long, difference, drawn, summary


def test_the_interval_is_that_of_a_paired_t_test() -> None:
    # Differences 1, 2, 3: standard deviation 1, and Student's t with two degrees of freedom is 4.3027 at 97.5 %.
    found = difference([10.0, 20.0, 30.0], [11.0, 22.0, 33.0])
    assert found == pytest.approx((2.0, 2.0 - 4.3027 / 3**0.5, 2.0 + 4.3027 / 3**0.5), abs=1e-4)
    before, after = [0.61, 0.58, 0.64, 0.60, 0.57], [0.62, 0.55, 0.66, 0.63, 0.56]
    known = ttest_rel(after, before).confidence_interval(0.95)
    assert difference(before, after)[1:] == pytest.approx((known.low, known.high))


def test_what_is_the_same_for_every_pair_has_no_width() -> None:
    assert difference([0.25, 0.5], [0.5, 0.75]) == pytest.approx((0.25, 0.25, 0.25))


def test_one_line_says_what_the_seeds_gave() -> None:
    trials = [Trial(385, 600, 500, 498, 0.5, 0.6, None), Trial(385, 620, 476, 476, 0.7, 0.6, None)]
    line = summary(trials)
    assert (line["without"], line["with"], line["difference"]) == (0.6, 0.6, 0.0)
    assert line["low"] == -line["high"] == pytest.approx(-12.7062 * 0.1, abs=1e-4)
    assert (line["accepted_share"], line["accepted"], line["learned"]) == (0.8, 488, 487)
    assert (line["seeds"], line["rows"]) == (2, 385)
    assert "without_longer" not in line
    longer = summary([trial._replace(longer=trial.without + 0.1) for trial in trials])
    assert longer["without_longer"] == 0.7
    assert longer["difference_longer"] == -0.1


def test_the_longer_training_has_as_many_steps() -> None:
    assert as_long(6, 308, 728) == 14
    assert as_long(40, 100, 500) == 100


def test_each_seed_draws_rows_of_its_own_of_every_class(tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    rows = [{"text": f"text {place}", "label": "abc"[place % 3]} for place in range(60)] + [{"text": "x", "label": "d"}]
    pd.DataFrame(rows).to_csv(table, index=False)
    first, again, other = (pd.read_csv(io.BytesIO(drawn(table, 5, seed))) for seed in (1, 1, 2))
    assert first["label"].value_counts().to_dict() == {"a": 5, "b": 5, "c": 5, "d": 1}
    assert first.equals(again)
    assert set(first["text"]) != set(other["text"])
    assert drawn(table, None, 1) == table.read_bytes()
