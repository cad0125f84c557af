"""What the health of a large table costs, beside scikit-learn's TfidfVectorizer over the same rows.

    .venv/bin/python -m tests.benchmarks.health --rows 100000 --words 30

One JSON line: `health_ratio`, seconds of the whole examination over those of the vectorizer, to be at most 3 (the medians of
`--times` rounds in which they take turns); the seconds of both, of the near duplicates alone, and how many of the near duplicates that were
put in were found. The rows have damaged cells, copies, contradictions, near copies, rare labels and addresses among them.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from collections.abc import Callable

import pandas as pd

from core.data.columns import Roles
from core.data.examples import select
from core.data.health import Report, examine
from core.data.near import near_duplicates

ROLES = Roles(text="text", label="label")
VOCABULARY = 20_000
LABELS = 40


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--words", type=int, default=30)
    parser.add_argument("--times", type=int, default=3)
    options = parser.parse_args(arguments)
    print(json.dumps(measure(options.rows, options.words, options.times)))


def measure(rows: int, words: int, times: int) -> dict[str, float]:
    from sklearn.feature_extraction.text import TfidfVectorizer

    from core.models.catalogue import embedded_path
    from core.models.tokens import count_tokens

    table, twins = damaged_table(rows, words)
    tokenizer = embedded_path() / "tokenizer.json"

    def examined() -> Report:
        selection = select(table, ROLES)
        return examine(table, ROLES, selection, known=("en",), count=lambda *given: count_tokens(tokenizer, *given))

    texts = table["text"].tolist()
    health, vectorizer, near = [], [], []
    for _ in range(times):
        vectorizer.append(_seconds(lambda: TfidfVectorizer().fit_transform(texts)))
        health.append(_seconds(examined))
        near.append(_seconds(lambda: near_duplicates(texts)))
    follows = near_duplicates(texts)
    found = statistics.median(health), statistics.median(vectorizer)
    return {
        "health_ratio": round(found[0] / found[1], 2),
        "health_s": round(found[0], 2),
        "tfidf_s": round(found[1], 2),
        "near_duplicates_s": round(statistics.median(near), 2),
        "near_duplicates_found": round(sum(place in follows for place in twins) / max(len(twins), 1), 4),
        "findings": len(examined().findings),
        "rows": len(table),
    }


def damaged_table(rows: int, words: int) -> tuple[pd.DataFrame, list[int]]:
    """Rows of words as frequent as in real texts (Zipf), and the places of those that are nearly an earlier one."""
    chance = random.Random(7)
    vocabulary = ["".join(chance.choices("aeinorstludcmp", k=chance.randint(2, 10))) for _ in range(VOCABULARY)]
    weights = [1 / (rank + 3) for rank in range(VOCABULARY)]
    drawn = chance.choices(vocabulary, weights, k=rows * words)
    texts = [drawn[place * words : (place + 1) * words] for place in range(rows)]
    labels = [f"label {min(int(chance.expovariate(0.15)), LABELS)}" for _ in range(rows)]
    twins = []
    for place in range(100, rows, 50):
        other = chance.randrange(place)
        texts[place] = list(texts[other])
        kind = place // 50 % 4
        if kind == 0:
            texts[place][chance.randrange(words)] = "zzz"
            twins.append(place)
        elif kind == 1:
            labels[place] = labels[other]
        elif kind == 2:
            texts[place][0] = "anna@example.org"
        else:
            texts[place][0] = "rÃ©clamation"
    return pd.DataFrame({"text": [" ".join(text) for text in texts], "label": labels}, dtype="str"), twins


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])
