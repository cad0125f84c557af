"""Simple models that ask: the most usual question, that of the nearest text, the first sentence; likened as a training's are."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from core.data.columns import Roles
from core.store.baselines import BaselinesRecord
from core.store.run import utc_now
from core.train.baselines import measure
from core.train.question_metrics import likeness
from core.train.simple.generation import first_sentence, usual_question

RECORD = BaselinesRecord(
    key="k", roles=Roles(text="text", question="question", task="generation"), labels=[], created_at=utc_now()
)
NAMES = ["usual_question", "nearest_question", "first_sentence"]
LEARNED = [
    ("The library opens at nine.", "When does it open?"),
    ("The pool is closed on Monday.", "Which day is it closed?"),
    ("The pool is closed on Monday.", "What is closed?"),
    ("The school opens at eight.", "When does  it OPEN?"),
]
ASKED = [
    ("The pool is closed in winter. Nobody swims.", "Which day is it closed?"),
    ("A library opens late! It rains.", "When does it open?"),
]


def unread(texts: list[str], heard: Callable[[float], None]) -> NDArray[np.float32]:
    raise AssertionError("no model is asked for")


def laid_out(**parts: list[tuple[str, str]]) -> pd.DataFrame:
    rows = [(part, *pair) for part, pairs in parts.items() for pair in pairs]
    frame = pd.DataFrame(rows, columns=["part", "text", "question"])
    return frame.assign(id=[f"r{place}" for place in range(1, len(rows) + 1)], origin="", label="")


def test_what_each_asks_and_how_like_the_true_question_that_is() -> None:
    heard: list[float] = []
    examples = laid_out(train=LEARNED, validation=ASKED[:1], test=ASKED)
    found, answers = measure(RECORD, examples, unread, heard.append)
    assert [each["name"] for each in found] == NAMES
    asked = answers[answers["part"] == "test"]
    assert asked["usual_question"].tolist() == ["When does it open?"] * 2
    assert asked["nearest_question"].tolist() == ["Which day is it closed?", "When does it open?"]
    assert asked["first_sentence"].tolist() == ["The pool is closed in winter.", "A library opens late!"]
    figures = {each["name"]: each["test"] or {} for each in found}
    assert figures["nearest_question"] == pytest.approx({"rows": 2, "chrf": 100.0, "rouge_l": 1.0})
    for name in NAMES:
        alike = [likeness(question, said) for (_, question), said in zip(ASKED, asked[name], strict=True)]
        assert [figures[name]["chrf"], figures[name]["rouge_l"]] == pytest.approx(np.mean(alike, axis=0), rel=1e-5)
        assert asked[f"{name}_chrf"].tolist() == pytest.approx([chrf for chrf, _ in alike], rel=1e-5)
    assert (found[0]["validation"] or {})["rows"] == 1
    assert heard == sorted(heard)
    assert heard[-1] == 1.0


def test_the_questions_of_the_test_are_not_looked_at() -> None:
    examples = laid_out(train=LEARNED, test=ASKED)
    changed = examples.assign(question=[*(question for _, question in LEARNED), "quite", "another"])
    first, second = (measure(RECORD, rows, unread)[1] for rows in (examples, changed))
    assert first[NAMES].equals(second[NAMES])
    assert not first["usual_question_chrf"].equals(second["usual_question_chrf"])


def test_of_questions_as_usual_as_others_the_one_in_the_middle_is_asked() -> None:
    questions = ["Who built the bridge?", "When was the bridge built?", "Which wine?", "Who built it?"]
    assert usual_question(questions) == "Who built the bridge?"
    # Asked twice, though it has nothing in common with the others.
    built = [f"Who built the {kind} bridge?" for kind in ("old", "new", "long", "high", "low")]
    assert usual_question([*built, "Wine", "  WINE"]) == "Wine"
    assert usual_question(["?", "!"]) == "?"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Le pont est fermé. On passe par le bac.", "Le pont est fermé."),
        ("M. Dupont est né en 1906. Il est mort.", "M. Dupont est né en 1906."),
        ("Fermé (travaux). On passe.", "Fermé (travaux)."),
        ("Vraiment\u00a0? Oui.", "Vraiment\u00a0?"),
        ("« Fermé. » Puis rien.", "« Fermé."),
        ("3.5 millions d’euros", "3.5 millions d’euros"),
        ("Titre\nLe reste.", "Titre"),
        ("橋は閉鎖。船で渡る。", "橋は閉鎖。"),
        ("  sans fin ", "sans fin"),
    ],
)
def test_where_the_first_sentence_ends(text: str, sentence: str) -> None:
    assert first_sentence(text) == sentence
