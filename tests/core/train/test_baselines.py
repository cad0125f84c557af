"""Simple models on small tables: what they learn from, what they may not look at, and what odd rows do to them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.augment.similarity import SentenceModel, open_reader
from core.data.columns import Roles
from core.data.examples import COLUMNS
from core.data.targets import outputs_of, scale_of
from core.models.choice import ModelChoice
from core.store.baselines import BaselinesRecord
from core.store.run import utc_now
from core.train.baselines import Measured, measure
from core.train.features import Terms
from core.train.regressions import ClassRegression
from core.train.simple.labelled import chosen, folds
from tests.tables import messages
from tests.trained import one_thread, pairs  # noqa: F401  # a fixture for the module

NAMES = ["majority", "tfidf", "embeddings"]


@pytest.fixture(scope="module")
def reader(tiny_bert: Path) -> SentenceModel:
    return open_reader(ModelChoice(kind="folder", name=str(tiny_bert)), "none")


def laid_out(rows: list[dict[str, str]], **roles: Any) -> tuple[BaselinesRecord, pd.DataFrame]:
    """Two thirds to learn from; of the others every second one for the test."""
    frame = pd.DataFrame(rows)
    frame["id"] = [f"r{place}" for place in range(1, len(rows) + 1)]
    for column in ("origin", "question"):
        frame[column] = frame.get(column, "")
    frame = frame[COLUMNS].astype("string[pyarrow]")
    half = len(rows) * 2 // 3
    frame["part"] = ["train" if place < half else ("validation", "test")[place % 2] for place in range(len(rows))]
    known = Roles(**{"text": "text", "label": "label", **roles})
    labels = frame["label"].tolist()
    record = BaselinesRecord(
        key="k",
        roles=known,
        labels=outputs_of(known.task, labels),
        scale=scale_of(known.task, labels),
        created_at=utc_now(),
    )
    return record, frame


def by_name(found: list[Measured]) -> dict[str, Measured]:
    return {each["name"]: each for each in found}


def test_words_tell_the_labels_of_messages_and_the_majority_does_not(reader: SentenceModel) -> None:
    record, examples = laid_out(messages(60))
    heard: list[float] = []
    found, answers = measure(record, examples, reader.embed, heard.append)
    assert [each["name"] for each in found] == NAMES
    figures = {name: each["test"] or {} for name, each in by_name(found).items()}
    assert figures["majority"]["accuracy"] == pytest.approx(1 / 3, abs=0.1)
    assert figures["tfidf"]["accuracy"] == 1.0
    assert figures["embeddings"]["accuracy"] > 0.5
    assert list(answers) == ["id", "part", "label", *NAMES]
    held = examples[examples["part"] != "train"]
    assert sorted(answers["id"]) == sorted(held["id"])
    asked = answers[answers["part"] == "test"]
    for name in NAMES:
        assert figures[name]["accuracy"] == pytest.approx(float((asked["label"] == asked[name]).mean()))
        assert figures[name]["rows"] == len(asked)
    assert heard == sorted(heard)
    assert heard[-1] == 1.0


def test_what_the_test_part_says_changes_nothing_but_its_own_figures(reader: SentenceModel) -> None:
    record, examples = laid_out(messages(60))
    before, first = measure(record, examples, reader.embed)
    asked = examples["part"] == "test"
    changed = examples.copy()
    changed.loc[asked, "label"] = examples.loc[asked, "label"].tolist()[::-1]
    after, second = measure(record, changed, reader.embed)
    assert [each["strength"] for each in before] == [each["strength"] for each in after]
    assert [each["validation"] for each in before] == [each["validation"] for each in after]
    assert first[NAMES].equals(second[NAMES])


def test_accepted_paraphrases_are_learned_from_and_unused_ones_are_not(reader: SentenceModel) -> None:
    record, examples = laid_out(messages(60))
    train = examples[examples["part"] == "train"]
    # A word that no row of the table has, under one label.
    more = train[train["label"] == "refund"].head(5).assign(text="zeppelin zeppelin", id=lambda rows: "p" + rows["id"])
    more["origin"] = train[train["label"] == "refund"].head(5)["id"].tolist()
    asked = examples["part"] == "test"
    examples.loc[asked, "text"] = "zeppelin"
    for part, share in (("train", 1.0), ("unused", 0.5)):
        _, answers = measure(record, pd.concat([examples, more.assign(part=part)]), reader.embed)
        given = answers.loc[answers["part"] == "test", "tfidf"]
        assert ((given == "refund").mean() >= share) == (part == "train")


def test_in_a_pair_what_both_texts_share_decides(reader: SentenceModel) -> None:
    record, examples = laid_out(pairs(96), question="question")
    found = by_name(measure(record, examples, reader.embed)[0])
    assert (found["tfidf"]["test"] or {})["accuracy"] > 0.9
    rows = examples[examples["part"] == "train"]
    terms = Terms(pair=True)
    terms.fit(rows)
    seen = terms.see(rows.assign(question=rows["text"]))
    assert seen[:, [-3, -6]].toarray() == pytest.approx(1.0, abs=1e-5)


def test_odd_rows_stop_nothing(reader: SentenceModel) -> None:
    """No words at all, one label in the training part alone, a label that the test part lacks, a row that says nothing new."""
    rows = [{"text": sign * (place % 3 + 1), "label": sign} for place in range(8) for sign in "!?…"]
    record, examples = laid_out(rows)
    examples.loc[examples["part"] == "test", "label"] = "!"
    found, _ = measure(record, examples, reader.embed)
    assert all((each["test"] or {})["rows"] == 4 for each in found)
    assert (by_name(found)["tfidf"]["validation"] or {})["accuracy"] == 1.0
    examples.loc[examples["part"] == "train", "label"] = "?"
    found, answers = measure(record, examples, reader.embed)
    assert set(answers["tfidf"]) == set(answers["embeddings"]) == {"?"}
    without_test, _ = measure(record, examples[examples["part"] != "test"], reader.embed)
    assert all(each["test"] is None and each["validation"] for each in without_test)


def test_several_labels_get_thresholds_from_validation_and_a_set_for_an_answer(reader: SentenceModel) -> None:
    rows = [
        {"text": f"{one['text']} {other['text']}", "label": "|".join(sorted({one["label"], other["label"]}))}
        for one, other in zip(messages(60), messages(60, ["refund", "account"]), strict=True)
    ]
    record, examples = laid_out(rows, task="several_labels", separator="|")
    found, answers = measure(record, examples, reader.embed)
    figures = {name: each["test"] or {} for name, each in by_name(found).items()}
    assert figures["tfidf"]["micro_f1"] > max(0.8, figures["majority"]["micro_f1"])
    assert set(answers["tfidf"]) <= {"|", *("|".join(sorted(some)) for some in _subsets(record.labels))}


def _subsets(labels: list[str]) -> list[list[str]]:
    found: list[list[str]] = [[]]
    for label in labels:
        found += [[*some, label] for some in found]
    return found[1:]


def test_numbers_stay_within_their_scale(reader: SentenceModel) -> None:
    grades = {"delivery": "1.0", "refund": "3.0", "account": "5.0"}
    rows = [{**row, "label": grades[row["label"]]} for row in messages(60)]
    record, examples = laid_out(rows, task="number")
    found, answers = measure(record, examples, reader.embed)
    figures = {name: each["test"] or {} for name, each in by_name(found).items()}
    assert figures["majority"]["pearson"] == 0.0
    assert figures["tfidf"]["pearson"] > 0.9
    assert figures["tfidf"]["mae"] < figures["majority"]["mae"]
    assert answers[NAMES].to_numpy(float).min() >= 1.0
    assert answers[NAMES].to_numpy(float).max() <= 5.0


def test_a_paraphrase_is_never_answered_by_what_learned_its_origin() -> None:
    _, examples = laid_out(messages(60))
    train = examples[examples["part"] == "train"].copy()
    train.loc[train.index[20:], "origin"] = train["id"].tolist()[:20]
    seen = []
    for learned, asked in folds(train):
        origins = [set(train.iloc[places]["id"]) | set(train.iloc[places]["origin"]) for places in (learned, asked)]
        assert origins[0] & origins[1] <= {""}
        seen += asked.tolist()
    assert sorted(seen) == list(range(len(train)))


def test_how_free_a_regression_may_be_is_chosen_on_the_training_rows() -> None:
    """One feature tells the label, hundreds are noise: a strong hand is better, and the same each time."""
    _, examples = laid_out(messages(90, ["refund", "account"]))
    train = examples[examples["part"] == "train"]
    regression = ClassRegression(["account", "refund"], None)
    gold = np.array([label == "refund" for label in train["label"]])
    noise = np.random.default_rng(3).normal(size=(len(train), 300)).astype(np.float32)
    seen = np.hstack([gold[:, None] * 1.5 - 0.75 + noise[:, :1], noise[:, 1:]])
    assert len({chosen(regression, seen, train, (1e-3, 1e3)) for _ in range(2)}) == 1
    assert chosen(regression, seen, train, (7.0,)) == 7.0
    assert chosen(regression, seen[:3], train.head(3), (1.0, 2.0, 3.0)) == 2.0
