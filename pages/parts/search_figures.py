"""The figures of a search as plotly.js takes them. Built here: optuna's own would bring plotly's Python into every page."""

from __future__ import annotations

from html import escape

from core.jobs.search_words import TRIAL_STATES, figure_title, score_words, value_words
from core.store.search import Search, SearchRecord
from core.train.search_space import DIMENSIONS
from core.train.tasks import task_of
from core.words import NO_BREAK_SPACE, Words
from pages.parts.figures import BLUE, FLAME, GREY, Figure, layout, until_measured


def best_html(search: Search, words: Words, *, is_over: bool = False) -> str:
    """The best trial so far, or of all, and its settings."""
    _ = words.gettext
    record, best = search.record(), search.findings().best
    if best is None:
        nothing = _("No trial has come to its end yet.")
        return f"<p class='quiet'>{escape(nothing)}</p>"
    with_values = " · ".join(_about(name, value, words) for name, value in best.values.items())
    said = _("Best so far: {score} ({figure}, validation), trial {place}")
    if is_over:
        said = _("The best: {score} ({figure}, validation), trial {place}")
    said = said.format(
        score=score_words(record, best.score, words), figure=figure_title(record, words), place=best.place + 1
    )
    return f"<p><b>{escape(said)}</b><br><span class='quiet'>{escape(with_values)}</span></p>"


def _about(name: str, value: float, words: Words) -> str:
    return f"{words.gettext(DIMENSIONS[name].title)}{words.colon} {value_words(name, value, words)}"


def trials_figure(search: Search, words: Words) -> Figure:
    """Each trial a dot, its form what became of it; the line is the best so far."""
    _ = words.gettext
    record, lines = search.record(), search.findings().trials
    measured = [line for line in lines if line.score is not None]
    scale, unit = _scale(record, words)
    traces = []
    for state, colour, symbol in (
        ("done", BLUE, "circle"),
        ("pruned", GREY, "x"),
        ("cut", GREY, "square-open"),
        ("running", FLAME, "circle-open"),
    ):
        some = [line for line in measured if line.state == state]
        if not some:
            continue
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": _(TRIAL_STATES[state]),
                "x": [line.place + 1 for line in some],
                "y": [scale * (line.score or 0.0) for line in some],
                "text": ["<br>".join(_about(*pair, words) for pair in line.values.items()) for line in some],
                "marker": {"color": colour, "symbol": symbol, "size": 10, "line": {"width": 2, "color": colour}},
                "hovertemplate": _("trial {place}").format(place="%{x}")
                + f"<br><b>%{{y:.{1 if unit else 3}f}}{unit}</b><br>%{{text}}<extra></extra>",
            }
        )
    best, reached = [], float("-inf")
    for line in lines:
        if line.state == "done" and line.score is not None:
            reached = max(reached, scale * line.score)
        best.append((line.place + 1, reached if reached > float("-inf") else None))
    line_of_best = {
        "type": "scatter",
        "mode": "lines",
        "name": _("best so far"),
        "x": [place for place, _score in best],
        "y": [score for _place, score in best],
        "line": {"color": FLAME, "width": 2.5, "shape": "hv"},
        "hoverinfo": "skip",
    }
    most = max([record.trials or 0, len(lines), 2])
    ticks = {"tickformat": ",d", "tick0": 1, "dtick": max(1, round(most / 10))}
    axes = {
        "xaxis": {"title": {"text": _("trial")}, "range": [0.5, most + 0.5], **ticks},
        "yaxis": {"title": {"text": figure_title(record, words)}, "ticksuffix": unit},
    }
    figure = {"data": [line_of_best, *traces], "layout": layout(words, 320, showlegend=True, **axes)}
    return until_measured(figure, words)


def trial_curve(search: Search, words: Words) -> Figure:
    """The figure that is searched for, over the epochs of the newest trial."""
    _ = words.gettext
    record, lines = search.record(), search.findings().trials
    figure = task_of(record.run.roles).best.name
    found = search.trial(lines[-1].place).metrics() if lines else []
    points = [point for point in found if (point["split"], point["name"]) == ("validation", figure)]
    scale, unit = _scale(record, words)
    trace = {
        "type": "scatter",
        "mode": "lines+markers",
        "x": [point["epoch"] for point in points],
        "y": [scale * point["value"] for point in points],
        "line": {"color": BLUE, "width": 2.5},
        "marker": {"size": 7},
        "hovertemplate": f"%{{y:.{1 if unit else 3}f}}{unit}<extra></extra>",
    }
    axes = {
        "xaxis": {"title": {"text": _("epochs")}, "rangemode": "tozero"},
        "yaxis": {"title": {"text": figure_title(record, words)}, "ticksuffix": unit},
    }
    return until_measured({"data": [trace], "layout": layout(words, 320, showlegend=False, **axes)}, words)


def _scale(record: SearchRecord, words: Words) -> tuple[float, str]:
    """What a score is multiplied with to be shown, and the sign behind it."""
    if not task_of(record.run.roles).best.in_percent:
        return 1.0, ""
    return 100.0, f"{NO_BREAK_SPACE}%" if words.language == "fr" else "%"


def importance_figure(importance: dict[str, float], words: Words) -> Figure:
    """How much each setting explains, the most important on top and in flame."""
    ranked = sorted(importance.items(), key=lambda pair: pair[1])
    trace = {
        "type": "bar",
        "orientation": "h",
        "x": [share for _name, share in ranked],
        "y": [words.gettext(DIMENSIONS[name].title) for name, _share in ranked],
        "text": [words.percent(share, 0) for _name, share in ranked],
        "textposition": "outside",
        "cliponaxis": False,
        "marker": {"color": [BLUE] * (len(ranked) - 1) + [FLAME]},
        "hovertemplate": f"%{{y}}{words.colon} %{{text}}<extra></extra>",
    }
    ticks = [0, 0.25, 0.5, 0.75, 1]
    axes = {
        "xaxis": {"range": [0, 1.12], "tickvals": ticks, "ticktext": [words.percent(tick, 0) for tick in ticks]},
        "yaxis": {"type": "category", "showgrid": False},
    }
    return {"data": [trace], "layout": layout(words, 80 + 44 * len(ranked), showlegend=False, **axes)}
