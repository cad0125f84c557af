"""What a job has on disk: requests, signs of life, its last word, the end of its log, its size."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.store.job_folder import ENDED, RESUMABLE, Heartbeat, JobFolder, folder_size
from core.store.run import Run


@pytest.fixture
def folder(home: Path) -> JobFolder:
    run = Run("p", "r")
    run.folder.mkdir(parents=True)
    return run


def test_what_rests_can_be_resumed_unless_it_is_done() -> None:
    assert set(ENDED) - set(RESUMABLE) == {"done"}
    assert set(RESUMABLE) < set(ENDED)


def test_a_stop_outweighs_a_pause_until_both_are_forgotten(folder: JobFolder) -> None:
    assert folder.asked() is None
    folder.ask("pause")
    folder.ask("pause")
    assert folder.asked() == "pause"
    folder.ask("stop")
    assert folder.asked() == "stop"
    folder.forget_requests()
    folder.forget_requests()
    assert folder.asked() is None
    assert list(folder.folder.iterdir()) == []


def test_a_sign_of_life_is_the_last_one_given_and_a_torn_one_is_none(folder: JobFolder) -> None:
    assert folder.heartbeat() is None
    for beats in range(3):
        folder.beat(Heartbeat(attempt=2, pid=7, command=["python", "-m"], beats=beats))
    found = folder.heartbeat()
    assert found is not None
    assert (found.attempt, found.pid, found.command, found.beats) == (2, 7, ["python", "-m"], 2)
    for torn in (b"", b'{"attempt": 2', b"\xff\xfe", b"[]", b'{"attempt": "x"}'):
        (folder.folder / "heartbeat.json").write_bytes(torn)
        assert folder.heartbeat() is None


def test_the_last_word_names_its_attempt(folder: JobFolder) -> None:
    assert folder.outcome() is None
    folder.conclude(3, "failed", {"code": "disk_full", "facts": {"free": 1}})
    reason = {"code": "disk_full", "facts": {"free": 1}}
    assert folder.outcome() == {"attempt": 3, "state": "failed", "reason": reason}
    (folder.folder / "outcome.json").write_text('{"attempt": 3, "sta')
    assert folder.outcome() is None


def test_the_end_of_a_log_is_read_without_the_rest(folder: JobFolder) -> None:
    assert folder.last_lines() == ""
    folder.log.write_bytes("été\n".encode() * 100_000 + b"one\r\ntwo\nth")
    assert folder.last_lines(3) == "one\ntwo\nth"
    lines = folder.last_lines(10**6).split("\n")
    assert 10_000 < len(lines) < 66_000 / len("été\n".encode())
    assert set(lines[1:-3]) == {"été"}  # the first may be cut in the middle of a letter
    folder.log.write_bytes(b"\xff\xfe broken\n")
    assert folder.last_lines() == "\ufffd\ufffd broken"


def test_a_size_counts_every_file_once_and_nothing_outside(folder: JobFolder, tmp_path: Path) -> None:
    assert (folder.size(), folder_size(tmp_path / "nowhere")) == (0, 0)
    (folder.folder / "model").mkdir()
    (folder.folder / "model" / "weights").write_bytes(b"1" * 1000)
    (folder.folder / "run.json").write_text(json.dumps({}))
    (tmp_path / "large").write_bytes(b"1" * 10_000)
    (folder.folder / "link").symlink_to(tmp_path / "large")
    assert folder.size() == 1002


def test_a_discarded_folder_lies_in_the_bin_and_a_second_time_changes_nothing(folder: JobFolder) -> None:
    (folder.folder / "run.json").write_text("first")
    folder.discard()
    folder.discard()
    assert not folder.folder.exists()
    assert (folder.bin / "run.json").read_text() == "first"
    assert folder.bin.is_relative_to(folder.folder.parents[1])
