"""Judges the paraphrases of a project that nobody has judged yet, and keeps what is found beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.augment.quality import Pair, Surroundings, judge
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
    check: Callable[[int], None] = lambda done: None,
) -> int:
    """Judges every paraphrase that came back and has no judgement. Returns how many.

    examples: the rows in use. check: called with the number judged so far, between two batches; may raise to end the work,
    which is taken up where it was. Imports torch through the reader alone.
    """
    around = Surroundings(_rows(examples), held_out(project_id, examples), _made(project_id))
    done = 0
    while True:
        waiting = _waiting(project_id)
        if not waiting:
            return done
        pairs = [
            Pair(row.origin, row.origin_text, row.text or "", row.origin_question, row.question or "")
            for row in waiting
        ]
        judgements = judge(pairs, language, around, reader)
        with Session(engine()) as session, session.begin():
            found = [{"id": row.id, **each.stored()} for row, each in zip(waiting, judgements, strict=True)]
            session.execute(update(ParaphraseRow), found)
        done += len(waiting)
        check(done)


def held_out(project_id: str, examples: pd.DataFrame) -> list[tuple[str, str, str]]:
    """Id, text and question of the rows that the project's last training measured itself on; none before there is one."""
    run = next(iter(list_runs(project_id)), None)
    if run is None:
        return []
    frozen = run.examples()
    measured = set(frozen.loc[frozen["part"].isin(["validation", "test"]), "id"])
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
