"""Paraphrases laid down by hand, as a back-translation leaves them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from core.store.database import engine, now
from core.store.paraphrase_rows import ParaphraseRow
from core.store.project import Project


def paraphrase(place: int, **values: Any) -> dict[str, Any]:
    """One of row `place`, with flags given by their codes; what is not said is harmless."""
    flags = [
        flag if isinstance(flag, dict) else {"code": flag, "facts": {}} for flag in values.pop("flags", None) or []
    ]
    return {
        "job_id": "job",
        "origin": f"r{place}",
        "label": "delivery",
        "origin_text": f"origin of {place}",
        "origin_question": "",
        "path": "en>es>en",
        "engine": "apertium",
        "variant": 1,
        "text": f"paraphrase of {place}",
        "question": "",
        "similarity": 0.8,
        "judged_by": "embedded:",
        "novelty": 0.3,
        "doubt": 0.2,
        "decision": None,
        "edited": False,
        "reason": None,
        "made_at": now(),
        "flags": flags,
        **values,
    }


def lay_down_paraphrases(project: Project, rows: Sequence[dict[str, Any]]) -> list[int]:
    """Writes them; returns their ids in order."""
    with Session(engine()) as session, session.begin():
        given = [{**row, "project_id": project.id} for row in rows]
        first = session.scalars(insert(ParaphraseRow).returning(ParaphraseRow.id), given[:1]).one()
        if given[1:]:
            session.execute(insert(ParaphraseRow), given[1:])
    return list(range(first, first + len(rows)))


def state_of(identifier: int) -> dict[str, Any]:
    with Session(engine()) as session:
        row = session.get_one(ParaphraseRow, identifier)
        names = ("decision", "edited", "text", "final_text", "final_question", "decided_by", "decided_at")
        return {name: getattr(row, name) for name in names}
