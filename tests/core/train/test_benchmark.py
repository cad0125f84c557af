"""The benchmark of training: it runs on any table of texts and labels, and says exactly what it promises."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.tables import as_csv, messages


@pytest.mark.slow
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
