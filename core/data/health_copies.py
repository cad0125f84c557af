"""Texts that come more than once: copies, copies that contradict each other, and what is nearly a copy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from core.data.findings import Finding
from core.data.joining import in_short
from core.data.kin import PASSAGES
from core.data.near import near_duplicates
from core.data.subject import LABELLED, Subject

APART = 0.2
"""Share of the scale, above which two numbers of one text contradict each other."""


def copies(subject: Subject) -> Iterator[Finding]:
    """Labels that differ by their spelling alone are the same here: that is a finding of its own."""
    groups: dict[str, list[int]] = defaultdict(list)
    for place, key in enumerate(subject.keys):
        groups[key].append(place)
    labels = subject.folded or [""] * len(subject.rows)
    against: list[tuple[int, int]] = []
    apart: list[tuple[int, int]] = []
    again: list[tuple[int, int]] = []
    surplus: list[int] = []
    for group in groups.values():
        if len(group) == 1:
            continue
        first = group[0]
        if subject.numbers is not None and not near(subject, group):
            apart += [(place, first) for place in group]
        elif len({labels[place] for place in group}) > 1:
            against += [(place, first) for place in group]
        else:
            again += [(place, first) for place in group[1:]]
            surplus += group[1:]
    if against:
        rows, twins = _rows(subject, against)
        yield Finding("contradiction", "fault", rows, twins, fix=subject.aside("contradiction", rows))
    if apart:
        rows, twins = _rows(subject, apart)
        yield Finding("numbers_apart", "fault", rows, twins, fix=subject.aside("numbers_apart", rows))
    if again:
        code = "duplicate" if subject.roles.task in LABELLED else "copy"
        rows, twins = _rows(subject, again)
        fix = subject.aside(code, (subject.rows[place] for place in surplus))
        yield Finding(code, "warning", rows, twins, fix=fix)


def near_copies(subject: Subject) -> Iterator[Finding]:
    """Among inputs that differ; their labels, or that they have none, decide which finding it is."""
    places = list({key: place for place, key in reversed(list(enumerate(subject.keys)))}.values())[::-1]
    inputs = [_input(subject, place) for place in places]
    labels = subject.folded or [""] * len(subject.rows)
    same: list[tuple[int, int]] = []
    against: list[tuple[int, int]] = []
    for later, earlier in near_duplicates(inputs).items():
        pair = places[later], places[earlier]
        if subject.numbers is not None and not near(subject, pair):
            # A word may decide on a number, and say so rightly.
            continue
        if subject.roles.task in PASSAGES and in_short(subject.texts[pair[0]]) == in_short(subject.texts[pair[1]]):
            # Two questions about one text are what such a table is made of, and no division parts them.
            continue
        (same if labels[pair[0]] == labels[pair[1]] else against).append(pair)
    if against:
        rows, twins = _rows(subject, sorted(against))
        yield Finding("near_contradiction", "warning", rows, twins, fix=subject.aside("near_contradiction", rows))
    if same:
        code = "near_duplicate" if subject.roles.task in LABELLED else "near_copy"
        rows, twins = _rows(subject, sorted(same))
        yield Finding(code, "warning", rows, twins, fix=subject.aside(code, rows))


def near(subject: Subject, places: Sequence[int]) -> bool:
    """Whether the numbers of these rows are alike, measured by the scale of the table."""
    assert subject.numbers is not None
    numbers = [subject.numbers[place] for place in places]
    return max(numbers) - min(numbers) <= APART * (max(subject.numbers) - min(subject.numbers))


def _input(subject: Subject, place: int) -> str:
    text = subject.texts[place]
    return text if subject.questions is None else f"{text}\n{subject.questions[place]}"


def _rows(subject: Subject, pairs: list[tuple[int, int]]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The numbers of the rows of pairs of places, in two lists."""
    rows = subject.rows
    return tuple(rows[place] for place, _ in pairs), tuple(rows[twin] for _, twin in pairs)
