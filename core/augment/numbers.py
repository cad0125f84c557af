"""Numbers and dates of French and English texts, read so that 12 and "twelve", 1 234,5 and 1,234.5 are the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from core.augment.number_words import spelled

Span = tuple[int, int]

_DIGITS = re.compile(r"(?<![\w.,])\d+(?:[.,\u00a0\u202f ]\d{3})+(?:[.,]\d+)?(?!\d)|\d+(?:[.,]\d+)*")
MONTHS = {
    name: place
    for place, names in enumerate(
        (
            "janvier january janv jan",
            "février fevrier february févr feb",
            "mars march mar",
            "avril april avr apr",
            "mai may",
            "juin june jun",
            "juillet july juil jul",
            "août aout august aug",
            "septembre september sept sep",
            "octobre october oct",
            "novembre november nov",
            "décembre decembre december déc dec",
        ),
        start=1,
    )
    for name in names.split()
}
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_YEAR = r"(?P<year>\d{4})"
_DAY = r"(?P<day>\d{1,2})"
_DATES = (
    re.compile(rf"\b{_YEAR}-(?P<month>\d{{1,2}})-{_DAY}\b"),
    re.compile(r"\b(?P<first>\d{1,2})[/.-](?P<second>\d{1,2})[/.-](?P<year>\d{4}|\d{2})\b"),
    re.compile(rf"\b{_DAY}(?:er|st|nd|rd|th)?\s+(?:of\s+|de\s+)?(?P<name>{_MONTH})\b\.?(?:,?\s+{_YEAR}\b)?", re.I),
    re.compile(rf"\b(?P<name>{_MONTH})\b\.?\s+{_DAY}(?:st|nd|rd|th)?\b(?:,?\s+{_YEAR}\b)?(?!\d)", re.I),
)
_TIME = re.compile(r"\b(?P<hour>\d{1,2})\s?(?:h|:)\s?(?P<minute>\d{2})\b(?:\s?(?P<half>[ap])\.?m\b)?", re.I)
_HOUR = re.compile(r"\b(?P<hour>\d{1,2})\s?(?:(?P<half>[ap])\.?m\b|h(?:eures?)?\b|o['’]clock)", re.I)


@dataclass(frozen=True)
class Found:
    """What stands in a text, and all that it may mean."""

    written: str
    meanings: frozenset[object]
    is_sure: bool = True
    """False for words that also mean something else ("neuf"): they may answer a number, and are missed by nobody."""


def dates(text: str) -> tuple[list[Found], str]:
    """Dates and times of day, and the text without them.

    Meanings are (month, day, year), year 0 when it is not said, and (hour, minute).
    """
    found: list[Found] = []
    for pattern in (*_DATES, _TIME, _HOUR):
        taken: list[Span] = []
        for match in pattern.finditer(text):
            parts = match.groupdict()
            meanings = frozenset(_times(parts) if "hour" in parts else _days(parts))
            if meanings:
                found.append(Found(match.group().strip(), meanings))
                taken.append(match.span())
        for start, end in reversed(taken):
            text = f"{text[:start]} · {text[end:]}"
    return found, text


def numbers(text: str, language: str) -> list[Found]:
    """Numbers in digits, and those spelled out in French and English; dates are to be taken out before."""
    found = [Found(match.group(), frozenset(_values(match.group()))) for match in _DIGITS.finditer(text)]
    found += [Found(written, frozenset({value}), sure) for written, value, sure in spelled(text, language)]
    return found


def missing(wanted: list[Found], there: list[Found]) -> list[str]:
    """As written, those of `wanted` that nothing of `there` may mean; each once."""
    lost = [each.written for each in wanted if each.is_sure and not any(_alike(each, other) for other in there)]
    return list(dict.fromkeys(lost))


def _alike(one: Found, other: Found) -> bool:
    if one.meanings & other.meanings:
        return True
    # A date without its year, where the other has it, has lost nothing but the year.
    days = [(a, b) for a in one.meanings for b in other.meanings if isinstance(a, tuple) and isinstance(b, tuple)]
    return any(len(a) == len(b) == 3 and a[:2] == b[:2] and 0 in (a[2], b[2]) for a, b in days)


def _values(written: str) -> Iterator[float]:
    """Every value that digits with these separators may have: 1,234 is a thousand to some and a bit more than one to others."""
    whole = re.sub(r"[\u00a0\u202f ]", "", written)
    marks = re.findall(r"[.,]", whole)
    if not marks:
        yield float(whole)
        return
    last = max(whole.rfind("."), whole.rfind(","))
    if marks.count(whole[last]) == 1:
        yield float(re.sub("[.,]", "", whole[:last]) + "." + whole[last + 1 :])
    if all(len(part) == 3 for part in re.split("[.,]", whole)[1:]) and len(set(marks)) == 1:
        yield float(re.sub("[.,]", "", whole))
    if len(set(marks)) == 1 and len(marks) > 1:
        # A version or an address: 2.10.3.
        yield from (float(part) for part in re.split("[.,]", whole))


def _days(parts: dict[str, str | None]) -> Iterator[tuple[int, int, int]]:
    year = int(parts.get("year") or 0)
    if 0 < year < 100:
        year += 2000 if year < 70 else 1900
    if name := parts.get("name"):
        pairs = [(MONTHS[name.lower()], int(parts["day"] or 0))]
    elif month := parts.get("month"):
        pairs = [(int(month), int(parts["day"] or 0))]
    else:
        first, second = int(parts["first"] or 0), int(parts["second"] or 0)
        pairs = [(second, first), (first, second)]
    yield from ((month, day, year) for month, day in pairs if 1 <= month <= 12 and 1 <= day <= 31)


def _times(parts: dict[str, str | None]) -> Iterator[tuple[int, int]]:
    hour, minute = int(parts["hour"] or 0), int(parts.get("minute") or 0)
    half = (parts.get("half") or "").lower()
    if hour > 24 or minute > 59:
        return
    yield ((hour % 12 + (12 if half == "p" else 0), minute) if half else (hour, minute))
