"""What becomes of tables as people have them: read, refused, or wrong, by container; why those refused are, and which differ.

    python -m tests.benchmarks.odd_tables --data ../shared/data/odd_tables

Wrong: a row is missing or there twice, or the cells are not those of the known answer and nobody knows why.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from pathlib import Path

from core.errors import UserError
from core.words import Words
from tests.odd_tables import DIFFER, REFUSED, answers, in_time, manifest, rows_known, rows_of

OUTCOMES = ("read", "refused", "wrong")


def report(folder: Path, words: Words) -> str:
    table: dict[str, Counter[str]] = {}
    refused, wrong = [], []
    longest, slowest = 0.0, ""
    known = {file: wanted == found for file, wanted, found in answers(folder)}
    for row in manifest(folder):
        path = folder / row["file"]
        started = time.perf_counter()
        reading = in_time(path)
        taken = time.perf_counter() - started
        if taken > longest:
            longest, slowest = taken, row["file"]
        if isinstance(reading, UserError):
            right = REFUSED.get(row["file"]) == reading.code
            outcome = "refused"
            refused.append(f"{row['file']}: {reading.sentence(words)}")
        else:
            right = rows_of(reading) == rows_known(row, path, reading)
            right &= known.get(row["file"], True) or row["file"] in DIFFER
            outcome = "read"
        if not right:
            outcome = "wrong"
            wrong.append(row["file"])
        container = row["container"].partition(" ")[0]
        table.setdefault(container, Counter())[outcome] += 1
    table["all"] = sum(table.values(), Counter())
    lines = [f"{'container':10}" + "".join(f"{outcome:>9}" for outcome in OUTCOMES)]
    for container, counts in table.items():
        lines.append(f"{container:10}" + "".join(f"{counts[outcome]:9}" for outcome in OUTCOMES))
    right = sum(known.values())
    return "\n".join(
        [
            *lines,
            f"\nSlowest: {slowest}, {longest:.1f} s.",
            f"\nWrong: {', '.join(wrong) or 'none'}.",
            f"\nRefused ({len(refused)}):",
            *refused,
            f"\nKnown answers beside those of the French tables: {len(known)}, of which {right} are read exactly so. The others:",
            *(f"{file}: {DIFFER.get(file, 'nobody knows why')}" for file, same in known.items() if not same),
        ]
    )


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--data", type=Path, required=True)
    arguments.add_argument("--language", default="en")
    given = arguments.parse_args()
    print(report(given.data, Words(given.language)))
