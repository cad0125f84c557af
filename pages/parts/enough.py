"""Is it enough? The rows on the scale of their kind of task, in words, and what would help most."""

from __future__ import annotations

import math
from typing import Any

import streamlit as st

from core.data.enough import ADVICE, KINDS, START_WITHOUT_LABELS, VERDICTS, Volume
from core.words import Words
from pages.parts.chart import chart
from pages.parts.figures import BLUE, FLAME, GREY, layout
from pages.parts.look import quiet
from pages.parts.plain import plain


def show_volume(volume: Volume, words: Words) -> None:
    _ = words.gettext
    st.header(_("Is it enough?"))
    is_start = volume.smallest is None and volume.verdict == "start"
    st.markdown(f"**{_(START_WITHOUT_LABELS if is_start else VERDICTS[volume.verdict])}**")
    said = (
        _("{rows} that say something of their own: a {kind} task, which goes well from about {low} rows on.")
        if volume.smallest is None
        else _(
            "{rows} that say something of their own, {labels}: a {kind} task, which goes well from about {low} rows on."
        )
    )
    facts = {
        "rows": words.ngettext("{count} row", "{count} rows", volume.rows),
        "labels": words.ngettext("{count} label", "{count} labels", volume.labels),
        "kind": _(KINDS[volume.kind]),
        "low": words.integer(volume.low),
    }
    st.markdown(said.format(**facts))
    shown = []
    if volume.smallest is not None:
        label, least = volume.smallest
        fewest = _("The smallest label, “{label}”, has {rows}.")
        shown.append(fewest.format(label=label, rows=words.ngettext("{count} row", "{count} rows", least)))
    if volume.variety is not None:
        varied = _("Of a thousand pairs of neighbouring words, {share} are different.")
        shown.append(varied.format(share=words.percent(volume.variety, 0)))
    if shown:
        quiet(" ".join(shown))
    chart(gauge(volume, words), words, key="volume", alt=said.format(**facts))
    if volume.advice:
        st.markdown("\n".join(f"- {_advice(code, facts, words)}" for code, facts in volume.advice))


def gauge(volume: Volume, words: Words) -> dict[str, Any]:
    """A logarithmic scale with the rows on it: each step of the verdict has its stretch."""
    _ = words.gettext
    borders = [volume.low / 100, volume.low / 10, volume.low, volume.high, volume.high * 10]
    stretches = [(FLAME, 0.35), (GREY, 0.25), (BLUE, 0.3), (BLUE, 0.55)]
    shapes = [
        {"type": "rect", "x0": left, "x1": right, "y0": -0.5, "y1": 0.5, "fillcolor": colour, "opacity": strength, "line": {"width": 0}, "layer": "below"}
        for left, right, (colour, strength) in zip(borders, borders[1:], stretches, strict=False)
    ]  # fmt: skip
    rows = min(max(volume.rows, borders[0]), borders[-1])
    trace = {
        "type": "scatter",
        "mode": "markers",
        "x": [rows],
        "y": [0],
        "marker": {"symbol": "diamond", "size": 18, "color": "$text"},
        "hovertemplate": words.ngettext("{count} row", "{count} rows", volume.rows) + "<extra></extra>",
    }
    axes = {
        "xaxis": {
            "type": "log",
            "range": [math.log10(borders[0]), math.log10(borders[-1])],
            "tickvals": borders[1:-1],
            "ticktext": [words.integer(round(border)) for border in borders[1:-1]],
            "title": {"text": _("rows")},
            "showgrid": False,
        },
        "yaxis": {"visible": False, "range": [-0.6, 0.6], "fixedrange": True},
    }
    return {"data": [trace], "layout": layout(words, 130, showlegend=False, shapes=shapes, **axes)}


def _advice(code: str, facts: dict[str, object], words: Words) -> str:
    shown = {
        name: words.integer(fact) if isinstance(fact, int) else words.percent(fact, 0) if isinstance(fact, float) else plain(str(fact))
        for name, fact in facts.items()
    }  # fmt: skip
    return words.gettext(ADVICE[code]).format(**shown)
