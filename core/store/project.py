"""Projects: one table each, with its roles; created, renamed, deleted, and found again by their id."""

from __future__ import annotations

import secrets
import shutil
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.data.columns import Roles, check_roles
from core.data.guessing import guess_roles
from core.errors import UserError
from core.home import file_name, home, write_bytes
from core.store.aside import write_set_aside
from core.store.database import JobRow, ProjectRow, engine
from core.store.facts import TableFacts, facts_from, facts_of
from core.store.fixes import add_fix, forget_fixes, read_fixes
from core.store.parquet import read_frame, read_slice, write_frame

if TYPE_CHECKING:
    # pandas takes its time and 50 MB: a list of projects does without, here and where rooms are entered below.
    import pandas as pd

    from core.data.examples import Selection, Tally
    from core.data.reading import Reading

LOCAL_OWNER = "local"
NAME_LENGTH = 80


@dataclass(frozen=True)
class Project:
    id: str
    name: str
    owner: str
    created_at: datetime
    table: TableFacts | None
    roles: Roles | None

    @property
    def folder(self) -> Path:
        return home() / "projects" / self.id


def create_project(name: str, owner: str = LOCAL_OWNER) -> Project:
    row = ProjectRow(id=secrets.token_hex(6), name=clean_name(name), owner=owner)
    with Session(engine()) as session, session.begin():
        session.add(row)
        session.flush()
        project = _project(row)
    project.folder.mkdir(parents=True, exist_ok=True)
    return project


def list_projects(owner: str = LOCAL_OWNER) -> list[Project]:
    """The projects of an owner, the newest first."""
    query = select(ProjectRow).where(ProjectRow.owner == owner).order_by(ProjectRow.created_at.desc())
    with Session(engine()) as session:
        return [_project(row) for row in session.scalars(query)]


def open_project(identifier: str) -> Project:
    """Raises UserError("project_not_found")."""
    with Session(engine()) as session:
        row = session.get(ProjectRow, identifier)
        if row is None:
            raise UserError("project_not_found")
        return _project(row)


def rename_project(identifier: str, name: str) -> None:
    with Session(engine()) as session, session.begin():
        session.execute(update(ProjectRow).where(ProjectRow.id == identifier).values(name=clean_name(name)))


def delete_project(identifier: str) -> None:
    """Removes the project, its files and its runs. Raises UserError("project_busy") while a run is under way."""
    with Session(engine()) as session, session.begin():
        row = session.get(ProjectRow, identifier)
        if row is None:
            return
        busy = select(JobRow.id).where(JobRow.project_id == identifier, JobRow.state.in_(("queued", "running")))
        if session.scalars(busy).first() is not None:
            raise UserError("project_busy", project=row.name)
        folder = _project(row).folder
        session.delete(row)
    shutil.rmtree(folder, ignore_errors=True)


def keep_upload(identifier: str, content: bytes, name: str, reading: Reading) -> Project:
    """Keeps an upload byte for byte with the table read from it, guesses the roles anew, and forgets the fixes of the former
    table and the files that were added to it.
    """
    from core.store.adding import forget_uploads

    project = open_project(identifier)
    upload = project.folder / "upload"
    shutil.rmtree(upload, ignore_errors=True)
    upload.mkdir(parents=True)
    write_bytes(upload / file_name(name), content)
    forget_fixes(project.folder)
    write_set_aside(project.folder, reading.set_aside)
    kept = store_table(project, reading.table, facts_of(reading, name, len(content)), guess_roles(reading.table))
    forget_uploads(project.folder)
    return kept


def upload_of(project: Project) -> Path:
    """The first file of the table, as it was received."""
    return next((project.folder / "upload").iterdir())


def keep_reading(identifier: str, name: str, size: int, reading: Reading) -> Project:
    """Keeps what was read anew from the upload, guesses the roles anew, and puts the files that were added below it again.

    Raises UserError, and changes nothing: those of check_mapping, of an added file that no longer fits.
    """
    from core.store.adding import put_back

    project = open_project(identifier)
    roles = guess_roles(reading.table)
    files = project.table.added if project.table else []
    whole = put_back(project.folder, reading.table, roles, files)
    facts = facts_of(reading, name, size)
    forget_fixes(project.folder)
    write_set_aside(project.folder, reading.set_aside)
    columns = list(whole.table.columns)
    facts = replace(facts, rows=len(whole.table), columns=columns, added=whole.added)
    kept = store_table(project, whole.table, facts, roles)
    for fix in whole.fixes:
        add_fix(project.folder, fix)
    return kept


def store_table(project: Project, table: pd.DataFrame, facts: TableFacts, roles: Roles) -> Project:
    """What is known of the table tells how much of the file counts, so between the two writes the file is never the shorter one."""
    path = project.folder / "table.parquet"
    shrinks = project.table is not None and len(table) < project.table.rows
    if not shrinks:
        write_frame(path, table)
    _store(project.id, table=asdict(facts), roles=roles.model_dump())
    if shrinks:
        write_frame(path, table)
    return open_project(project.id)


def set_roles(identifier: str, roles: Roles) -> Project:
    """Raises UserError: missing_column, same_column_twice; then the former roles stay."""
    project = open_project(identifier)
    check_roles(roles, project.table.columns if project.table else [])
    _store(identifier, roles=roles.model_dump())
    return open_project(identifier)


def read_table(project: Project, columns: list[str] | None = None) -> pd.DataFrame:
    """The table as read, every cell text; `columns` limits what is loaded."""
    frame = read_frame(project.folder / "table.parquet", columns)
    return frame if project.table is None else frame.iloc[: project.table.rows]


def select_table(project: Project) -> Selection:
    """The examples of the project's table with its roles and fixes. Raises UserError: those of check_roles."""
    from core.data.examples import select as select_examples

    assert project.roles is not None
    return select_examples(read_table(project, project.roles.columns()), project.roles, read_fixes(project.folder))


def tally_table(project: Project) -> Tally:
    """What the rows of the project's table allow with its present roles. Raises UserError: those of check_roles."""
    return select_table(project).tally


def table_stamp(project: Project) -> tuple[str, int, str]:
    """Changes when the table, its roles or its fixes do."""
    changed = (project.folder / "table.parquet").stat().st_mtime_ns
    fixes = " ".join(fix.id for fix in read_fixes(project.folder))
    return project.id, changed, f"{project.roles!r} {fixes}"


def read_rows(project: Project, first: int, count: int) -> pd.DataFrame:
    """`count` rows from row `first` (0-based), without loading the rest of the table into pandas."""
    return read_slice(project.folder / "table.parquet", first, count)


def clean_name(name: str) -> str:
    """A name on one line, at most 80 characters; "?" for nothing."""
    return " ".join(name.split())[:NAME_LENGTH] or "?"


def _store(identifier: str, **values: object) -> None:
    with Session(engine()) as session, session.begin():
        session.execute(update(ProjectRow).where(ProjectRow.id == identifier).values(**values))


def _project(row: ProjectRow) -> Project:
    facts = facts_from(row.table) if row.table else None
    roles = Roles(**row.roles) if row.roles else None
    return Project(row.id, row.name, row.owner, row.created_at, facts, roles)
