"""Paraphrases in the database, as a back-translation and a review leave them."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from core.store.database import engine
from core.store.paraphrase_rows import ParaphraseRow
from core.store.project import Project, select_table


def keep(project: Project, origin: str, text: str | None, decision: str | None = "accepted", **values: Any) -> str:
    """A paraphrase of the row `origin` of the project's table; the id of the example that it would be."""
    examples = select_table(project).examples.set_index("id")
    row = examples.loc[origin]
    given = {
        "job_id": "job",
        "label": row["label"],
        "origin_text": row["text"],
        "origin_question": row["question"],
        "path": "en>es>en",
        "engine": "apertium",
        "variant": 1,
        "question": row["question"],
        "edited": "final_text" in values,
    }
    made = ParaphraseRow(project_id=project.id, origin=origin, text=text, decision=decision, **(given | values))
    with Session(engine()) as session, session.begin():
        session.add(made)
        session.flush()
        return f"p{made.id}"
