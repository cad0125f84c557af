"""The memory of translations: what was translated once is never asked for again, by any job of any project of this home."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.dialects import postgresql, sqlite

from core.store.database import engine, now
from core.store.paraphrase_rows import TranslationRow

AT_ONCE = 500
"""Keys of one statement: what every SQLite takes."""


@dataclass(frozen=True)
class Asked:
    """What is asked of an engine, beside the text."""

    engine: str
    version: str
    """All that changes the engine's translations."""
    source: str
    target: str
    variant: int
    """From 1, where several translations of one text are wanted."""


def key_of(asked: Asked, text: str) -> str:
    """sha256; no part can be taken for the end of the one before."""
    parts = (asked.engine, asked.version, asked.source, asked.target, str(asked.variant), text)
    return hashlib.sha256(b"\x1f".join(part.encode().hex().encode() for part in parts)).hexdigest()


def get_many(asked: Asked, texts: Sequence[str]) -> dict[str, str]:
    """The translations that are known, by text."""
    keys = {key_of(asked, text): text for text in texts}
    names = list(keys)
    found: dict[str, str] = {}
    with engine().connect() as connection:
        for first in range(0, len(names), AT_ONCE):
            query = select(TranslationRow.key, TranslationRow.text).where(
                TranslationRow.key.in_(names[first : first + AT_ONCE])
            )
            found |= {keys[key]: text for key, text in connection.execute(query)}
    return found


def put_many(asked: Asked, translations: Mapping[str, str]) -> None:
    """Keeps translations, by text; one that is known already stays as it is. They are kept when this returns."""
    rows = [
        {
            "key": key_of(asked, text),
            "engine": asked.engine,
            "source": asked.source,
            "target": asked.target,
            "text": translation,
            "made_at": now(),
        }
        for text, translation in translations.items()
    ]
    if not rows:
        return
    with engine().connect() as connection:
        if connection.dialect.name == "sqlite":
            # A killed process loses nothing of it; what a power cut loses can be translated again, and it is ten times as fast.
            connection.exec_driver_sql("PRAGMA synchronous=NORMAL")
            connection.commit()
        for row in rows:
            connection.execute(insert_into(TranslationRow).on_conflict_do_nothing(), row)
        connection.commit()


def insert_into(model: Any) -> Any:
    """An INSERT of this database's dialect, which can say what to do on a conflict."""
    table: Table = model.__table__
    return postgresql.insert(table) if engine().dialect.name == "postgresql" else sqlite.insert(table)
