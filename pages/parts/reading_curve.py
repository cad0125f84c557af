"""The loss while a model reads the user's own texts before it learns their labels (core.train.pretraining): a small curve of its own."""

from __future__ import annotations

from typing import Any

from core.words import Words
from pages.parts.figures import FLAME, Figure, layout, running_mean, until_measured

SPLIT = "pretraining"
"""In metrics.jsonl."""


def reading_points(points: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [point for point in points if (point["split"], point["name"]) == (SPLIT, "loss")]


def reading_curve(points: list[dict[str, Any]], words: Words) -> Figure:
    """points: those of a run's metrics.jsonl. The loss of single batches jumps: it is drawn thin, and its running mean bold."""
    _ = words.gettext
    chosen = reading_points(points)
    epochs, values = [point["epoch"] for point in chosen], [point["value"] for point in chosen]
    trace = {"type": "scatter", "mode": "lines", "x": epochs, "name": _("hidden words")}
    thin = {"y": values, "line": {"color": FLAME, "width": 1}, "opacity": 0.35, "hoverinfo": "skip"}
    where = _("epoch {epoch}").format(epoch="%{x:.2f}")
    hover = f"%{{y:.3f}}<extra>{where}</extra>"
    bold = {"y": running_mean(values), "line": {"color": FLAME, "width": 2.5}, "hovertemplate": hover}
    axes = {
        "xaxis": {"title": {"text": _("epochs of reading")}, "rangemode": "tozero"},
        "yaxis": {"title": {"text": _("loss")}, "rangemode": "tozero"},
    }
    figure = {"data": [{**trace, **thin}, {**trace, **bold}], "layout": layout(words, 190, showlegend=False, **axes)}
    figure["layout"]["margin"] |= {"t": 8}
    return until_measured(figure, words)
