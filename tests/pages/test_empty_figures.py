"""Charts before anything is measured: a sentence, no axes that plotly makes up; and nothing of it once there are points."""

from __future__ import annotations

import pytest

from core.train.tasks import TASKS
from core.words import Words
from pages.parts.figures import both_curves
from pages.parts.reading_curve import reading_curve

POINT = {"step": 1, "epoch": 0.5, "split": "validation", "value": 0.4}


@pytest.mark.parametrize("task", TASKS)
def test_curves_without_points_say_so_and_those_with_points_keep_their_axes(task: str, words: Words) -> None:
    best = TASKS[task].best
    empty = [*both_curves([], best, words), reading_curve([], words)]
    for figure in empty:
        [said] = figure["layout"]["annotations"]
        assert said["text"] == words.gettext("Nothing measured yet")
        assert not any(figure["layout"][axis]["showticklabels"] for axis in ("xaxis", "yaxis"))
    for figure in both_curves([POINT | {"name": name} for name in ("loss", best.name)], best, words):
        assert "annotations" not in figure["layout"]
        assert "range" not in figure["layout"]["yaxis"]
