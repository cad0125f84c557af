"""What is wrong with the texts as the model will read them: too long, in another language, a question that says nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from core.data.findings import Finding
from core.data.language import NAMES
from core.data.language import languages as languages_of
from core.data.subject import LABELLED, Subject

PICTURED = 3000
"""Inputs measured for the picture, and for the characters of a word piece."""
COUNTED = 5000
"""Long inputs that are counted one by one; with more of them, all are estimated."""
MAIN = 0.9
"""Share of the main language, below which the table counts as mixed."""
REPEATED = 0.9
"""Share of rows whose question says what the text says, from which that is no accident."""

Counting = Callable[[list[str], list[str] | None], list[int]]


def lengths(subject: Subject, limit: int, count: Counting | None) -> tuple[list[Finding], list[int]]:
    """Inputs of more than `limit` word pieces, and the lengths of some of all inputs.

    A word piece has at least one character: what has few characters needs no counting.
    """
    if count is None or not subject.rows:
        return [], []
    characters = [len(text) for text in subject.texts]
    if subject.questions is not None:
        characters = [size + len(question) for size, question in zip(characters, subject.questions, strict=True)]
    step = max(1, len(subject.rows) // PICTURED)
    some = list(range(0, len(subject.rows), step))
    pieces = _count(subject, some, count)
    long = [place for place, size in enumerate(characters) if size > limit - 3]
    if len(long) <= COUNTED:
        over = [place for place, size in zip(long, _count(subject, long, count), strict=True) if size > limit]
        code = "too_long"
    else:
        of_one = sum(characters[place] for place in some) / max(sum(pieces), 1)
        over = [place for place in long if characters[place] > limit * of_one]
        code = "about_too_long"
    rows = tuple(subject.rows[place] for place in over)
    return [Finding(code, "warning", rows, facts={"limit": limit})] if rows else [], pieces


def _count(subject: Subject, places: list[int], count: Counting) -> list[int]:
    texts = [subject.texts[place] for place in places]
    questions = subject.questions
    return count(texts, [questions[place] for place in places] if questions is not None else None) if texts else []


def languages(subject: Subject, known: Sequence[str]) -> Iterator[Finding]:
    """known: what the chosen model reads; "…" for a hundred others, nothing when that is not known."""
    found = [(place, code) for place, code in languages_of(subject.texts) if code is not None]
    counts = Counter(code for _, code in found)
    if not counts:
        return
    main, most = counts.most_common(1)[0]
    if most < MAIN * counts.total():
        rows = tuple(subject.rows[place] for place, code in found if code != main)
        shares = [(NAMES[code], count / counts.total()) for code, count in counts.most_common() if count > 1]
        yield Finding("language_mix", "warning", rows, facts={"languages": shares})
    if known and main not in known and "…" not in known:
        facts = {"language": [(NAMES[main], 0)], "known": [(NAMES[code], 0) for code in known]}
        yield Finding("language_model", "warning", facts=facts)


def questions(subject: Subject) -> Iterator[Finding]:
    if subject.questions is None or len(subject.rows) < 2:
        return
    is_needed = subject.roles.task not in LABELLED and subject.numbers is None
    without = None if is_needed else subject.roles.model_copy(update={"question": None})
    if len(set(subject.questions)) == 1:
        yield Finding("same_question", "warning", fix=without)
        return
    pairs = zip(subject.rows, subject.texts, subject.questions, strict=True)
    rows = tuple(row for row, text, question in pairs if _same(text, question))
    if len(rows) >= REPEATED * len(subject.rows):
        yield Finding("question_is_text", "warning", rows, fix=without)


def _same(text: str, question: str) -> bool:
    return text == question or text.split() == question.split()
