"""The figures of the app as plotly.js takes them. Training and validation keep their two colours everywhere."""

from __future__ import annotations

from collections import Counter
from typing import Any

from core.train.tasks import Figure as TaskFigure
from core.words import NO_BREAK_SPACE, Words
from pages.parts.plain import unmarked

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
        "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": "$line", "activecolor": "$text"},
        "uirevision": "kept",
        "dragmode": "zoom",
    }
    for name in ("xaxis", "yaxis"):
        base[name] = {**axis, **more.pop(name, {})}
    if "title" in base["yaxis"]:
        # Else it touches the longest of the ticks.
        base["yaxis"]["title"] = {"standoff": 10, **base["yaxis"]["title"]}
    return base | more


def until_measured(figure: Figure, words: Words) -> Figure:
    """The figure; while it has no points, a sentence in place of axes that plotly would make up."""
    if any(value is not None for trace in figure["data"] for value in trace["y"]):
        return figure
    for name in ("xaxis", "yaxis"):
        figure["layout"][name] |= {"range": [0, 1], "showticklabels": False}
    said = {"text": words.gettext("Nothing measured yet"), "showarrow": False, "xref": "paper", "yref": "paper"}
    figure["layout"]["annotations"] = [said | {"x": 0.5, "y": 0.5}]
    return figure


def curves(points: list[dict[str, Any]], name: str, words: Words, title: str, *, in_percent: bool = False) -> Figure:
    """One metric against epochs: training and validation. points: those of a run's metrics.jsonl.

    The training loss of single batches jumps: it is drawn thin, and its running mean bold.
    """
    _ = words.gettext
    scale, unit = (100, f"{NO_BREAK_SPACE}%" if words.language == "fr" else "%") if in_percent else (1, "")
    traces = []
    for split, label, colour, mode in (
        ("train", _("training"), FLAME, "lines"),
        ("validation", _("validation"), BLUE, "lines+markers"),
    ):
        chosen = [point for point in points if point["split"] == split and point["name"] == name]
        where = _("{part}, epoch {epoch}").format(part=label, epoch="%{x:.2f}")
        trace = {
            "type": "scatter",
            "mode": mode,
            "name": label,
            "legendgroup": label,
            "x": [point["epoch"] for point in chosen],
            "y": [point["value"] * scale for point in chosen],
            "line": {"color": colour, "width": 2.5},
            "marker": {"size": 7},
            "hovertemplate": f"%{{y:.{1 if unit else 3}f}}{unit}<extra>{where}</extra>",
        }
        if split == "train" and chosen:
            raw = {"line": {"color": colour, "width": 1}, "opacity": 0.35, "showlegend": False, "hoverinfo": "skip"}
            traces.append({**trace, **raw, "hovertemplate": None})
            trace["y"] = running_mean(trace["y"])
        if chosen or split == "validation":
            traces.append(trace)
    # From the worst figure up to the best possible: no fixed range, which would take a new one for the end of a zoom.
    share: dict[str, Any] = {"autorangeoptions": {"include": scale}, "ticksuffix": unit}
    if name == "loss":
        share = {"rangemode": "tozero"}
    axes = {
        "xaxis": {"title": {"text": _("epochs")}, "rangemode": "tozero"},
        "yaxis": {"title": {"text": title}, **share},
    }
    return until_measured({"data": traces, "layout": layout(words, 320, showlegend=True, **axes)}, words)


def both_curves(points: list[dict[str, Any]], best: TaskFigure, words: Words) -> tuple[Figure, Figure]:
    """Loss, and the figure by which the task chooses the best weights."""
    _ = words.gettext
    score = curves(points, best.name, words, _(best.title), in_percent=best.in_percent)
    return curves(points, "loss", words, _("loss")), score


def running_mean(values: list[float]) -> list[float]:
    """Exponential mean over about a tenth of the curve, without the lag of its start."""
    keep = 1 - 1 / max(1.0, min(20.0, len(values) / 10))
    found, total, weight = [], 0.0, 0.0
    for value in values:
        total, weight = keep * total + value, keep * weight + 1
        found.append(total / weight)
    return found


