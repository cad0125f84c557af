"""A home of the first version opens with this one: every row kept, the oldest still first; and it could go back."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError

from core.data.dialect import SetAside
from core.jobs.processes import ensure_supervisor, is_held, supervisor_lock
from core.jobs.queue import claim, enqueue, finish, job, jobs, waiting_in_order
from core.store.aside import read_set_aside
from core.store.database import HEAD, MIGRATIONS, Base, engine
from core.store.project import list_projects
from core.store.run import Run
from tests.conftest import processes_of
from tests.waiting import wait_until

FIRST = """
CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO alembic_version VALUES ('0001');
CREATE TABLE projects (
    id VARCHAR(32) NOT NULL,
    name VARCHAR(200) NOT NULL,
    owner VARCHAR(200) NOT NULL,
    created_at DATETIME NOT NULL,
    table_facts JSON,
    roles JSON,
    CONSTRAINT pk_projects PRIMARY KEY (id)
);
CREATE INDEX ix_projects_owner ON projects (owner);
CREATE TABLE jobs (
    id VARCHAR(32) NOT NULL,
    kind VARCHAR(40) NOT NULL,
    project_id VARCHAR(32) NOT NULL,
    run_id VARCHAR(32) NOT NULL,
    owner VARCHAR(200) NOT NULL,
    state VARCHAR(20) NOT NULL,
    reason JSON,
    priority INTEGER NOT NULL,
    queued_at DATETIME NOT NULL,
    started_at DATETIME,
    ended_at DATETIME,
    CONSTRAINT pk_jobs PRIMARY KEY (id),
    CONSTRAINT fk_jobs_project_id FOREIGN KEY(project_id) REFERENCES projects (id) ON DELETE CASCADE
);
CREATE INDEX ix_jobs_project_id ON jobs (project_id);
CREATE INDEX ix_jobs_run_id ON jobs (run_id);
CREATE INDEX ix_jobs_state ON jobs (state);
INSERT INTO projects VALUES
    ('p1', 'Mails du service', 'local', '2025-03-01 08:00:00.000001', '{"name": "été.csv", "size": 12, "encoding": "cp1252",
     "delimiter": ";", "rows": 3, "columns": ["texte", "thème"], "set_aside": [[5, "too_many_cells", " |  | trop"]]}',
     '{"text": "texte", "question": null, "label": "thème"}'),
    ('p2', 'empty', 'local', '2025-03-02 08:00:00.000000', NULL, NULL);
INSERT INTO jobs VALUES
    ('j5', 'train', 'p1', 'r5', 'local', 'queued', NULL, 0, '2025-03-05 09:00:00.000000', NULL, NULL),
    ('j4', 'train', 'p1', 'r4', 'local', 'queued', NULL, 0, '2025-03-04 09:00:00.000000', NULL, NULL),
    ('j1', 'train', 'p1', 'r1', 'local', 'done', NULL, 0, '2025-03-01 09:00:00.000000', '2025-03-01 09:00:01.000000',
     '2025-03-01 09:10:00.000000'),
    ('j3', 'train', 'p1', 'r3', 'local', 'running', NULL, 0, '2025-03-03 09:00:00.000000', '2025-03-03 09:00:01.000000', NULL),
    ('j2', 'train', 'p1', 'r2', 'local', 'failed', '{"code": "out_of_memory", "facts": {}}', 0,
     '2025-03-02 09:00:00.000000', '2025-03-02 09:00:01.000000', '2025-03-02 09:10:00.000000');
"""
"""As the first version left it, statement by statement: it does not change any more."""

Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture
def home(empty_home: Path) -> Path:
    return empty_home


@pytest.fixture
def old(home: Path) -> Path:
    """The database file of a home of the first version."""
    path = home / "parafine.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(FIRST)
    return path


def contents(path: Path) -> Rows:
    """Every row of every table, by its primary key."""
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        tables = ("projects", "jobs")
        return {name: [dict(row) for row in connection.execute(f"SELECT * FROM {name} ORDER BY id")] for name in tables}


def columns(path: Path) -> dict[str, set[tuple[Any, ...]]]:
    """Name, type, nullability, default and place in the key of every column, and the names of the indexes."""
    with closing(sqlite3.connect(path)) as connection:
        found = {}
        for table in ("projects", "jobs"):
            found[table] = {row[1:] for row in connection.execute(f"PRAGMA table_info({table})")}
            found[table] |= {(row[1],) for row in connection.execute(f"PRAGMA index_list({table})")}
        return found


def migrate(path: Path, revision: str) -> None:
    """As `alembic upgrade` and `alembic downgrade` do it."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with create_engine(f"sqlite:///{path}").begin() as connection:
        config.attributes["connection"] = connection
        (command.downgrade if revision == "0001" else command.upgrade)(config, revision)


