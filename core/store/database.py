"""The database: its tables, its connection, its migrations. SQLite's own peculiarities stay in this file.

SQLite in WAL mode in the home by default; PARAFINE_DATABASE_URL may name another (PostgreSQL).
"""

from __future__ import annotations

import os
import shutil
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock
from sqlalchemy import (
    JSON,
    Connection,
    DateTime,
    Engine,
    ExceptionContext,
    ForeignKey,
    Integer,
    MetaData,
    String,
    TypeDecorator,
    create_engine,
    event,
    inspect,
    text,
)
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.pool import NullPool

from core.errors import UserError
from core.home import DISK_FLOOR, give_up_reserve, home, keep_reserve, locks_folder, why
from core.words import N_

MIGRATIONS = Path(__file__).resolve().parent / "migrations"
HEAD = "0004"
"""The newest migration."""


class Moment(TypeDecorator[datetime]):
    """A time zone aware moment; SQLite forgets the zone, so UTC is written and read."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "ix": "ix_%(column_0_label)s",
        }
    )


def now() -> datetime:
    return datetime.now(UTC)


class ProjectRow(Base):
    __tablename__ = "projects"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    owner: Mapped[str] = mapped_column(String(200), default="local", index=True)
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    table: Mapped[dict[str, Any] | None] = mapped_column("table_facts", JSON, default=None)
    """What the upload was understood as: its name, dialect, rows, columns. None before the first upload."""
    roles: Mapped[dict[str, Any] | None] = mapped_column(JSON, default=None)


class JobRow(Base):
    __tablename__ = "jobs"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), index=True)
    run_id: Mapped[str] = mapped_column(String(32), index=True)
    owner: Mapped[str] = mapped_column(String(200), default="local")
    state: Mapped[str] = mapped_column(String(20), default="queued", index=True)
    reason: Mapped[dict[str, Any] | None] = mapped_column(JSON, default=None)
    """Why it failed: {"code": …, "facts": {…}} of a UserError."""
    name: Mapped[str | None] = mapped_column(String(200), default=None)
    """Given by a person; without one, the page has a name for every kind."""
    batch: Mapped[str | None] = mapped_column(String(32), default=None, index=True)
    """What was launched together has the same."""
    priority: Mapped[int] = mapped_column(Integer, default=0)
    position: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    """Place in the queue among the jobs of one owner with the same priority: the smallest first. No clock is asked."""
    turn: Mapped[int | None] = mapped_column(Integer, default=None)
    """Counts up with every job that is taken; who has not been served for longest is served next."""
    slot: Mapped[str | None] = mapped_column(String(20), default=None)
    """The device it was given, see core.jobs.slots."""
    attempt: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    """1, and one more each time that it is queued again: what an earlier attempt says no longer counts."""
    queued_at: Mapped[datetime] = mapped_column(Moment, default=now)
    started_at: Mapped[datetime | None] = mapped_column(Moment, default=None)
    ended_at: Mapped[datetime | None] = mapped_column(Moment, default=None)
    deleted_at: Mapped[datetime | None] = mapped_column(Moment, default=None)
    """Since when its folder lies in the bin."""


_engines: dict[str, Engine] = {}
_guard = threading.Lock()


def url() -> str:
    return os.environ.get("PARAFINE_DATABASE_URL") or f"sqlite:///{home() / 'parafine.db'}"


def engine() -> Engine:
    """The connection of this process to the home's database, brought up to date on first use.

    Raises UserError("home_too_new") for a database of a later version and UserError("home_unusable").
    """
    address = url()
    with _guard:
        if address not in _engines:
            _engines[address] = _open(address)
        return _engines[address]


def _open(address: str) -> Engine:
    is_sqlite = address.startswith("sqlite")
    opened = create_engine(address, poolclass=NullPool if is_sqlite else None)
    if is_sqlite:
        event.listen(opened, "connect", _prepare_sqlite)
        event.listen(opened, "handle_error", _say_what_the_disk_refuses)
    try:
        keep_reserve()
        with FileLock(locks_folder() / "migration.lock"):
            _try(opened)
            _migrate(opened)
    except OSError as error:
        raise UserError("home_unusable", folder=home(), problem=why(error)) from None
    return opened


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA busy_timeout=30000")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


REFUSALS = ("database or disk is full", "disk i/o error", "unable to open database file", "readonly database")
"""What SQLite says when it is the disk that refuses."""


def _say_what_the_disk_refuses(context: ExceptionContext) -> None:
    """Raises UserError: disk_full, home_unusable. On a full disk the reserve is given up, and the next try finds its room."""
    said = str(context.original_exception).lower()
    if not any(words in said for words in REFUSALS):
        return
    free = shutil.disk_usage(home()).free
    if free < DISK_FLOOR:
        give_up_reserve()
        raise UserError(
            "disk_full", free=free, needed=DISK_FLOOR, missing=DISK_FLOOR - free
        ) from context.original_exception
    raise UserError(
        "home_unusable", folder=home(), problem=N_("the database cannot be opened")
    ) from context.original_exception


def _try(opened: Engine) -> None:
    try:
        opened.connect().close()
    except OperationalError as error:
        raise UserError("home_unusable", folder=home(), problem=N_("the database cannot be opened")) from error


def _migrate(opened: Engine) -> None:
    with opened.begin() as connection:
        if opened.dialect.name == "sqlite":
            # Python's sqlite3 begins no transaction for CREATE TABLE: a migration cut off would stay half done.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        if HEAD in _revisions(connection):
            return
        # Alembic weighs as much as the rest of this room: only a home that is behind pays for it.
        from alembic import command
        from alembic.config import Config
        from alembic.script import ScriptDirectory

        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
        if _revisions(connection) - known:
            raise UserError("home_too_new", folder=home())
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _revisions(connection: Connection) -> set[str]:
    if not inspect(connection).has_table("alembic_version"):
        return set()
    return set(connection.scalars(text("SELECT version_num FROM alembic_version")))
