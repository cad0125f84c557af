"""Texts and their questions, made up: each word of a text is asked for by another word, so that nothing is found by equal words."""

from __future__ import annotations

import itertools
import random

from core.data.columns import Roles
from core.store.project import Project, set_roles
from tests.tables import WORDS
from tests.trained import project_of

MATCHING = Roles(text="text", question="question", task="matching")


def asked(texts: int = 60, each: int = 2) -> list[dict[str, str]]:
    """Rows with the columns text and question; a text is three words, a question the three words that ask for them, in any order."""
    said, ask = WORDS["delivery"].split()[:12], WORDS["refund"].split()[:12]
    chosen = list(itertools.combinations(range(12), 3))
    chance = random.Random(1)
    chance.shuffle(chosen)
    found = []
    for words in chosen[:texts]:
        for _ in range(each):
            text = " ".join(said[place] for place in words)
            question = " ".join(ask[place] for place in chance.sample(words, 3))
            found.append({"text": text, "question": f"{question} {len(found)}"})
    return found


def matching_project(texts: int = 60, each: int = 2) -> Project:
    return set_roles(project_of(asked(texts, each)).id, MATCHING)
