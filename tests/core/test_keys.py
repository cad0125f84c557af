"""Keys: the environment first, then each secrets.toml in its order; never half a file, never a word of it said."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from core import keys
from core.keys import exposed, key, key_files, own_file, unreadable

NAME = "A_SERVICE_OF_THE_TEST_KEY"


@pytest.fixture
def person(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The person's own secrets.toml, in a folder of the test."""
    monkeypatch.delenv(NAME, raising=False)
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(tmp_path / "person"))
    file = tmp_path / "person" / ".streamlit" / "secrets.toml"
    file.parent.mkdir(parents=True)
    return file


def test_the_environment_counts_first_then_the_files_in_their_order(
    person: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert key(NAME) is None
    assert own_file() == home / "secrets.toml"
    own_file().write_text(f'{NAME} = " of the home "\n[{NAME}_ELSE]\nkey = "x"\n', encoding="utf-8-sig")
    assert key(NAME) == "of the home"
    assert key(f"{NAME}_ELSE") is None, "a table is no key"
    person.write_text(f'OTHER = "x"\n{NAME} = ""', encoding="utf-8")
    assert key(NAME) == "of the home", "an empty one counts for nothing"
    person.write_text(f'{NAME} = "of the person"', encoding="utf-8")
    assert key(NAME) == "of the person"
    monkeypatch.setenv(NAME, "of the environment")
    assert key(NAME) == "of the environment"


def test_these_are_the_files_that_streamlit_reads_and_the_home_s(person: Path, home: Path) -> None:
    from streamlit import config

    program = Path(keys.__file__).parents[1] / ".streamlit" / "secrets.toml"
    assert key_files() == [program, person, home / "secrets.toml"]
    # Of Streamlit's the later one counts, of ours the earlier one.
    theirs = [Path(each) for each in config.get_config_files("secrets.toml")]
    assert theirs[-1] == program
    assert theirs[0] == person


def test_a_file_that_is_no_toml_is_said_and_gives_nothing(person: Path, home: Path) -> None:
    own_file().write_bytes(b'A_SERVICE = sk-secret without marks\nOTHER = "\xff"')
    assert key("A_SERVICE") is None
    assert unreadable() == [own_file()]
    own_file().write_text('A_SERVICE = "sk"', encoding="utf-8")
    assert unreadable() == []


@pytest.mark.skipif(os.name == "nt", reason="a person's folder is closed to others on Windows")
def test_a_file_that_others_may_read_is_told(person: Path, home: Path) -> None:
    own_file().write_text('A = "b"', encoding="utf-8")
    own_file().chmod(0o644)
    assert exposed() == [own_file()]
    own_file().chmod(0o600)
    assert exposed() == []
