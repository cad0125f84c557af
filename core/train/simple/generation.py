"""Simple models that ask about a text without writing a word of their own: a known question, or the beginning of the text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pandas as pd

from core.data.kin import content_key
from core.train.features import Directions, nearest_rows
from core.train.question_metrics import likeness, mean_likeness
from core.train.simple.models import Answered, SimpleModels

SENTENCE_END = re.compile(r"(?:[!?…]|(?<=\w{3})\.|(?<=[)\]»”\"%])\.)[\"'»”’)\]]*(?=\s)|[。！？]|[\r\n]")
"""A full stop after one or two letters belongs to an initial or a title."""
ROWS = 256
"""Questions compared without a look at who wants to stop."""


class GenerationModels(SimpleModels):
    """usual_question, nearest_question, first_sentence. Answers: what was asked; and its likeness to the true question, "…_chrf"."""

    def answered(self, train: pd.DataFrame, others: dict[str, pd.DataFrame]) -> Iterator[Answered]:
        texts = list(dict.fromkeys(text for rows in others.values() for text in rows["text"]))
        usual = usual_question(train["question"].tolist())
        yield self._scored("usual_question", others, dict.fromkeys(texts, usual), 0.1)
        self.heard(0.3)
        nearest = nearest_questions(train, texts, lambda: self.heard(0.3))
        yield self._scored("nearest_question", others, nearest, 0.5)
        self.heard(0.7)
        yield self._scored("first_sentence", others, {text: first_sentence(text) for text in texts}, 0.7)

    def _scored(self, name: str, others: dict[str, pd.DataFrame], asked: dict[str, str], share: float) -> Answered:
        """asked: by text. share: of the whole work, when this begins."""
        figures: dict[str, dict[str, float]] = {}
        said: list[str] = []
        shares: list[float] = []
        for part, rows in others.items():
            # In the precision of what a training keeps: the same questions have the same figures.
            alike = np.zeros((len(rows), 2), np.float32)
            for place, (text, question) in enumerate(zip(rows["text"], rows["question"], strict=True)):
                if place % ROWS == 0:
                    self.heard(share)
                alike[place] = likeness(question, asked[text])
                said.append(asked[text])
            figures[part] = mean_likeness(alike)
            shares += alike[:, 0].tolist()
        return Answered(name, figures, {"": said, "_chrf": shares})


def usual_question(questions: Sequence[str]) -> str:
    """The most frequent one, spaces and case aside; of equally frequent ones, the nearest to the mean of all."""
    keys = [content_key("", question) for question in questions]
    counts = Counter(keys)
    most = max(counts.values())
    first = dict(zip(reversed(keys), reversed(questions), strict=True))
    usual = [first[key] for key, count in counts.items() if count == most]
    if len(usual) == 1:
        return usual[0]
    words = Directions(questions, ())
    centre = np.asarray(words.see(questions).mean(axis=0)).ravel()
    return usual[int((words.see(usual) @ centre).argmax())]


def nearest_questions(
    train: pd.DataFrame, texts: Sequence[str], check: Callable[[], None] = lambda: None
) -> dict[str, str]:
    """By text, the first question of the training text that has most words in common with it."""
    known = dict(zip(reversed(train["text"].tolist()), reversed(train["question"].tolist()), strict=True))
    learned = list(dict.fromkeys(train["text"]))
    words = Directions(learned, texts)
    near = nearest_rows(words.see(texts), words.see(learned), check)
    return {text: known[learned[place]] for text, place in zip(texts, near.tolist(), strict=True)}


def first_sentence(text: str) -> str:
    """Up to the first mark that ends one; the whole text where none does."""
    end = SENTENCE_END.search(text.strip())
    return text.strip()[: end.end()].strip() if end else text.strip()
