"""Figures of tasks other than one label a row: numbers on their scale, and labels with the threshold from which each applies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from core.words import Words
from pages.parts.figures import BLUE, FLAME, GREY, Figure, bars, layout

BINS = 40
"""Bars of a histogram, at most."""
DRAWN = 3000
"""Points of a scatter, at most: evenly taken."""


def number_histogram(numbers: Sequence[float], words: Words) -> Figure:
    """How the numbers of a table are spread: each for itself where there are few different ones."""
    _ = words.gettext
    low, high = min(numbers), max(numbers)
    if len(set(numbers)) <= BINS:
        counts = Counter(numbers)
        centres, width = sorted(counts), None
        rows = [counts[centre] for centre in centres]
    else:
        width = (high - low) / BINS
        binned = Counter(min(int((number - low) / width), BINS - 1) for number in numbers)
        centres = [low + (place + 0.5) * width for place in range(BINS)]
        rows = [binned[place] for place in range(BINS)]
    trace: dict[str, Any] = {
        "type": "bar",
        "x": centres,
        "y": rows,
        "marker": {"color": BLUE},
        "hovertemplate": "%{x:.4~g}<br>" + _("{rows} rows").format(rows="%{y:,d}") + "<extra></extra>",
    }
    if width is not None:
        trace["width"] = width
    axes = {"xaxis": {"title": {"text": _("number to learn")}}, "yaxis": {"title": {"text": _("rows")}}}
    return {"data": [trace], "layout": layout(words, 240, showlegend=False, bargap=0.1, **axes)}


def threshold_bars(
    shares: Mapping[str, float], thresholds: Mapping[str, float], words: Words, most: int = 20
) -> Figure:
    """The likeliest labels; in flame those that apply. The line across each bar is its threshold."""
    _ = words.gettext
    above = {label: share - thresholds[label] for label, share in shares.items()}
    ranked = sorted(shares, key=lambda label: (above[label] >= 0, shares[label]))[-most:]
    values = {label: shares[label] for label in ranked}
    figure = bars(values, [words.percent(share) for share in values.values()], words, _("probability"))
    figure["data"][0]["marker"] = {"color": [FLAME if above[label] >= 0 else GREY for label in ranked]}
    figure["layout"]["shapes"] = [
        {
            "type": "line",
            "x0": thresholds[label],
            "x1": thresholds[label],
            "y0": place - 0.42,
            "y1": place + 0.42,
            "line": {"color": "$text", "width": 2},
        }
        for place, label in enumerate(ranked)
    ]
    ticks = [0, 0.25, 0.5, 0.75, 1]
    said = {"range": [0, 1.12], "tickvals": ticks, "ticktext": [words.percent(tick, 0) for tick in ticks]}
    figure["layout"]["xaxis"] |= said
    return figure


def scale_gauge(number: float, scale: tuple[float, float], words: Words) -> Figure:
    """A number between the bounds of its scale."""
    low, high = scale
    trace = {
        "type": "scatter",
        "mode": "markers",
        "x": [number],
        "y": [0],
        "marker": {"symbol": "diamond", "size": 18, "color": FLAME},
        "hovertemplate": f"{words.decimal(number, 2)}<extra></extra>",
    }
    line = {"type": "line", "x0": low, "x1": high, "y0": 0, "y1": 0, "line": {"color": BLUE, "width": 6}, "layer": "below"}  # fmt: skip
    margin = 0.04 * (high - low)
    axes = {
        "xaxis": {"range": [low - margin, high + margin], "showgrid": False, "zeroline": False, "fixedrange": True},
        "yaxis": {"visible": False, "range": [-1, 1], "fixedrange": True},
    }
    figure = {"data": [trace], "layout": layout(words, 110, showlegend=False, shapes=[line], **axes)}
    figure["layout"]["margin"] |= {"t": 8}
    return figure


def scatter(true: Sequence[float], predicted: Sequence[float], scale: tuple[float, float], words: Words) -> Figure:
    """Each row of a part: the number that it has across, the one that the model gives it up; on the line both are the same."""
    _ = words.gettext
    step = -(-len(true) // DRAWN)
    trace = {
        "type": "scattergl" if len(true) > 500 else "scatter",
        "mode": "markers",
        "x": list(true[::step]),
        "y": list(predicted[::step]),
        "marker": {"color": BLUE, "size": 6, "opacity": 0.45},
        "hovertemplate": _("true: {true}<br>predicted: {predicted}").format(true="%{x:.3~g}", predicted="%{y:.3~f}")
        + "<extra></extra>",
    }
    low, high = scale
    line = {"type": "line", "x0": low, "y0": low, "x1": high, "y1": high, "line": {"color": FLAME, "width": 2}}
    margin = 0.03 * (high - low)
    bounds = {"range": [low - margin, high + margin], "zeroline": False}
    axes = {
        "xaxis": {"title": {"text": _("true number")}, **bounds},
        "yaxis": {"title": {"text": _("predicted number")}, **bounds},
    }
    return {"data": [trace], "layout": layout(words, 420, showlegend=False, shapes=[line], **axes)}
