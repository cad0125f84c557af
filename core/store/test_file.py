"""A project's separate test file: kept as it was received, with how it was read and where its columns go.

`test/test.json` is written last: without it there is no test file.
"""

from __future__ import annotations

import shutil
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from filelock import FileLock

from core.data.combining import check_mapping, kept_mapping, mapped
from core.errors import UserError
from core.home import file_name, read_json, write_bytes, write_json
from core.store.facts import TableFacts, facts_from, facts_of
from core.store.fixes import read_fixes
from core.store.parquet import read_frame, write_frame
from core.store.project import Project, open_project

if TYPE_CHECKING:
    import pandas as pd

    from core.data.reading import Reading

ROOM, RECORD = "test", "test.json"


@dataclass(frozen=True)
class TestFile:
    __test__ = False  # not for pytest

    facts: TableFacts
    mapping: dict[str, str]
    """Its columns and those of the project's table that they stand for."""


def keep_test_file(identifier: str, content: bytes, name: str, reading: Reading, mapping: dict[str, str]) -> TestFile:
    """In place of a former one. Raises UserError, and changes nothing: those of check_mapping."""
    project = open_project(identifier)
    assert project.table is not None
    assert project.roles is not None
    check_mapping(name, reading.table, mapping, project.table.columns, project.roles)
    file = TestFile(facts_of(reading, name, len(content)), mapping)
    with FileLock(project.folder / "table.lock"):
        remove_test_file(project)
        upload = project.folder / ROOM / "upload"
        upload.mkdir(parents=True)
        write_bytes(upload / file_name(name), content)
        write_frame(project.folder / ROOM / "table.parquet", reading.table)
        write_json(project.folder / ROOM / RECORD, asdict(file))
    return file


def remove_test_file(project: Project) -> None:
    (project.folder / ROOM / RECORD).unlink(missing_ok=True)
    shutil.rmtree(project.folder / ROOM, ignore_errors=True)


def kept_test_file(project: Project) -> TestFile | None:
    try:
        kept = read_json(project.folder / ROOM / RECORD)
    except FileNotFoundError:
        return None
    return TestFile(facts_from(kept["facts"]), dict(kept["mapping"]))


def read_test_rows(project: Project) -> pd.DataFrame:
    """The rows of the test file under the columns of the project's table. Columns that no longer fit are guessed anew.

    Raises UserError: no_test_file, those of check_mapping.
    """
    file = kept_test_file(project)
    if file is None:
        raise UserError("no_test_file")
    assert project.table is not None
    assert project.roles is not None
    own = read_frame(project.folder / ROOM / "table.parquet")
    columns = project.table.columns
    mapping = kept_mapping(file.mapping, own, columns, project.roles)
    check_mapping(file.facts.name, own, mapping, columns, project.roles)
    return mapped(own, mapping, columns)[columns]


def tested(project: Project) -> pd.DataFrame:
    """The examples of the test file. Raises UserError: those of read_test_rows and of core.data.test_rows.examples_of_test."""
    from core.data.test_rows import examples_of_test

    assert project.roles is not None
    fixes = [fix for fix in read_fixes(project.folder) if fix.fits(project.roles)]
    return examples_of_test(read_test_rows(project), project.roles, fixes)


def stamp_of_test(project: Project) -> int:
    """Changes when the test file does; 0 without one."""
    try:
        return (project.folder / ROOM / RECORD).stat().st_mtime_ns
    except FileNotFoundError:
        return 0
