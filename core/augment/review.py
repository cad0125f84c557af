"""Judges the paraphrases of a project that nobody has judged yet, or has another model read them; what is found is kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from core.augment.quality import Pair, Surroundings, doubt_of, judge, similarities_of
from core.augment.similarity import Reader
from core.store.database import engine
from core.store.paraphrase_rows import ParaphraseRow
from core.store.run import list_runs

if TYPE_CHECKING:
    import pandas as pd

AT_ONCE = 256
"""Paraphrases judged together."""


def judge_new(
    project_id: str,
    examples: pd.DataFrame,
    language: str,
    reader: Reader | None,
    check: Callable[[float], None] = lambda done: None,
    judged_by: str | None = None,
    apart: Sequence[str] = (),
) -> int:
    """Judges every paraphrase that came back and has no judgement. Returns how many.

    examples: the rows in use. check: called with the number judged so far, several times a batch while a model reads (then
    not whole), and after it; may raise to end the work, which is taken up where it was. judged_by: the key of the reader's
    model. apart: ids of the rows that the next training will measure itself on, beside those that the last one did. Imports torch through the reader alone.
    """
    around = Surroundings(_rows(examples), held_out(project_id, examples, apart), _made(project_id))
    done = 0
    while True:
        waiting = _waiting(project_id)
        if not waiting:
            return done
        pairs = [_pair(row) for row in waiting]
        judgements = judge(pairs, language, around, reader, _within(done, len(pairs), check))
        with Session(engine()) as session, session.begin():
            found = [
                {"id": row.id, "judged_by": judged_by, **each.stored()}
                for row, each in zip(waiting, judgements, strict=True)
            ]
            session.execute(update(ParaphraseRow), found)
        done += len(waiting)
        check(done)


def read_again(
    project_id: str, reader: Reader, judged_by: str, check: Callable[[float], None] = lambda done: None
) -> int:
    """Has another model read what is judged already: similarity and doubt change, flags and novelty do not. Returns how many.

    judged_by: the key of the reader's model; what it has read before is left as it is. check: as in judge_new.
    """
    done = 0
    while True:
        row = ParaphraseRow
        with Session(engine()) as session:
            asked = select(row).where(*read_otherwise(project_id, judged_by)).order_by(row.id).limit(AT_ONCE)
            some = session.scalars(asked).all()
            session.expunge_all()
        if not some:
            return done
        pairs = [_pair(each) for each in some]
        read = similarities_of(pairs, reader, _within(done, len(pairs), check))
        found = [
            {
                "id": each.id,
                "similarity": similarity,
                "doubt": doubt_of(similarity, {flag["code"] for flag in each.flags or []}),
                "judged_by": judged_by,
            }
            for each, similarity in zip(some, read, strict=True)
        ]
        with Session(engine()) as session, session.begin():
            session.execute(update(row), found)
        done += len(some)
        check(done)


def read_otherwise(project_id: str, judged_by: str) -> list[ColumnElement[bool]]:
    """The condition of what is judged, but not by this model."""
    row = ParaphraseRow
    other = or_(row.judged_by.is_(None), row.judged_by != judged_by)
    return [row.project_id == project_id, row.text.is_not(None), row.doubt.is_not(None), other]


def _within(done: int, more: int, check: Callable[[float], None]) -> Callable[[float], None]:
    """From the share of a batch to the number judged so far; its end is said when it is kept."""
    return lambda share: check(done + min(share, 0.99) * more)


def _pair(row: ParaphraseRow) -> Pair:
    return Pair(row.origin, row.origin_text, row.text or "", row.origin_question, row.question or "")


def held_out(project_id: str, examples: pd.DataFrame, apart: Sequence[str] = ()) -> list[tuple[str, str, str]]:
    """Id, text and question of the rows that the project's last training measured itself on, and of those in `apart`."""
    measured = set(apart)
    run = next(iter(list_runs(project_id)), None)
    if run is not None:
        frozen = run.examples()
        measured |= set(frozen.loc[frozen["part"].isin(["validation", "test"]), "id"])
    return _rows(examples[examples["id"].isin(measured)])


def _rows(examples: pd.DataFrame) -> list[tuple[str, str, str]]:
    return [tuple(row) for row in examples[["id", "text", "question"]].itertuples(index=False)]


def _made(project_id: str) -> list[tuple[str, str]]:
    """The words of the paraphrases that are judged already."""
    row = ParaphraseRow
    asked = select(row.text, row.question).where(
        row.project_id == project_id, row.text.is_not(None), row.doubt.is_not(None)
    )
    with Session(engine()) as session:
        return [(text or "", question or "") for text, question in session.execute(asked)]


def _waiting(project_id: str) -> Sequence[ParaphraseRow]:
    row = ParaphraseRow
    asked = select(row).where(row.project_id == project_id, row.text.is_not(None), row.doubt.is_(None))
    with Session(engine()) as session:
        rows = session.scalars(asked.order_by(row.id).limit(AT_ONCE)).all()
        session.expunge_all()
        return rows
