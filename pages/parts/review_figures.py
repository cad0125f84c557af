"""The figures of a review as plotly.js takes them."""

from __future__ import annotations

from collections.abc import Sequence

from core.words import Words
from pages.parts.figures import BLUE, FLAME, GREY, Figure, layout


def threshold_histogram(bars: Sequence[int], threshold: float, title: str, words: Words) -> Figure:
    """How many pairs lie where; what is below the threshold is grey and hatched, the threshold a line."""
    _ = words.gettext
    width = 1 / len(bars)
    centres = [(place + 0.5) * width for place in range(len(bars))]
    kept = [centre >= threshold for centre in centres]
    trace = {
        "type": "bar",
        "x": centres,
        "y": list(bars),
        "width": width,
        "marker": {
            "color": [BLUE if is_kept else GREY for is_kept in kept],
            "pattern": {"shape": ["" if is_kept else "/" for is_kept in kept], "fgcolor": "$paper", "size": 5},
        },
        "hovertemplate": _("{count} pairs at about {share}").format(count="%{y:,d}", share="%{x:.0%}")
        + "<extra></extra>",
    }
    line = {"type": "line", "x0": threshold, "x1": threshold, "y0": 0, "y1": 1, "yref": "paper"}
    line["line"] = {"color": FLAME, "width": 3}
    axes = {
        "xaxis": {"title": {"text": title}, "range": [-0.005, 1.03], **_shares(words)},
        "yaxis": {"title": {"text": _("pairs")}, "rangemode": "tozero"},
    }
    figure = {"data": [trace], "layout": layout(words, 190, showlegend=False, shapes=[line], bargap=0, **axes)}
    figure["layout"]["margin"] |= {"t": 8}
    return figure


def dots_figure(
    dots: Sequence[tuple[int, float, float, str | None]], similarity: float, novelty: float, words: Words
) -> Figure:
    """Meaning against novelty, each dot a pair; its form says what was decided."""
    _ = words.gettext
    traces = []
    for decision, name, colour, symbol in (
        (None, _("to decide"), BLUE, "circle-open"),
        ("accepted", _("accepted"), BLUE, "circle"),
        ("rejected", _("rejected"), FLAME, "x"),
    ):
        some = [dot for dot in dots if dot[3] == decision]
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": f"{name} ({words.integer(len(some))})",
                "x": [max(dot[1], 0.0) for dot in some],
                "y": [dot[2] for dot in some],
                "customdata": [dot[0] for dot in some],
                "marker": {"color": colour, "symbol": symbol, "size": 8, "opacity": 0.9},
                "hovertemplate": _("meaning kept {meaning}, new {novelty}").format(
                    meaning="%{x:.0%}", novelty="%{y:.0%}"
                )
                + "<extra></extra>",
            }
        )
    lowest = min([max(dot[1], 0.0) for dot in dots] + [similarity])
    line = {"type": "line", "line": {"color": FLAME, "width": 2, "dash": "dot"}}
    lines = [
        {**line, "x0": similarity, "x1": similarity, "y0": 0, "y1": 1, "yref": "paper"},
        {**line, "y0": novelty, "y1": novelty, "x0": 0, "x1": 1, "xref": "paper"},
    ]
    axes = {
        "xaxis": {"title": {"text": _("meaning kept")}, "range": [lowest - 0.02, 1.02], **_shares(words, 1 - lowest)},
        "yaxis": {
            "title": {"text": _("novelty")},
            "rangemode": "tozero",
            **_shares(words, max(dot[2] for dot in dots)),
        },
    }
    return {"data": traces, "layout": layout(words, 420, showlegend=True, shapes=lines, hovermode="closest", **axes)}


def _shares(words: Words, span: float = 1.0) -> dict[str, object]:
    """Ticks of an axis as long as `span`, twentieths where there is room for them."""
    step = 5 if span <= 0.5 else 25
    ticks = [tick / 100 for tick in range(0, 101, step)]
    return {"tickvals": ticks, "ticktext": [words.percent(tick, 0) for tick in ticks]}
