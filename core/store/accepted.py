"""The paraphrases that people accepted and that still belong to a row of the table: they join what is learned from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.data.examples import COLUMNS
from core.data.kin import content_key
from core.store.database import engine
from core.store.paraphrase_rows import ParaphraseRow

if TYPE_CHECKING:
    import pandas as pd


def accepted_stamp(project_id: str) -> tuple[int, str]:
    """How many paraphrases of a project are accepted, and what changes when another decision is taken."""
    row = ParaphraseRow
    query = select(func.count(), func.max(row.decided_at), func.sum(row.id)).where(
        row.project_id == project_id, row.decision == "accepted"
    )
    with Session(engine()) as session:
        count, last, identity = session.execute(query).one()
    return count, f"{last} {identity}"


def accepted_paraphrases(project_id: str, originals: pd.DataFrame) -> pd.DataFrame:
    """Examples made of accepted paraphrases, oldest first: id "p" and a number, the id of the origin, its present label.

    originals: the examples in use. A paraphrase whose origin is not among them, or says something else by now, is left out.
    """
    import pandas as pd

    query = (
        select(ParaphraseRow)
        .where(ParaphraseRow.project_id == project_id, ParaphraseRow.decision == "accepted")
        .order_by(ParaphraseRow.id)
    )
    with Session(engine()) as session:
        rows = session.scalars(query).all()
    wanted = {row.origin for row in rows}
    chosen = originals[originals["id"].isin(wanted)]
    known = {
        identifier: (content_key(text, question), label)
        for identifier, text, question, label in zip(
            chosen["id"], chosen["text"], chosen["question"], chosen["label"], strict=True
        )
    }
    found = []
    for row in rows:
        key, label = known.get(row.origin, ("", ""))
        text = (row.final_text if row.final_text is not None else row.text or "").strip()
        question = (row.final_question if row.final_question is not None else row.question or "").strip()
        if text and key == content_key(row.origin_text, row.origin_question):
            found.append((f"p{row.id}", row.origin, text, question, label))
    return pd.DataFrame(found, columns=COLUMNS, dtype=originals["text"].dtype)
