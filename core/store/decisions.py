"""What people decide on paraphrases: each act is kept with who and when, and the last one can be taken back."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import JSON, Boolean, ColumnElement, String, func, insert, literal, select, update
from sqlalchemy.orm import Session

from core.errors import UserError
from core.store.database import Moment, engine, now
from core.store.paraphrase_rows import DecisionRow, ParaphraseRow
from core.store.paraphrases import ALL, above, conditions, idle
from core.store.project import LOCAL_OWNER

Decision = Literal["accepted", "rejected"]
SOME = 500
"""Ids in one statement: databases bound it."""
LONGEST = 100_000
"""Characters of a text that a person may write."""

OPEN: dict[str, Any] = {"decision": None, "final_text": None, "final_question": None}
"""What nobody has decided on."""


def decide(project_id: str, identifiers: Iterable[int], decision: Decision | None, person: str = LOCAL_OWNER) -> int:
    """Accepts, rejects or, with None, takes the decision from paraphrases of a project; one act. Returns how many changed.

    What a person had rewritten stays so while it is accepted.
    """
    with Session(engine()) as session, session.begin():
        found = _rows(session, project_id, sorted(set(identifiers)))
        changed = [row for row in found if row.decision != decision]
        _act(session, changed, decision, person, _as_it_came if decision != "accepted" else _as_it_is)
    return len(changed)


def edit(project_id: str, identifier: int, text: str, question: str | None = None, person: str = LOCAL_OWNER) -> None:
    """Accepts a paraphrase in a person's own words; the words that came back are kept beside them.

    question: None leaves it. Raises UserError: paraphrase_empty, paraphrase_not_found.
    """
    text, question = text.strip()[:LONGEST], question.strip()[:LONGEST] if question is not None else None
    if not text:
        raise UserError("paraphrase_empty")
    with Session(engine()) as session, session.begin():
        found = _rows(session, project_id, [identifier])
        if not found:
            raise UserError("paraphrase_not_found")

        def rewrite(row: ParaphraseRow) -> None:
            row.final_text = text if text != row.text else None
            if question is not None:
                row.final_question = question if question != row.question else None

        _act(session, found, "accepted", person, rewrite)


def accept_above(project_id: str, similarity: float, novelty: float, person: str = LOCAL_OWNER) -> int:
    """Accepts whatever reaches both thresholds and nobody has decided on, as one act. Returns how many.

    What somebody rejected stays rejected, and what says nothing new is left out.
    """
    return _decide_open(above(project_id, similarity, novelty), "accepted", person)


def reject_idle(project_id: str, person: str = LOCAL_OWNER) -> int:
    """Rejects whatever says nothing new (core.store.paraphrases.IDLE) and nobody has decided on, as one act. Returns how many."""
    return _decide_open([*conditions(project_id, ALL), idle()], "rejected", person)


def _decide_open(wanted: Sequence[ColumnElement[bool]], decision: Decision, person: str) -> int:
    """The undecided among the paraphrases of a condition, in two statements however many there are."""
    row, when, act = ParaphraseRow, now(), secrets.token_hex(16)
    after = {**OPEN, "decision": decision}
    chosen = [*wanted, row.decision.is_(None)]
    columns = ["project_id", "paraphrase_id", "act", "before", "after", "person", "at", "undone"]
    values = select(
        row.project_id,
        row.id,
        literal(act, String),
        literal(OPEN, JSON),
        literal(after, JSON),
        literal(person, String),
        literal(when, Moment),
        literal(False, Boolean),
    )
    with Session(engine()) as session, session.begin():
        session.execute(insert(DecisionRow).from_select(columns, values.where(*chosen)))
        mine = select(DecisionRow.paraphrase_id).where(DecisionRow.act == act)
        session.execute(
            update(row)
            .where(row.id.in_(mine))
            .values(decision=decision, edited=False, decided_by=person, decided_at=when)
            .execution_options(synchronize_session=False)
        )
        return int(session.scalar(select(func.count()).where(DecisionRow.act == act)) or 0)


def undo(project_id: str, person: str = LOCAL_OWNER) -> int:
    """Takes the last act of a person back. Returns how many paraphrases are as before; 0 when there is nothing to undo.

    What somebody has decided anew since then stays as they decided.
    """
    with Session(engine()) as session, session.begin():
        act = session.scalar(_last_act(project_id, person))
        if act is None:
            return 0
        mine = select(DecisionRow).where(DecisionRow.act == act)
        later = (
            select(func.max(DecisionRow.id))
            .where(DecisionRow.undone.is_(False), DecisionRow.project_id == project_id)
            .group_by(DecisionRow.paraphrase_id)
        )
        last = session.scalars(mine.where(DecisionRow.id.in_(later))).all()
        alike: dict[tuple[Any, ...], list[int]] = defaultdict(list)
        for decision in last:
            before = decision.before
            key = tuple(before.get(name) for name in (*OPEN, "decided_by", "decided_at"))
            alike[key].append(decision.paraphrase_id)
        for (state, text, question, by, at), identifiers in alike.items():
            for first in range(0, len(identifiers), SOME):
                session.execute(
                    update(ParaphraseRow)
                    .where(ParaphraseRow.id.in_(identifiers[first : first + SOME]))
                    .values(
                        decision=state,
                        final_text=text,
                        final_question=question,
                        edited=text is not None or question is not None,
                        decided_by=by,
                        decided_at=datetime.fromisoformat(at) if at else None,
                    )
                    .execution_options(synchronize_session=False)
                )
        session.execute(
            update(DecisionRow)
            .where(DecisionRow.act == act)
            .values(undone=True)
            .execution_options(synchronize_session=False)
        )
        return len(last)


def can_undo(project_id: str, person: str = LOCAL_OWNER) -> bool:
    with Session(engine()) as session:
        return session.scalar(_last_act(project_id, person)) is not None


def _last_act(project_id: str, person: str) -> Any:
    row = DecisionRow
    mine = select(row.act).where(row.project_id == project_id, row.person == person, row.undone.is_(False))
    return mine.order_by(row.id.desc()).limit(1)


def _rows(session: Session, project_id: str, identifiers: Sequence[int]) -> list[ParaphraseRow]:
    """Those of the project that came back; an id of another project finds nothing."""
    row = ParaphraseRow
    found: list[ParaphraseRow] = []
    for first in range(0, len(identifiers), SOME):
        some = row.id.in_(identifiers[first : first + SOME])
        found += session.scalars(select(row).where(row.project_id == project_id, row.text.is_not(None), some))
    return found


def _as_it_came(row: ParaphraseRow) -> None:
    row.final_text = row.final_question = None


def _as_it_is(_row: ParaphraseRow) -> None:
    pass


def _act(
    session: Session,
    rows: Sequence[ParaphraseRow],
    decision: Decision | None,
    person: str,
    change: Callable[[ParaphraseRow], None],
) -> None:
    """One act over these rows: what each was before and is after, who and when."""
    act, when = secrets.token_hex(16), now()
    for row in rows:
        before = {name: getattr(row, name) for name in (*OPEN, "decided_by")}
        before["decided_at"] = row.decided_at.isoformat() if row.decided_at else None
        change(row)
        row.decision, row.edited = decision, row.final_text is not None or row.final_question is not None
        row.decided_by, row.decided_at = (person, when) if decision is not None else (None, None)
        session.add(
            DecisionRow(
                project_id=row.project_id,
                paraphrase_id=row.id,
                act=act,
                before=before,
                after={name: getattr(row, name) for name in OPEN},
                person=person,
                at=when,
                undone=False,
            )
        )
