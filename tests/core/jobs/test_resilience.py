"""The benchmark of resilience, in small: real processes really killed, and nothing lost."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.conftest import ROOT


@pytest.mark.long
def test_a_kill_of_each_kind_loses_nothing() -> None:
    command = [sys.executable, "-m", "tests.benchmarks.resilience", "--kills", "3"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    found = json.loads(line)
    assert found["kills"] == sum(found["by_target"].values()) == sum(found["by_phase"].values()) == 3
    assert set(found["by_target"]) == {"worker", "supervisor", "server"}
    faults = ("lost", "wrong_states", "unequal", "taken_along")
    assert {name: found[name] for name in faults} == dict.fromkeys(faults, 0), done.stderr
    assert found["runs"] >= 1
