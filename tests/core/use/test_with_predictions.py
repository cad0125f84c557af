"""Predictions beside a table: every row and column stays, and no name is taken twice."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.use.predictor import with_predictions

SHARES = np.array([[0.7, 0.2, 0.1], [0.12344, 0.12346, 0.7531]])


def test_the_table_gets_an_answer_its_probability_and_every_label() -> None:
    table = pd.DataFrame({"text": ["first", "second"], "n": ["1", "2"]}, index=[7, 3])
    found = with_predictions(table, SHARES, ["a", "b", "c"])
    assert list(found.columns) == ["text", "n", "prediction", "probability", "p(a)", "p(b)", "p(c)"]
    assert found["text"].tolist() == ["first", "second"]
    assert found["prediction"].tolist() == ["a", "c"]
    assert found["probability"].tolist() == [0.7, 0.7531]
    assert found.iloc[1, 4:].tolist() == [0.1234, 0.1235, 0.7531]
    assert list(table.columns) == ["text", "n"], "the table given is not touched"


def test_a_name_already_taken_gets_an_underscore_and_nothing_is_overwritten() -> None:
    table = pd.DataFrame({"prediction": ["mine"], "prediction_": ["also mine"], "p(a)": ["kept"], "text": ["x"]})
    found = with_predictions(table, SHARES[:1, :2], ["a", "b"])
    added = ["prediction__", "probability", "p(a)_", "p(b)"]
    assert list(found.columns) == ["prediction", "prediction_", "p(a)", "text", *added]
    assert found.iloc[0].tolist() == ["mine", "also mine", "kept", "x", "a", 0.7, 0.7, 0.2]
    assert found.columns.is_unique


def test_labelled_twice_both_answers_stay() -> None:
    once = with_predictions(pd.DataFrame({"text": ["x", "y"]}), SHARES, ["a", "b", "c"])
    twice = with_predictions(once, SHARES[::-1], ["a", "b", "c"])
    assert twice.columns.is_unique
    assert twice["prediction"].tolist() == ["a", "c"]
    assert twice["prediction_"].tolist() == ["c", "a"]


def test_a_label_that_reads_like_a_column_is_kept_apart() -> None:
    found = with_predictions(pd.DataFrame({"text": ["x"]}), SHARES[:1], ["a", "a)_", "p(a)"])
    assert list(found.columns) == ["text", "prediction", "probability", "p(a)", "p(a)_)", "p(p(a))"]
