"""Parallel coordinates of a search: a line a trial through an axis a setting, up to what it reached.

Drawn as ordinary lines: plotly's own kind needs WebGL, has no hover, and knows nothing of the theme's colours.
"""

from __future__ import annotations

import math
from textwrap import wrap
from typing import Any

from core.jobs.search_words import figure_title, score_words, value_words
from core.store.search import Search, TrialLine
from core.train.search_space import DIMENSIONS
from core.words import Words
from pages.parts.figures import BLUE, FLAME, GREY, Figure, layout

SHADES = ("#A9C6E8", "#7AA6D9", "#4F87C7", BLUE, "#1F4E86")
"""From the worst fifth of the scores to the best: lightness alone tells them apart, whatever colours one sees."""


def parallel_figure(search: Search, words: Words) -> Figure:
    """Trials that were let to their end, the best in flame; those given up, thin and grey, end before the last axis: what they had
    reached half-way compares with nothing there."""
    _ = words.gettext
    record, findings = search.record(), search.findings()
    lines = [line for line in findings.trials if line.score is not None and line.state != "running"]
    best = findings.best
    scores = [line.score for line in lines if line.score is not None and line.state == "done"]
    lowest, highest = min(scores, default=0.0), max(scores, default=1.0)
    names = list(record.space)

    def height(line: TrialLine) -> float:
        assert line.score is not None
        return (line.score - lowest) / (highest - lowest) if highest > lowest else 0.5

    traces = []
    for line in sorted(lines, key=lambda each: (each is best, each.state == "done", each.score)):
        is_best = best is not None and line.place == best.place
        said = [
            f"{_(DIMENSIONS[name].title)}{words.colon} {value_words(name, line.values[name], words)}" for name in names
        ]
        said.append(f"{figure_title(record, words)}{words.colon} {score_words(record, line.score, words)}")
        is_done = line.state == "done"
        shade = SHADES[min(len(SHADES) - 1, int(height(line) * len(SHADES)))] if is_done else GREY
        colour = FLAME if is_best else shade
        stroke: dict[str, Any] = {"color": colour, "width": 4 if is_best else 2 if is_done else 1}
        traces.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "x": list(range(len(names) + is_done)),
                "y": [*(place_on(name, record.space[name], line.values[name]) for name in names), height(line)][
                    : len(names) + is_done
                ],
                "line": stroke if is_done else {**stroke, "dash": "dot"},
                "marker": {"size": 6, "color": colour},
                "hovertemplate": _("trial {place}").format(place=line.place + 1)
                + "<br>"
                + "<br>".join(said)
                + "<extra></extra>",
            }
        )
    ends = [tuple(value_words(name, value, words) for value in record.space[name]) for name in names]
    ends.append((score_words(record, lowest, words), score_words(record, highest, words)))
    notes = [
        {"x": place, "y": y, "text": text, "showarrow": False, "yanchor": anchor, "yshift": shift}
        for place, (low, high) in enumerate(ends)
        for y, text, anchor, shift in ((0, low, "top", -8), (1, high, "bottom", 8))
    ]
    rules = [
        {"type": "line", "x0": place, "x1": place, "y0": 0, "y1": 1, "line": {"color": "$text", "width": 1}}
        for place in range(len(ends))
    ]
    titles = [*(_(DIMENSIONS[name].title) for name in names), figure_title(record, words)]
    axes = {
        "xaxis": {
            "range": [-0.35, len(names) + 0.35],
            "tickvals": list(range(len(titles))),
            "ticktext": ["<br>".join(wrap(title, 12, break_long_words=False)) for title in titles],
            "tickangle": 0,
            "showgrid": False,
            "zeroline": False,
        },
        "yaxis": {"visible": False, "range": [-0.14, 1.14], "zeroline": False},
    }
    more = {"annotations": notes, "shapes": rules, "hovermode": "closest"}
    return {"data": traces, "layout": layout(words, 380, showlegend=False, **more, **axes)}


def place_on(name: str, pair: tuple[float, float], value: float) -> float:
    """Where a value stands between its bounds, in [0, 1]."""
    low, high = pair
    if DIMENSIONS[name].is_log:
        low, high, value = math.log(low), math.log(high), math.log(value)
    return (value - low) / (high - low)