def label_counts(counts: dict[str, int], words: Words) -> Figure:
    """Horizontal bars, the most frequent label on top."""
    ranked = dict(sorted(counts.items(), key=lambda pair: pair[1]))
    return bars(ranked, [words.integer(count) for count in ranked.values()], words, words.gettext("rows"))


def probability_bars(shares: dict[str, float], words: Words, most: int = 12) -> Figure:
    """The likeliest labels, the best on top and in flame."""
    ranked = dict(sorted(shares.items(), key=lambda pair: pair[1])[-most:])
    figure = bars(ranked, [words.percent(share, 2) for share in ranked.values()], words, words.gettext("probability"))
    ticks = [0, 0.25, 0.5, 0.75, 1]
    figure["layout"]["xaxis"] |= {
        "range": [0, 1.12],
        "tickvals": ticks,
        "ticktext": [words.percent(tick, 0) for tick in ticks],
    }
    figure["data"][0]["marker"] = {"color": [GREY] * (len(ranked) - 1) + [FLAME]}
    return figure


def bars(values: dict[str, float] | dict[str, int], said: list[str], words: Words, title: str) -> Figure:
    """values: bottom to top; said: what stands at the end of each bar."""
    trace = {
        "type": "bar",
        "orientation": "h",
        "x": list(values.values()),
        "y": _cut_all(list(values)),
        "customdata": [unmarked(name) for name in values],
        "text": said,
        "textposition": "outside",
        "cliponaxis": False,
        "marker": {"color": BLUE},
        "hovertemplate": f"%{{customdata}}{words.colon} %{{text}}<extra></extra>",
    }
    axes = {"xaxis": {"title": {"text": title}}, "yaxis": {"type": "category", "dtick": 1, "showgrid": False}}
    figure = {
        "data": [trace],
        "layout": layout(words, min(70 + 26 * max(len(values), 2), 2200), showlegend=False, **axes),
    }
    figure["layout"]["margin"] |= {"t": 8, "r": 60}
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
        "hovertemplate": _("{rows} rows of about {tokens} word pieces").format(rows="%{y:,d}", tokens="%{x:,d}")
        + "<extra></extra>",
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
    names = _cut_all(labels, 22)
    trace = {
        "type": "heatmap",
        "x": names,
        "y": names,
        "z": [[count / total for count in row] for row, total in zip(counts, totals, strict=True)],
        "text": [[words.integer(count) if count else "" for count in row] for row in counts],
        "zmin": 0,
        "zmax": 1,
        # Opaque, or plotly reckons the contrast of the counts against white, in the dark theme too.
        "colorscale": [[0, "$paper"], [1, BLUE]],
        "showscale": False,
        "xgap": 1,
        "ygap": 1,
        "hovertemplate": _("true: {true}<br>predicted: {predicted}").format(true="%{y}", predicted="%{x}")
        + "<br>%{text} (%{z:.0%})<extra></extra>",
    }
    if len(labels) <= 20:
        trace |= {"texttemplate": "%{text}", "textfont": {"size": 12}}
    category = {"showgrid": False, "type": "category", "dtick": 1}
    if len(labels) > 40:
        category["tickfont"] = {"size": 9}
    axes = {
        "xaxis": {"title": {"text": _("predicted label")}, "tickangle": -45, **category},
        "yaxis": {"title": {"text": _("true label"), "standoff": 12}, "autorange": "reversed", **category},
    }
    lines = {"plot_bgcolor": "$line"}  # seen through the gaps between the cells
    return {"data": [trace], "layout": layout(words, min(max(220 + 30 * len(labels), 340), 1500), **lines, **axes)}


def _cut_all(names: list[str], width: int = 38) -> list[str]:
    """Names short enough for an axis, still all different."""
    found: list[str] = []
    for name in names:
        cut = name if len(name) <= width else name[: width - 1] + "…"
        while cut in found:
            cut += "\u200b"
        found.append(cut)
    return [unmarked(name) for name in found]