def only_former(rows: Rows, former: Rows) -> Rows:
    """The rows without the columns that the former ones had not."""
    return {table: [{name: row[name] for name in former[table][0]} for row in found] for table, found in rows.items()}


def test_every_row_of_the_first_version_is_kept_as_it_was(old: Path) -> None:
    former = contents(old)
    assert (len(former["projects"]), len(former["jobs"])) == (2, 5)
    engine()
    assert only_former(contents(old), former) == former
    projects = list_projects()
    assert [project.name for project in projects] == ["empty", "Mails du service"]
    assert projects[1].table is not None
    assert projects[1].table.set_aside == [(5, "too_many_cells", " |  | trop")]
    assert projects[1].table.rows_aside == 1
    assert read_set_aside(projects[1].folder, projects[1].table.set_aside) == [
        SetAside(5, (" |  | trop",), "too_many_cells")
    ]
    failed = job("j2")
    assert failed is not None
    assert (failed.state, failed.reason) == ("failed", {"code": "out_of_memory", "facts": {}})
    for each in jobs():
        assert (each.attempt, each.name, each.batch, each.slot, each.turn, each.deleted_at) == (1, *[None] * 5)


def test_the_oldest_job_is_still_the_first_and_new_ones_come_after_all(old: Path) -> None:
    engine()
    assert [(each.id, each.position) for each in jobs()] == [(f"j{place}", place) for place in (5, 4, 3, 2, 1)]
    (new,) = enqueue(Run("p1", "r6"))
    assert new.position == 6
    assert [each.id for each in waiting_in_order()] == ["j4", "j5", new.id]
    taken = claim("cpu")
    assert taken is not None
    assert (taken.id, taken.turn) == ("j4", 1)
    assert finish(taken, "done")


def test_what_ran_when_the_version_changed_is_seen_to_its_end(old: Path, home: Path) -> None:
    """Its folder is gone here: whoever takes it up says so, and goes on to what waited."""
    ensure_supervisor()
    wait_until(lambda: not is_held(supervisor_lock()) and not jobs("queued") and not jobs("running"))
    found = {each.id: each.reason and each.reason["code"] for each in jobs("failed")}
    assert found == {"j2": "out_of_memory", **dict.fromkeys(("j3", "j4", "j5"), "run_not_found")}
    wait_until(lambda: not processes_of(home))


def test_the_tables_of_a_home_brought_up_to_date_are_those_of_the_code(old: Path) -> None:
    with engine().connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []
        assert context.get_current_revision() == HEAD
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []


def test_a_home_brought_up_to_date_is_like_a_new_one(
    old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine()
    monkeypatch.setenv("PARAFINE_HOME", str(tmp_path / "new"))
    engine()
    assert columns(old) == columns(tmp_path / "new" / "parafine.db")


def test_the_way_back_and_forth_keeps_every_row(old: Path) -> None:
    former, shape = contents(old), columns(old)
    migrate(old, "head")
    present = contents(old)
    migrate(old, "0001")
    assert (contents(old), columns(old)) == (former, shape)
    migrate(old, "head")
    assert contents(old) == present


def test_a_migration_that_breaks_off_leaves_the_home_as_it_was(old: Path) -> None:
    with closing(sqlite3.connect(old)) as connection:
        connection.execute("ALTER TABLE jobs ADD COLUMN attempt INTEGER")  # in the way of the migration's fifth step
        connection.commit()
    former, shape = contents(old), columns(old)
    with pytest.raises(OperationalError, match="duplicate column"):
        engine()
    assert (contents(old), columns(old)) == (former, shape)
    with closing(sqlite3.connect(old)) as connection:
        connection.execute("ALTER TABLE jobs DROP COLUMN attempt")
    assert len(jobs()) == 5
