"""Numbers spelled out in French and English: "quatre-vingt-dix-sept", "two thousand three hundred"."""

from __future__ import annotations

import re
from collections.abc import Iterator

UNITS = {
    "fr": "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize",
    "en": "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen",
}
TENS = {
    "fr": {
        "vingt": 20,
        "trente": 30,
        "quarante": 40,
        "cinquante": 50,
        "soixante": 60,
        "septante": 70,
        "huitante": 80,
        "nonante": 90,
    },
    "en": {
        "twenty": 20,
        "thirty": 30,
        "forty": 40,
        "fifty": 50,
        "sixty": 60,
        "seventy": 70,
        "eighty": 80,
        "ninety": 90,
    },
}
SCALES = {
    "fr": {"cent": 100, "mille": 1_000, "million": 1_000_000, "milliard": 1_000_000_000},
    "en": {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000},
}
JOINTS = {"fr": "et", "en": "and"}
PLURALS = {"vingts": "vingt", "cents": "cent", "millions": "million", "milliards": "milliard", "billions": "billion"}
UNSURE = {"un", "une", "one", "neuf", "second"}
"""Alone they mostly mean something else: an article, "new"."""

_WORD = re.compile(r"[^\W\d_]+")


def spelled(text: str, language: str) -> Iterator[tuple[str, float, bool]]:
    """Numbers in words, in order: as written, value, whether it can be nothing else. Nothing for other languages."""
    if language not in UNITS:
        return
    known = _values(language)
    run: list[re.Match[str]] = []
    for match in _WORD.finditer(text):
        word = _singular(match.group())
        is_joint = bool(run) and word == JOINTS[language]
        if run and (text[run[-1].end() : match.start()].strip(" -\u00a0\u202f") or not (word in known or is_joint)):
            yield from _closed(run, text, language, known)
            run = []
        if word in known or (run and is_joint):
            run.append(match)
    yield from _closed(run, text, language, known)


def _closed(
    run: list[re.Match[str]], text: str, language: str, known: dict[str, int]
) -> Iterator[tuple[str, float, bool]]:
    joint = JOINTS[language]
    while run and _singular(run[-1].group()) == joint:
        run = run[:-1]
    if not run:
        return
    parts = [_singular(match.group()) for match in run]
    for first, last in _divided(parts, joint, known):
        written = text[run[first].start() : run[last].end()]
        words = [part for part in parts[first : last + 1] if part != joint]
        yield written, float(_sum(words, known)), not (len(words) == 1 and words[0] in UNSURE)


def _divided(parts: list[str], joint: str, known: dict[str, int]) -> Iterator[tuple[int, int]]:
    """First and last place of each number in a row of number words: "deux trois" and "deux et quatre" are two each."""
    first = 0
    for place in range(1, len(parts)):
        if parts[place] == joint:
            continue
        before = parts[place - 1] if parts[place - 1] != joint else parts[place - 2]
        one, other = known[before], known[parts[place]]
        belongs = (
            other >= 100
            or (one >= 100 and other < 100)
            or (one >= 20 and other < 20)
            or (one == 10 and other < 10)
            or (before == "quatre" and other == 20)
        )
        if not belongs:
            yield first, place - 1 - (parts[place - 1] == joint)
            first = place
    yield first, len(parts) - 1


def _sum(words: list[str], known: dict[str, int]) -> int:
    total = current = 0
    for word in words:
        value = known[word]
        if value >= 1_000:
            total, current = total + max(current, 1) * value, 0
        elif value == 100:
            current = max(current, 1) * 100
        elif word == "vingt" and current % 100 == 4:
            current += 76
        else:
            current += value
    return total + current


def _values(language: str) -> dict[str, int]:
    found = {word: place for place, word in enumerate(UNITS[language].split())}
    return found | TENS[language] | SCALES[language] | ({"une": 1} if language == "fr" else {})


def _singular(word: str) -> str:
    word = word.lower()
    return PLURALS.get(word, word)
