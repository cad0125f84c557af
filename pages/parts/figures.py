"""The figures of the app as plotly.js takes them. Training and validation keep their two colours everywhere."""

from __future__ import annotations

from collections import Counter
from typing import Any

from core.words import NO_BREAK_SPACE, Words

BLUE = "#2F6DB5"
FLAME = "#C8741A"
GREY = "#8A8F9C"

Figure = dict[str, Any]


def layout(words: Words, height: int, **more: Any) -> dict[str, Any]:
    """What all figures share: the theme's ink on no background, and the language's separators."""
    axis = {"gridcolor": "$line", "zerolinecolor": "$line", "linecolor": "$line", "automargin": True}
    base: dict[str, Any] = {
        "height": height,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {
            "color": "$text",
            "size": 13,
            "family": "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif",
        },
        "margin": {"l": 10, "r": 16, "t": 34, "b": 10},
        "separators": f",{NO_BREAK_SPACE}" if words.language == "fr" else ".,",
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "xanchor": "left", "yanchor": "bottom"},
        "hoverlabel": {"bgcolor": "$paper", "font": {"color": "$text"}},
        "uirevision": "kept",
        "dragmode": "zoom",
    }
    for name in ("xaxis", "yaxis"):
        base[name] = {**axis, **more.pop(name, {})}
    return base | more


def curves(points: list[dict[str, Any]], name: str, words: Words, title: str) -> Figure:
    """One metric against epochs: training and validation. points: those of a run's metrics.jsonl."""
    _ = words.gettext
    traces = []
    for split, label, colour, mode in (
        ("train", _("training"), FLAME, "lines"),
        ("validation", _("validation"), BLUE, "lines+markers"),
    ):
        chosen = [point for point in points if point["split"] == split and point["name"] == name]
        if chosen or split == "validation":
            traces.append(
                {
                    "type": "scatter",
                    "mode": mode,
                    "name": label,
                    "x": [point["epoch"] for point in chosen],
                    "y": [point["value"] for point in chosen],
                    "line": {"color": colour, "width": 2.5},
                    "marker": {"size": 7},
                    "hovertemplate": "%{y:.3f}<extra>" + label + ", " + _("epoch") + " %{x:.2f}</extra>",
                }
            )
    share = {"range": [0, 1.02], "tickformat": ".0%"} if name != "loss" else {"rangemode": "tozero"}
    return {
        "data": traces,
        "layout": layout(
            words,
            320,
            xaxis={"title": {"text": _("epochs")}, "rangemode": "tozero"},
            yaxis={"title": {"text": title}, **share},
            showlegend=True,
        ),
    }


def label_counts(counts: dict[str, int], words: Words) -> Figure:
    """Horizontal bars, the most frequent label on top."""
    ranked = sorted(counts.items(), key=lambda pair: pair[1])
    return _bars([name for name, _ in ranked], [count for _, count in ranked], words, words.gettext("rows"), ",d")


def probability_bars(shares: dict[str, float], words: Words, most: int = 12) -> Figure:
    """The likeliest labels, the best on top."""
    ranked = sorted(shares.items(), key=lambda pair: pair[1])[-most:]
    figure = _bars(
        [name for name, _ in ranked], [share for _, share in ranked], words, words.gettext("probability"), ".1%"
    )
    figure["layout"]["xaxis"] |= {"range": [0, 1.12], "tickformat": ".0%", "tickvals": [0, 0.25, 0.5, 0.75, 1]}
    figure["data"][0]["marker"]["color"] = [GREY] * (len(ranked) - 1) + [FLAME]
    return figure


def _bars(names: list[str], values: list[float], words: Words, title: str, form: str) -> Figure:
    trace = {
        "type": "bar",
        "orientation": "h",
        "x": values,
        "y": [_cut(name) for name in names],
        "customdata": names,
        "texttemplate": f"%{{x:{form}}}",
        "textposition": "outside",
        "cliponaxis": False,
        "marker": {"color": BLUE},
        "hovertemplate": f"%{{customdata}} : %{{x:{form}}}<extra></extra>",
    }
    height = min(70 + 26 * max(len(names), 2), 2200)
    axes = {"xaxis": {"title": {"text": title}}, "yaxis": {"type": "category", "dtick": 1}}
    figure = {"data": [trace], "layout": layout(words, height, showlegend=False, **axes)}
    figure["layout"]["margin"]["t"] = 8
    figure["layout"]["margin"]["r"] = 60
    return figure


def length_histogram(tokens: list[int], longest: int, words: Words) -> Figure:
    """How long the inputs are, in word pieces; what lies beyond the longest input kept is drawn in flame."""
    _ = words.gettext
    width = max(1, -(-max(tokens, default=1) // 60))
    bins = Counter(length // width for length in tokens)
    places = sorted(bins)
    centres = [(place + 0.5) * width for place in places]
    colours = [BLUE if (place + 1) * width <= longest + width / 2 else FLAME for place in places]
    trace = {
        "type": "bar",
        "x": centres,
        "y": [bins[place] for place in places],
        "width": width,
        "marker": {"color": colours},
        "hovertemplate": "%{y:,d} " + _("rows") + ", ≈ %{x:,d} " + _("word pieces") + "<extra></extra>",
    }
    line = {
        "type": "line",
        "x0": longest,
        "x1": longest,
        "y0": 0,
        "y1": 1,
        "yref": "paper",
        "line": {"color": "$text", "width": 2, "dash": "dot"},
    }
    note = {
        "x": longest,
        "y": 1,
        "yref": "paper",
        "yanchor": "bottom",
        "text": _("longest input kept"),
        "showarrow": False,
    }
    axes = {
        "xaxis": {"title": {"text": _("word pieces")}, "rangemode": "tozero"},
        "yaxis": {"title": {"text": _("rows")}},
    }
    return {
        "data": [trace],
        "layout": layout(words, 240, showlegend=False, shapes=[line], annotations=[note], bargap=0, **axes),
    }


def confusion_matrix(counts: list[list[int]], labels: list[str], words: Words) -> Figure:
    """True labels down, predicted labels across; each cell coloured by its share of its row, with its count when legible."""
    _ = words.gettext
    totals = [max(sum(row), 1) for row in counts]
    shares = [[count / total for count in row] for row, total in zip(counts, totals, strict=True)]
    names = [_cut(label, 22) for label in labels]
    unique = names if len(set(names)) == len(names) else labels
    size = len(labels)
    trace = {
        "type": "heatmap",
        "x": unique,
        "y": unique,
        "z": shares,
        "customdata": counts,
        "zmin": 0,
        "zmax": 1,
        "colorscale": [[0, "rgba(47,109,181,0.04)"], [1, BLUE]],
        "showscale": False,
        "xgap": 1,
        "ygap": 1,
        "hovertemplate": _("true")
        + " : %{y}<br>"
        + _("predicted")
        + " : %{x}<br>%{customdata:,d} (%{z:.0%})<extra></extra>",
    }
    if size <= 20:
        trace |= {"texttemplate": "%{customdata}", "textfont": {"size": 12}}
    category = {"showgrid": False, "type": "category", "dtick": 1}
    axes = {
        "xaxis": {"title": {"text": _("predicted label")}, "tickangle": -45, **category},
        "yaxis": {"title": {"text": _("true label")}, "autorange": "reversed", **category},
    }
    figure = {"data": [trace], "layout": layout(words, min(max(220 + 30 * size, 340), 1500), **axes)}
    if size > 40:
        for axis in ("xaxis", "yaxis"):
            figure["layout"][axis]["tickfont"] = {"size": 9}
    return figure


def _cut(text: str, width: int = 38) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
