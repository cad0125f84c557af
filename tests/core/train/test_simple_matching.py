"""Simple models that look for the text of a question: by hand on a few texts, and measured as a training is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from core.augment.similarity import open_reader
from core.models.choice import ModelChoice
from core.store.baselines import BaselinesRecord
from core.store.run import utc_now
from core.train.baselines import measure
from core.train.lessons.matching import Matching
from tests.matching import MATCHING, matching_project
from tests.tables import lay_down
from tests.trained import one_thread as one_thread
from tests.trained import small

RECORD = BaselinesRecord(key="k", roles=MATCHING, labels=[], created_at=utc_now())
NAMES = ["chance", "tfidf_cosine", "embeddings_cosine"]

LEARNED = [("The library opens at nine", "When does the library open?"), ("The pool is closed", "Is the pool closed?")]
DECIDING = [
    ("Buses leave every ten minutes", "How often do buses leave?"),
    ("The market takes place on Sunday", "When is the market?"),
    ("Dogs must be kept on a lead", "May dogs run free?"),
    ("The museum shows coins of the Romans", "What does the museum show?"),
]
ASKED = [
    ("The tower has two hundred steps", "How many steps has the tower?"),
    ("Tickets cost five euros", "What do tickets cost?"),
    ("Bicycles can be hired at the station", "Where can bicycles be hired?"),
    ("The bridge was built by monks", "Who built the bridge?"),
]


def laid_out(**parts: list[tuple[str, str]]) -> pd.DataFrame:
    rows = [(part, *pair) for part, pairs in parts.items() for pair in pairs]
    frame = pd.DataFrame(rows, columns=["part", "text", "question"])
    return frame.assign(id=[f"r{place}" for place in range(1, len(rows) + 1)], origin="", label="")


def pointing(**shares: float) -> Callable[..., NDArray[np.float32]]:
    """An embedding by hand: a question lies by this cosine, that of its part, near its own text and far from all others."""
    everything = {"learned": LEARNED, "deciding": DECIDING, "asked": ASKED}
    pairs = [(pair, shares.get(part, 0.9)) for part, some in everything.items() for pair in some]
    vectors = {}
    for place, ((text, question), share) in enumerate(pairs):
        along, across = np.eye(2 * len(pairs), dtype=np.float32)[[2 * place, 2 * place + 1]]
        vectors[text] = along
        vectors[question] = share * along + np.sqrt(1 - share**2) * across

    def embed(texts: list[str], heard: Callable[[float], None]) -> NDArray[np.float32]:
        heard(1.0)
        return np.array([vectors[text] for text in texts])

    return embed


def test_words_in_common_find_the_text_and_chance_is_computed() -> None:
    heard: list[float] = []
    examples = laid_out(train=LEARNED, validation=DECIDING, test=ASKED)
    found, answers = measure(RECORD, examples, pointing(), heard.append)
    assert [each["name"] for each in found] == NAMES
    chance, words, vectors = (each["test"] or {} for each in found)
    # Four texts, none of which is right by itself: (1 + 1/2 + 1/3 + 1/4) / 4; of as many wrong pairs as right ones half.
    assert chance == pytest.approx(
        {"rows": 4, "loss": np.log(4), "mrr": 25 / 48, "recall_1": 0.25, "recall_5": 1, "recall_10": 1}
        | {"auc": 0.5, "accuracy": 0.5}
    )
    assert (words["mrr"], words["auc"], words["rows"]) == (1.0, 1.0, 4)
    assert (vectors["mrr"], vectors["auc"], vectors["accuracy"]) == (1.0, 1.0, 1.0)
    assert vectors["loss"] == pytest.approx(np.log(1 + 3 * np.exp(-20 * 0.9)), rel=1e-3)
    assert list(answers) == ["id", "part", "label", *NAMES]
    assert answers["chance"].tolist() == pytest.approx([48 / 25] * 8)
    asked = answers[answers["part"] == "test"]
    for each in found:
        assert (1 / asked[each["name"]]).mean() == pytest.approx((each["test"] or {})["mrr"])
    assert heard == sorted(heard)
    assert heard[-1] == 1.0


def test_from_where_on_a_pair_is_right_is_never_decided_on_the_test() -> None:
    """On validation right pairs lie at 0.9; those of the test at 0.2 are told from wrong ones, but none of them passes."""
    shares = {"deciding": 0.9, "asked": 0.2, "learned": 0.3}
    found, _ = measure(RECORD, laid_out(train=LEARNED, validation=DECIDING, test=ASKED), pointing(**shares))
    figures = found[2]["test"] or {}
    assert (figures["auc"], figures["mrr"], figures["accuracy"]) == (1.0, 1.0, 0.5)
    # Without a validation part the training rows decide: 0.2 is above the middle of 0.3 and 0.
    found, answers = measure(RECORD, laid_out(train=LEARNED, test=ASKED), pointing(**shares))
    assert [each["validation"] for each in found] == [None] * 3
    assert (found[2]["test"] or {})["accuracy"] == 1.0
    assert set(answers["part"]) == {"test"}
    found, _ = measure(RECORD, laid_out(train=LEARNED, test=ASKED), pointing(**shares | {"learned": 0.9}))
    assert (found[2]["test"] or {})["accuracy"] == 0.5


def test_words_are_weighed_by_the_training_rows_alone() -> None:
    """What most rows learned from say tells little; learned from others, the same questions lie nearer to a wrong text."""
    asked = [
        ("please tell us the castle", "please tell us the bridge opening hours"),
        ("bridge opening hours and prices", "castle"),
    ]
    ranks = {}
    for said in ("please tell us", "bridge opening hours"):
        learned = [(f"{said} {word}", f"{said} of {word}") for word in ("one", "two", "three", "four", "five")]
        examples = laid_out(train=learned, validation=DECIDING, test=asked)
        _, answers = measure(RECORD, examples, everywhere)
        ranks[said] = answers.query("part == 'test'")["tfidf_cosine"].tolist()[0]
    assert ranks == {"please tell us": 2.0, "bridge opening hours": 1.0}


def everywhere(texts: list[str], heard: Callable[[float], None]) -> NDArray[np.float32]:
    return np.ones((len(texts), 1), np.float32)


@pytest.mark.slow
def test_an_untouched_model_is_measured_as_a_training_is(shared_home: Path, tiny_bert: Path) -> None:
    run = lay_down(matching_project(30), small(tiny_bert, test_share=0.2))
    examples = run.examples()
    lesson = Matching.load(run.record(), small(tiny_bert), tiny_bert)
    reader = open_reader(ModelChoice(kind="folder", name=str(tiny_bert)), "none")
    found, answers = measure(RECORD, examples, reader.embed)
    outputs = {}
    for part in ("validation", "test"):
        rows = examples[examples["part"] == part]
        encoded = lesson.encode(rows)
        outputs[part] = encoded, lesson.outputs(encoded)
    lesson.settle(*outputs["validation"])
    for part in ("validation", "test"):
        reported = lesson.report(*outputs[part])
        measured = found[2][part]  # type: ignore[literal-required]
        assert measured == pytest.approx({name: reported[name] for name in measured}, rel=1e-4)
    rows = examples[examples["part"] == "test"]
    ranks = lesson.predictions(rows, outputs["test"][1])["rank"]
    assert answers.query("part == 'test'")["embeddings_cosine"].tolist() == ranks.tolist()
