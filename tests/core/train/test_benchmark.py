"""The benchmarks of training and of checkpoints: they run on any table of texts and labels, and say exactly what they promise."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.tables import as_csv, messages


@pytest.mark.long
def test_one_line_with_every_figure(tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_bytes(as_csv(messages(80)))
    command = [sys.executable, "-m", "tests.benchmarks.training", "--data", str(table), "--steps", "4", "--rounds", "1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    figures = json.loads(line)
    ratios = {"ratio_seed", "ratio_trainer"}
    shares = {"padding_efficiency", "gemm_share"}
    assert set(figures) == {"seed", "trainer", "ours"} | ratios | shares
    assert all(math.isfinite(value) and value > 0 for value in figures.values())
    assert all(figures[name] <= 1 for name in shares)
    for name in ratios:
        assert figures[name] == pytest.approx(figures["ours"] / figures[name.removeprefix("ratio_")], rel=0.02)


@pytest.mark.long
def test_checkpoints_cost_less_than_they_may(tmp_path: Path) -> None:
    """Of a short training too, where one would take longer than all the rest: it is not written at all."""
    table = tmp_path / "table.csv"
    table.write_bytes(as_csv(messages(80)))
    command = [sys.executable, "-m", "tests.benchmarks.checkpoints", "--data", str(table), "--epochs", "2"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    figures = json.loads(line)
    names = {"share", "checkpoints", "seconds_each", "bytes_each", "seconds", "longest_between_s", "rows", "epochs"}
    assert set(figures) == names
    assert 0 <= figures["share"] < 0.03
    assert 0 < figures["longest_between_s"] <= figures["seconds"] + 0.1
    assert (figures["rows"], figures["epochs"]) == (64, 2.0)
