"""The folder of everything: found or made, and a file in it is whole or absent."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from platformdirs import user_data_path

import core.home
from core.errors import UserError
from core.home import _put_in_place, locks_folder, read_json, require_room, write_bytes, write_json, write_whole
from tests.conftest import ROOT


def test_the_folder_named_by_the_environment_is_made_with_those_above_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARAFINE_HOME", str(tmp_path / "deep" / "Données d’équipe"))
    assert core.home.home() == (tmp_path / "deep" / "Données d’équipe").resolve()
    assert core.home.home().is_dir()
    assert locks_folder().is_dir()


def test_a_tilde_means_the_person_s_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(tmp_path))
    monkeypatch.setenv("PARAFINE_HOME", "~/parafine")
    assert core.home.home() == (tmp_path / "parafine").resolve()


def test_without_a_name_it_is_the_platform_s_place_for_data(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "PARAFINE_HOME"}
    environment |= {"XDG_DATA_HOME": str(tmp_path), "HOME": str(tmp_path), "LOCALAPPDATA": str(tmp_path)}
    code = "from core.home import home; print(home().name, home().is_dir(), home())"
    command = [sys.executable, "-c", code]
    shown = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout
    name, exists, place = shown.strip().split(maxsplit=2)
    assert (name, exists) == (user_data_path("parafine", appauthor=False).name, "True")
    assert str(tmp_path.resolve()) in place


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("not a folder")
    for named in (tmp_path / "file", tmp_path / "file" / "below"):
        monkeypatch.setenv("PARAFINE_HOME", str(named))
        with pytest.raises(UserError) as caught:
            core.home.home()
        assert caught.value.code == "home_unusable"
        assert caught.value.facts["folder"] == named
        assert caught.value.facts["problem"] == "this is a file, not a folder"


def test_too_little_room_is_said_before_anything_starts(home: Path) -> None:
    require_room(1)
    with pytest.raises(UserError) as caught:
        require_room(10**18)
    assert caught.value.code == "disk_full"
    assert caught.value.facts["needed"] == 10**18
    assert 0 < caught.value.facts["free"] < 10**18


def test_json_is_readable_and_comes_back_as_it_was(tmp_path: Path) -> None:
    value = {"thème": "« œuvre »", "n": [1, 2.5, None]}
    write_json(tmp_path / "a.json", value)
    assert "« œuvre »" in (tmp_path / "a.json").read_text(encoding="utf-8")
    assert read_json(tmp_path / "a.json") == value


def test_a_number_that_json_does_not_know_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"loss": 1.0})
    with pytest.raises(ValueError, match="JSON"):
        write_json(tmp_path / "a.json", {"loss": float("nan")})
    assert read_json(tmp_path / "a.json") == {"loss": 1.0}


def test_a_write_that_breaks_off_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    write_bytes(path, b"old")

    def break_off(aside: Path) -> None:
        aside.write_bytes(b"half of the new")
        raise OSError("no room left")

    with pytest.raises(OSError, match="no room"):
        write_whole(path, break_off)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_reader_never_sees_half_a_file(tmp_path: Path) -> None:
    path = tmp_path / "progress.json"
    write_json(path, {"value": "0" * 50_000})
    over = threading.Event()

    def write_often() -> None:
        for place in range(200):
            write_json(path, {"value": str(place % 10) * 50_000})
        over.set()

    writer = threading.Thread(target=write_often)
    writer.start()
    seen = 0
    while not over.is_set():
        value = json.loads(path.read_bytes())["value"]
        assert value == value[0] * 50_000
        seen += 1
    writer.join()
    assert seen > 0
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_is_being_read_is_replaced_a_moment_later(tmp_path: Path) -> None:
    """Windows refuses for as long as somebody reads."""

    class Busy(type(tmp_path)):  # type: ignore[misc]
        refusals = 2

        def replace(self, target: Path) -> Path:
            if Busy.refusals:
                Busy.refusals -= 1
                raise PermissionError
            return Path(super().replace(target))

    aside = Busy(tmp_path / "aside")
    aside.write_text("new")
    _put_in_place(aside, tmp_path / "file")
    assert (tmp_path / "file").read_text() == "new"
    Busy.refusals = 100
    aside.write_text("newer")
    with pytest.raises(PermissionError):
        _put_in_place(aside, tmp_path / "file")
    assert (tmp_path / "file").read_text() == "new"
