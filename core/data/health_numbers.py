"""What is wrong with numbers that are to be learned: one that lies far from all others."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import quantiles

from core.data.findings import Finding
from core.data.subject import Subject

FAR = 3.0
"""Times the range of the middle half, beyond which a number is far from the others (Tukey 1977, "far out")."""
FEW = 0.02
"""Share of the rows up to which far numbers are the odd ones: more of them belong to the scale."""
LEAST = 20
"""Rows from which a range can be told."""


def outliers(subject: Subject) -> Iterator[Finding]:
    numbers = subject.numbers
    if numbers is None or len(numbers) < LEAST:
        return
    low, _, high = quantiles(numbers, n=4)
    reach = FAR * (high - low)
    places = [place for place, number in enumerate(numbers) if not low - reach <= number <= high + reach]
    if not reach or not 0 < len(places) <= FEW * len(numbers):
        return
    kept = [number for number in numbers if low - reach <= number <= high + reach]
    rows = tuple(subject.rows[place] for place in places)
    facts = {"low": f"{min(kept):g}", "high": f"{max(kept):g}"}
    yield Finding("outlier", "warning", rows, facts=facts, fix=subject.aside("outlier", rows))
