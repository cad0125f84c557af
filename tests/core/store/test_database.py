"""The database of a home: made on first use, brought up to date, shared by several processes."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.errors import UserError
from core.store.database import HEAD, MIGRATIONS, Base, JobRow, ProjectRow, engine
from tests.conftest import ROOT
from tests.waiting import wait_until


@pytest.fixture
def home(empty_home: Path) -> Path:
    return empty_home


def tables(path: Path) -> set[str]:
    connection = sqlite3.connect(path)
    try:
        return {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    finally:
        connection.close()


def execute(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def test_an_empty_home_opens_with_every_table(home: Path) -> None:
    with engine().connect() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
    assert tables(home / "parafine.db") == {*Base.metadata.tables, "alembic_version"}


def test_the_migrations_lead_to_the_tables_that_the_code_uses(home: Path) -> None:
    with engine().connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_the_newest_migration_is_the_one_the_code_names() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_a_home_opened_before_keeps_what_it_holds(home: Path) -> None:
    with Session(engine()) as session, session.begin():
        session.add(ProjectRow(id="p", name="mails", owner="local"))
    code = "from core.store.project import list_projects; print([project.name for project in list_projects()])"
    shown = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert shown.strip() == "['mails']"


def test_a_home_of_a_newer_version_is_refused_and_left_alone(home: Path) -> None:
    path = home / "parafine.db"
    execute(
        path,
        "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)",
        "INSERT INTO alembic_version VALUES ('9999')",
    )
    for _ in range(2):
        with pytest.raises(UserError) as caught:
            engine()
        assert (caught.value.code, caught.value.facts) == ("home_too_new", {"folder": home})
    assert tables(path) == {"alembic_version"}


def test_a_migration_that_breaks_off_changes_nothing_and_the_next_one_succeeds(home: Path) -> None:
    path = home / "parafine.db"
    execute(path, "CREATE TABLE jobs (stray INTEGER)")
    with pytest.raises(Exception, match="already exists"):
        engine()
    assert tables(path) == {"jobs"}
    execute(path, "DROP TABLE jobs")
    with Session(engine()) as session:
        assert session.query(ProjectRow).count() == 0


def test_several_processes_open_an_empty_home_at_once(home: Path, tmp_path: Path) -> None:
    go = tmp_path / "go"
    code = (
        "import pathlib, sys, time\n"
        "from core.store.project import create_project, list_projects\n"
        "pathlib.Path(sys.argv[2]).touch()\n"
        "while not pathlib.Path(sys.argv[1]).exists(): time.sleep(0.001)\n"
        "create_project(sys.argv[2])\n"
        "print(len(list_projects()))\n"
    )
    ready = [tmp_path / f"ready-{place}" for place in range(4)]
    processes = [
        subprocess.Popen([sys.executable, "-c", code, str(go), str(path)], cwd=ROOT, stderr=subprocess.PIPE, text=True)
        for path in ready
    ]
    wait_until(lambda: all(path.exists() for path in ready))
    assert not (home / "parafine.db").exists()
    go.touch()
    for process in processes:
        _, errors = process.communicate(timeout=180)
        assert process.returncode == 0, errors
    with Session(engine()) as session:
        assert session.query(ProjectRow).count() == len(processes)


def test_a_folder_that_cannot_be_used_is_a_sentence(home: Path) -> None:
    (home / "locks").write_text("a file where the folder of the locks should be")
    with pytest.raises(UserError) as caught:
        engine()
    assert caught.value.code == "home_unusable"
    assert caught.value.facts["folder"] == home


def test_a_database_that_cannot_be_opened_is_a_sentence(home: Path) -> None:
    (home / "parafine.db").mkdir()
    with pytest.raises(UserError) as caught:
        engine()
    assert caught.value.code == "home_unusable"
    assert caught.value.facts["folder"] == home


def test_the_environment_may_name_another_database(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = tmp_path / "elsewhere.db"
    monkeypatch.setenv("PARAFINE_DATABASE_URL", f"sqlite:///{elsewhere}")
    with Session(engine()) as session, session.begin():
        session.add(ProjectRow(id="p", name="mails", owner="local"))
    assert "projects" in tables(elsewhere)
    assert not (home / "parafine.db").exists()


def test_each_home_has_its_own_database(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = engine()
    monkeypatch.setenv("PARAFINE_HOME", os.fspath(tmp_path / "second"))
    assert engine().url.database == str((tmp_path / "second").resolve() / "parafine.db")
    assert first.url.database == str(home / "parafine.db")


def test_a_moment_comes_back_with_its_time_zone(home: Path) -> None:
    before = datetime.now(UTC)
    with Session(engine()) as session, session.begin():
        session.add(ProjectRow(id="p", name="mails", owner="local"))
    with Session(engine()) as session:
        found = session.get_one(ProjectRow, "p").created_at
    assert found.tzinfo == UTC
    assert before <= found <= datetime.now(UTC)


def test_a_job_needs_its_project_and_leaves_with_it(home: Path) -> None:
    with pytest.raises(IntegrityError), Session(engine()) as session, session.begin():
        session.add(JobRow(id="j", kind="train", project_id="nobody", run_id="r"))
    with Session(engine()) as session, session.begin():
        session.add(ProjectRow(id="p", name="mails", owner="local"))
        session.flush()
        session.add(JobRow(id="j", kind="train", project_id="p", run_id="r"))
    with Session(engine()) as session, session.begin():
        session.delete(session.get_one(ProjectRow, "p"))
    with Session(engine()) as session:
        assert session.get(JobRow, "j") is None
