"""What is wrong with the labels: one alone, spellings of one, too few rows, too uneven, standing in the text."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from core.data.findings import Finding, Level, Setting
from core.data.fixes import Fix
from core.data.subject import Subject, folded

LEAST = 10
"""Rows of a label, below which it can hardly be learned."""
ROWS_A_LABEL = 2
"""Fewer rows a label than this on the average: the column says who or what a row is, not to which group it belongs."""
UNEVEN = 10
"""Times as many rows as the rarest label has: from there on the frequent label wins by its number."""
BALANCE = 1.0
"""How far the training is to weigh rare labels up: every label counts alike; tried in ARCHITECTURE.md, "Presets"."""
LEAK = 0.5
"""Share of a label's rows that hold its name, from which it counts as told in advance."""
ELSEWHERE = 0.05
"""Share of the other rows that may hold it all the same."""
NAMED = 6
"""Labels named in a title."""
WORD = re.compile(r"[^\W_]+")
OTHERS = 2000
"""Rows of other labels that are looked at."""


def amounts(subject: Subject) -> Iterator[Finding]:
    counts = subject.counts
    if len(counts) == 1:
        yield Finding("one_label", "fault", facts={"label": next(iter(counts))})
    if len(counts) < 2:
        return
    ranked = counts.most_common()
    rare = [label for label, count in reversed(ranked) if count < LEAST]
    own = own_labels(len(counts), len(subject.rows))
    if own is not None:
        yield own
    if rare and subject.roles.task == "several_labels":
        yield _rare_of_several(subject, rare)
    elif rare and own is None:
        rows = _rows_of(subject, rare)
        # A classifier needs two labels: when the rare ones are all there is, or all but one, nothing is set aside.
        fix = subject.aside("rare_label", rows) if len(counts) - len(rare) >= 2 else None
        facts = {"labels": _named([f"{label} ({counts[label]})" for label in rare]), "least": LEAST}
        yield Finding("rare_label", "fault" if len(rare) * 2 > len(counts) else "warning", rows, facts=facts, fix=fix)
    (largest, most), (smallest, least) = ranked[0], ranked[-1]
    if most >= UNEVEN * least and subject.roles.task == "classes":
        facts = {"largest": largest, "smallest": smallest, "times": most // least}
        yield Finding(
            "imbalance", "warning", _rows_of(subject, [smallest]), facts=facts, fix=Setting("balance", BALANCE)
        )


def own_labels(labels: int, rows: int) -> Finding | None:
    """More labels than half the rows: probably an identifier, or free text."""
    if labels <= 2 or labels * ROWS_A_LABEL <= rows:
        return None
    return Finding("own_label", "fault", facts={"labels": labels, "rows": rows})


def _rare_of_several(subject: Subject, rare: list[str]) -> Finding:
    """Done without, a label leaves the rows and their other labels as they are."""
    rows = _rows_of(subject, rare)
    counts = subject.counts
    facts = {"labels": _named([f"{label} ({counts[label]})" for label in rare]), "least": LEAST}
    without = Fix(code="rare_of_several", roles=subject.roles, does="merge", rows=rows, labels=dict.fromkeys(rare, ""))
    level: Level = "fault" if len(rare) * 2 > len(counts) else "warning"
    return Finding("rare_of_several", level, rows, facts=facts, fix=without if len(counts) - len(rare) >= 2 else None)


def spellings(subject: Subject) -> Iterator[Finding]:
    groups: dict[str, list[str]] = defaultdict(list)
    for label, _ in subject.counts.most_common():
        groups[folded(label)].append(label)
    several = [group for group in groups.values() if len(group) > 1]
    if several:
        becomes = {label: group[0] for group in several for label in group[1:]}
        rows = _rows_of(subject, becomes)
        fix = Fix(code="label_spelling", roles=subject.roles, does="merge", rows=rows, labels=becomes)
        facts = {"labels": _named([" = ".join(group) for group in several])}
        yield Finding("label_spelling", "fault", rows, facts=facts, fix=fix)


def leakage(subject: Subject) -> Iterator[Finding]:
    """Whole names of labels, as words, in the texts. A name of one or two characters tells nothing."""
    labels = subject.labels
    if labels is None or len(subject.counts) < 2:
        return
    phrases = {label: _words(label) for label, count in subject.counts.items() if count >= LEAST}
    phrases = {label: phrase for label, phrase in phrases.items() if len(phrase.strip()) > 2}
    holds: dict[str, list[int]] = defaultdict(list)
    for place, of_row in enumerate(subject.sets):
        named = [label for label in of_row if label in phrases]
        words = _words(subject.texts[place]) if named else ""
        for label in named:
            if phrases[label] in words:
                holds[label].append(place)
    told = [label for label, places in holds.items() if len(places) >= LEAK * subject.counts[label]]
    step = max(1, len(labels) // OTHERS)
    some = (
        [(subject.sets[place], _words(subject.texts[place])) for place in range(0, len(labels), step)] if told else []
    )
    leaks = []
    for label in told:
        others = [text for of_row, text in some if label not in of_row]
        if sum(phrases[label] in text for text in others) <= ELSEWHERE * len(others):
            leaks.append(label)
    if leaks:
        rows = tuple(sorted({subject.rows[place] for label in leaks for place in holds[label]}))
        yield Finding("leakage", "warning", rows, facts={"labels": _named(leaks)})


def _words(text: str) -> str:
    """Its words between single spaces, without case and accents, so that a phrase is found as whole words only."""
    plain = text.lower() if text.isascii() else folded(text)
    return f" {' '.join(WORD.findall(plain))} "


def _rows_of(subject: Subject, labels: Sequence[str] | dict[str, str]) -> tuple[int, ...]:
    wanted = set(labels)
    return tuple(row for row, of_row in zip(subject.rows, subject.sets, strict=True) if wanted.intersection(of_row))


def _named(labels: Sequence[str]) -> str:
    return ", ".join(labels[:NAMED]) + (", …" if len(labels) > NAMED else "")
