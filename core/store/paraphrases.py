"""The paraphrases of a project as the review reads them: a page at a time, counted and measured by the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Text, case, cast, func, not_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.store.database import engine
from core.store.paraphrase_rows import ParaphraseRow

Order = Literal["doubt", "sure", "similarity", "novelty", "row"]
"""The most doubtful first, the least doubtful, the least similar, the least new; or as they were made."""
BINS = 40
"""Bars of a histogram over [0, 1]."""
IDLE = ("unchanged", "same_as_row", "same_as_paraphrase")
"""Flags (core.augment.flags) of paraphrases that say nothing new: they can be rejected unseen."""
WITHOUT = "none"
"""Asks for paraphrases without any flag."""

_KEYS: dict[Order, tuple[InstrumentedAttribute[Any], bool]] = {
    "doubt": (ParaphraseRow.doubt, True),
    "sure": (ParaphraseRow.doubt, False),
    "similarity": (ParaphraseRow.similarity, False),
    "novelty": (ParaphraseRow.novelty, False),
    "row": (ParaphraseRow.id, False),
}
"""What each order sorts by, and whether the largest comes first; an index of the table stands behind each."""


@dataclass(frozen=True)
class Filter:
    """Which paraphrases are looked at; what is empty or None asks for nothing."""

    flag: str = ""
    """A code of core.augment.flags, or WITHOUT."""
    path: str = ""
    engine: str = ""
    label: str | None = None
    decision: Literal["", "undecided", "accepted", "rejected", "edited"] = ""
    similarity: tuple[float, float] | None = None
    novelty: tuple[float, float] | None = None


@dataclass(frozen=True)
class Counts:
    """Of the paraphrases that came back; how many translations failed beside them."""

    all: int
    undecided: int
    accepted: int
    rejected: int
    edited: int
    """Of the accepted ones, those that a person rewrote."""
    failed: int


ALL = Filter()


def page(project_id: str, wanted: Filter, order: Order, first: int, count: int) -> list[ParaphraseRow]:
    """`count` paraphrases from place `first` (0-based) on, and no more are read. What is done to the rows is kept nowhere."""
    key, is_falling = _KEYS[order]
    sorting = (
        (key.desc().nulls_last(), ParaphraseRow.id.desc())
        if is_falling
        else (key.asc().nulls_first(), ParaphraseRow.id)
    )
    asked = select(ParaphraseRow).where(*conditions(project_id, wanted)).order_by(*sorting)
    with Session(engine()) as session:
        rows = list(session.scalars(asked.offset(first).limit(count)))
        session.expunge_all()
        return rows


def by_ids(project_id: str, identifiers: Sequence[int]) -> list[ParaphraseRow]:
    """These paraphrases of a project, in this order; what is not there any more is left out."""
    row = ParaphraseRow
    with Session(engine()) as session:
        asked = select(row).where(*conditions(project_id, ALL), row.id.in_(identifiers))
        found = {each.id: each for each in session.scalars(asked)}
        session.expunge_all()
    return [found[identifier] for identifier in identifiers if identifier in found]


def still(project_id: str, wanted: Filter, identifiers: Sequence[int]) -> int:
    """How many of these a filter still leaves: a decision takes a paraphrase out of "undecided"."""
    with Session(engine()) as session:
        asked = select(func.count()).select_from(ParaphraseRow)
        chosen = [*conditions(project_id, wanted), ParaphraseRow.id.in_(identifiers)]
        return int(session.scalar(asked.where(*chosen)) or 0)


def count(project_id: str, wanted: Filter) -> int:
    """How many paraphrases a filter leaves."""
    with Session(engine()) as session:
        asked = select(func.count()).select_from(ParaphraseRow).where(*conditions(project_id, wanted))
        return int(session.scalar(asked) or 0)


def place_of(project_id: str, identifier: int, wanted: Filter, order: Order) -> int | None:
    """At which place (0-based) a judged paraphrase stands; None where the filter leaves it out."""
    key, is_falling = _KEYS[order]
    row, chosen = ParaphraseRow, conditions(project_id, wanted)
    with Session(engine()) as session:
        here = session.execute(select(key).where(*chosen, row.id == identifier)).first()
        if here is None:
            return None
        if is_falling:
            before = or_(key > here[0], (key == here[0]) & (row.id > identifier))
        else:
            before = or_(key < here[0], key.is_(None), (key == here[0]) & (row.id < identifier))
        return int(session.scalar(select(func.count()).select_from(row).where(*chosen, before)) or 0)


def counts(project_id: str) -> Counts:
    """By decision, in one look at the table."""
    row = ParaphraseRow
    asked = select(
        func.count(row.text),
        func.sum(case((row.decision == "accepted", 1), else_=0)),
        func.sum(case((row.decision == "rejected", 1), else_=0)),
        func.sum(case(((row.decision == "accepted") & row.edited, 1), else_=0)),
        func.count(),
    ).where(row.project_id == project_id)
    with Session(engine()) as session:
        came, accepted, rejected, edited, every = (int(value or 0) for value in session.execute(asked).one())
    return Counts(came, came - accepted - rejected, accepted, rejected, edited, every - came)


def kept(project_id: str, similarity: float, novelty: float) -> tuple[int, int]:
    """How many paraphrases reach both thresholds, and how many of these nobody has decided on."""
    undecided = func.sum(case((ParaphraseRow.decision.is_(None), 1), else_=0))
    asked = select(func.count(), undecided).where(*above(project_id, similarity, novelty))
    with Session(engine()) as session:
        every, open_ones = session.execute(asked).one()
    return int(every), int(open_ones or 0)


def idle() -> ColumnElement[bool]:
    """Whether a paraphrase says nothing new."""
    return or_(*(flagged(code) for code in IDLE))


def undecided_idle(project_id: str) -> int:
    """How many paraphrases say nothing new and nobody has decided on."""
    with Session(engine()) as session:
        asked = select(func.count()).select_from(ParaphraseRow)
        chosen = [*conditions(project_id, Filter(decision="undecided")), idle()]
        return int(session.scalar(asked.where(*chosen)) or 0)


def above(project_id: str, similarity: float, novelty: float) -> list[ColumnElement[bool]]:
    """The condition of both thresholds, for what says something new; where no model read the texts, the first asks nothing."""
    row = ParaphraseRow
    means = or_(row.similarity.is_(None), row.similarity >= similarity)
    return [*conditions(project_id, ALL), means, row.novelty >= novelty, not_(idle())]


def choices(project_id: str) -> dict[str, dict[str, int]]:
    """What can be chosen in a filter, with its number of paraphrases, the most frequent first: path, engine, label."""
    found = {}
    with Session(engine()) as session:
        for name in ("path", "engine", "label"):
            column = getattr(ParaphraseRow, name)
            asked = select(column, func.count()).where(*conditions(project_id, ALL)).group_by(column)
            pairs = session.execute(asked.order_by(func.count().desc(), column)).all()
            found[name] = {str(value): int(number) for value, number in pairs}
    return found


def judges(project_id: str) -> dict[str | None, int]:
    """The models that read the paraphrases, by their key, with how many each; None for judged by none."""
    row = ParaphraseRow
    asked = select(row.judged_by, func.count()).where(*conditions(project_id, ALL), row.doubt.is_not(None))
    with Session(engine()) as session:
        pairs = session.execute(asked.group_by(row.judged_by).order_by(func.count().desc(), row.judged_by)).all()
    return {key: int(number) for key, number in pairs}


def flag_counts(project_id: str, codes: Sequence[str]) -> dict[str, int]:
    """Paraphrases with each flag, in one look at the table; those without any under WITHOUT."""
    names = [*codes, WITHOUT]
    sums = [func.sum(case((flagged(code), 1), else_=0)) for code in names]
    with Session(engine()) as session:
        values = session.execute(select(*sums).where(*conditions(project_id, ALL))).one()
    return {code: int(value or 0) for code, value in zip(names, values, strict=True)}


def histogram(project_id: str, measure: Literal["similarity", "novelty"]) -> list[int]:
    """Paraphrases in each of BINS equal parts of [0, 1]; what lies outside counts in the first and the last."""
    column = getattr(ParaphraseRow, measure)
    # round() is what every database has alike; floor() is missing in some builds of SQLite.
    place = func.round(column * BINS - 0.5)
    asked = select(place, func.count()).where(*conditions(project_id, ALL), column.is_not(None)).group_by(place)
    bars = [0] * BINS
    with Session(engine()) as session:
        for where, number in session.execute(asked):
            bars[min(max(int(where), 0), BINS - 1)] += int(number)
    return bars


def dots(project_id: str, most: int) -> list[tuple[int, float, float, str | None]]:
    """Id, similarity, novelty and decision of about `most` judged paraphrases, evenly taken; all when there are fewer."""
    row = ParaphraseRow
    both = [*conditions(project_id, ALL), row.similarity.is_not(None), row.novelty.is_not(None)]
    with Session(engine()) as session:
        every = int(session.scalar(select(func.count()).select_from(row).where(*both)) or 0)
        step = max(1, -(-every // most))
        asked = select(row.id, row.similarity, row.novelty, row.decision).where(*both, row.id % step == 0)
        return [(one, two or 0.0, three or 0.0, four) for one, two, three, four in session.execute(asked)]


def conditions(project_id: str, wanted: Filter) -> list[ColumnElement[bool]]:
    """What a filter asks of the rows of a project that came back."""
    row = ParaphraseRow
    found: list[ColumnElement[bool]] = [row.project_id == project_id, row.text.is_not(None)]
    if wanted.flag:
        found.append(flagged(wanted.flag))
    if wanted.path:
        found.append(row.path == wanted.path)
    if wanted.engine:
        found.append(row.engine == wanted.engine)
    if wanted.label is not None:
        found.append(row.label == wanted.label)
    if wanted.decision == "undecided":
        found.append(row.decision.is_(None))
    elif wanted.decision == "edited":
        found.append((row.decision == "accepted") & row.edited)
    elif wanted.decision:
        found.append(row.decision == wanted.decision)
    for name, bounds in (("similarity", wanted.similarity), ("novelty", wanted.novelty)):
        if bounds is not None:
            found.append(getattr(row, name).between(*bounds))
    return found


def flagged(code: str) -> ColumnElement[bool]:
    """Whether a paraphrase has a flag. Asked of the JSON as text, which every database can; a quotation mark within a fact is
    escaped there, so no fact can pass for a code."""
    flags = cast(ParaphraseRow.flags, Text)
    if code == WITHOUT:
        return flags == "[]"
    return flags.like(f'%"code": "{code.replace("_", "!_")}"%', escape="!")
