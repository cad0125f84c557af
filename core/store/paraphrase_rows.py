"""The tables of back-translation: paraphrases and the decisions on them, the memory of translations, who agreed to send texts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Float, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.store.database import Base, Moment, now


class ParaphraseRow(Base):
    """One row of the table, translated along a path and back; with or without success."""

    __tablename__ = "paraphrases"
    __table_args__ = (
        UniqueConstraint("job_id", "origin", "path", "variant", name="uq_paraphrases_job_id"),
        # One for each order of the review: a page comes out of it as it is, however many there are.
        Index("ix_paraphrases_project_id_id", "project_id", "id"),
        Index("ix_paraphrases_project_id_doubt", "project_id", "doubt", "id"),
        Index("ix_paraphrases_project_id_similarity", "project_id", "similarity", "id"),
        Index("ix_paraphrases_project_id_novelty", "project_id", "novelty", "id"),
    )
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    """The example's id is "p" and this."""
    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    job_id: Mapped[str] = mapped_column(String(32))
    """The back-translation that made it: the id of its folder."""
    origin: Mapped[str] = mapped_column(String(32))
    """The id of the example that it came from."""
    label: Mapped[str] = mapped_column(Text)
    """Of its origin at that time, for filters; what is learned from is the label that the origin has."""
    origin_text: Mapped[str] = mapped_column(Text)
    origin_question: Mapped[str] = mapped_column(Text)
    """What was translated: when the origin no longer says this, the paraphrase belongs to nothing."""
    path: Mapped[str] = mapped_column(String(100))
    """Languages, from the first to the last: fr>ca>fr."""
    engine: Mapped[str] = mapped_column(String(200))
    variant: Mapped[int] = mapped_column(Integer)
    """From 1, where several are made of one row along one path."""
    text: Mapped[str | None] = mapped_column(Text)
    question: Mapped[str | None] = mapped_column(Text)
    """As they came back, or as the origin has them when they were not to be translated; None when it failed."""
    reason: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """{"code": …, "facts": {…}} of a Failed."""
    similarity: Mapped[float | None] = mapped_column(Float)
    judged_by: Mapped[str | None] = mapped_column(Text)
    """The model that read them (core.models.choice.ModelChoice.key); None where none did."""
    novelty: Mapped[float | None] = mapped_column(Float)
    doubt: Mapped[float | None] = mapped_column(Float)
    """From 0, nothing speaks against it; None before it is judged."""
    flags: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON)
    """[{"code": …, "facts": {…}}]: what is wrong or strange about it."""
    decision: Mapped[str | None] = mapped_column(String(20))
    """accepted or rejected; None before anybody decided."""
    edited: Mapped[bool] = mapped_column(Boolean, default=False)
    final_text: Mapped[str | None] = mapped_column(Text)
    final_question: Mapped[str | None] = mapped_column(Text)
    """What a person made of it; None for as it came back."""
    decided_by: Mapped[str | None] = mapped_column(String(200))
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    made_at: Mapped[datetime] = mapped_column(Moment, default=now)


class DecisionRow(Base):
    """One act of a person on one paraphrase: what it was before and after; undoing takes the last one back."""

    __tablename__ = "decisions"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), index=True)
    paraphrase_id: Mapped[int] = mapped_column(ForeignKey("paraphrases.id", ondelete="CASCADE"), index=True)
    act: Mapped[str] = mapped_column(String(32), index=True)
    """The same for all paraphrases decided by one click, which are undone together."""
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    after: Mapped[dict[str, Any]] = mapped_column(JSON)
    """decision, final_text, final_question; before also decided_by and decided_at."""
    person: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(Moment, default=now)
    undone: Mapped[bool] = mapped_column(Boolean, default=False)


class TranslationRow(Base):
    """A translation made once, for every project and job of this home."""

    __tablename__ = "translations"
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    """sha256 of engine, version, source, target, variant and text."""
    engine: Mapped[str] = mapped_column(String(200), index=True)
    source: Mapped[str] = mapped_column(String(16))
    target: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(Text)
    """What came back."""
    made_at: Mapped[datetime] = mapped_column(Moment, default=now)


class ConsentRow(Base):
    """Somebody's yes to sending the texts of a project to a service."""

    __tablename__ = "consents"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), index=True)
    engine: Mapped[str] = mapped_column(String(200))
    host: Mapped[str] = mapped_column(String(200))
    characters: Mapped[int] = mapped_column(Integer)
    """That were said to be sent when it was given."""
    person: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(Moment, default=now)
