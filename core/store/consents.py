"""Who agreed that the texts of a project go to which service, with how many characters, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.store.database import engine
from core.store.paraphrase_rows import ConsentRow


@dataclass(frozen=True)
class Consent:
    engine: str
    host: str
    """Where the texts go, as it was shown."""
    characters: int
    person: str
    at: datetime


def give_consent(project_id: str, engine_name: str, host: str, characters: int, person: str) -> None:
    """Records a yes. characters: that were said to be sent."""
    row = ConsentRow(project_id=project_id, engine=engine_name, host=host, characters=characters, person=person)
    with Session(engine()) as session, session.begin():
        session.add(row)


def consents(project_id: str) -> list[Consent]:
    """Every yes of a project, the first one first."""
    query = select(ConsentRow).where(ConsentRow.project_id == project_id).order_by(ConsentRow.id)
    with Session(engine()) as session:
        return [Consent(row.engine, row.host, row.characters, row.person, row.at) for row in session.scalars(query)]


def has_consent(project_id: str, engine_name: str, host: str) -> bool:
    """Whether somebody agreed to this service at this host: another address is another question."""
    return any((each.engine, each.host) == (engine_name, host) for each in consents(project_id))
