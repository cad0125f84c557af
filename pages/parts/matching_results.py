"""How questions found their texts: at which rank the right one came, and the questions that were farthest off."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.store.run import Run
from core.train.matching_edges import EDGES
from core.words import Words
from pages.parts.chart import chart
from pages.parts.figures import BLUE, FLAME, Figure, layout
from pages.parts.look import quiet
from pages.parts.sheet import sheet

SHOWN = 20
"""Questions of the table of the worst."""
FEW = 4
"""So many stand in full on the page."""
CUT = 160
"""Characters of a text that are shown there."""


def show_matching(run: Run, part: str, figures: dict[str, Any], words: Words) -> None:
    """part: the one that was measured."""
    _ = words.gettext
    st.header(_("Where the right text came"))
    quiet(
        _(
            "Each question was compared with {texts} different texts of this part; among more of them, a text is harder to find. "
            "AUC and accuracy: of as many wrong pairs as right ones, half of the wrong texts by chance, half with many words in common."
        ).format(texts=words.integer(figures["texts"]))
    )
    first = figures["ranks"][0]
    alt = _("Bar chart of the questions by the rank of their text: {first} of {rows} found it first.").format(
        first=words.integer(first), rows=words.integer(figures["rows"])
    )
    chart(rank_bars(figures["ranks"], words), words, key=f"ranks_{run.id}", alt=alt)
    if (run.folder / "predictions.parquet").exists():
        _worst(run, part, words)


def rank_bars(counts: list[int], words: Words) -> Figure:
    """counts: questions by the rank of their text, as core.train.matching_metrics.histogram gives them. In flame: found first."""
    _ = words.gettext
    ranks = [
        *(
            words.integer(last) if last == before + 1 else f"{words.integer(before + 1)}–{words.integer(last)}"
            for before, last in zip((0, *EDGES), EDGES, strict=False)
        ),
        f"> {words.integer(EDGES[-1])}",
    ]
    trace = {
        "type": "bar",
        "x": ranks,
        "y": counts,
        "text": [words.integer(count) if count else "" for count in counts],
        "textposition": "outside",
        "cliponaxis": False,
        "marker": {"color": [FLAME] + [BLUE] * (len(counts) - 1)},
        "hovertemplate": _("rank {rank}").format(rank="%{x}") + f"{words.colon} %{{y:,d}}<extra></extra>",
    }
    axes = {
        "xaxis": {"title": {"text": _("rank of the right text")}, "type": "category", "showgrid": False},
        "yaxis": {"title": {"text": _("questions")}},
    }
    return {"data": [trace], "layout": layout(words, 280, showlegend=False, bargap=0.25, **axes)}


def _worst(run: Run, part: str, words: Words) -> None:
    _ = words.gettext
    examples = run.examples().set_index("id")
    predictions = run.predictions()
    rows = predictions[(predictions["part"] == part) & (predictions["rank"] > 1)]
    rows = rows.sort_values("rank", ascending=False, kind="stable").head(SHOWN)
    st.header(_("The questions farthest off"))
    if not len(rows):
        st.markdown(_("Every question found its text first."))
        return
    lines = [
        [
            str(examples.loc[row.id, "question"]),
            _cut(examples.loc[row.id, "text"]),
            words.integer(round(row.rank)),
            words.percent(row.probability),
            _cut(examples.loc[row.predicted, "text"]),
            words.percent(row.first_probability),
        ]
        for row in rows.itertuples()
    ]
    columns = [
        _("Question"),
        _("Its text"),
        _("Rank"),
        _("Probability"),
        _("What came first"),
        _("Its probability"),
    ]
    with st.container(height=560 if len(lines) > FEW else "content", border=False):
        sheet(columns, lines, numbers=frozenset({2, 3, 5}))
    quiet(
        _(
            "Not every one is a mistake: another text may answer a question as well. Read a few: questions that name nothing of their text "
            "(“How many were there?”) cannot find it."
        )
    )


def _cut(text: str) -> str:
    return text if len(text) <= CUT else text[: CUT - 1] + "…"
