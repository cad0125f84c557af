"""What a model that learns to ask has written: about the same rows as it learns, and about the rows of the test when it is over."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.models.choice import ModelChoice
from core.models.outlook import writes_modestly
from core.store.run import Run
from core.words import NO_BREAK_SPACE, Words
from pages.parts.look import quiet
from pages.parts.sheet import sheet, sheet_html

if TYPE_CHECKING:
    import pandas as pd

CUT = 220
"""Characters of a text that are shown."""
STAGES = 4
"""Moments of the training that are shown."""
SHOWN = 12
"""Rows of the test that are shown, the best first, then the worst."""


def samples_html(samples: list[dict[str, Any]], words: Words) -> str:
    """One sheet a text: the true question, then what was written at moments spread over the training, the newest last."""
    _ = words.gettext
    if not samples:
        nothing = escape(_("Nothing is written yet."))
        return f"<p class='quiet'>{nothing}</p>"
    found = []
    for text in dict.fromkeys(sample["text"] for sample in samples):
        own = [sample for sample in samples if sample["text"] == text]
        rows = [[_("yours"), own[0]["question"]]]
        for sample in _spread(own):
            moment = _("epoch {epoch}").format(epoch=words.decimal(sample["epoch"], 1)).replace(" ", NO_BREAK_SPACE)
            rows.append([moment, sample["written"] or _("(nothing)")])
        found.append(
            f"<p>{escape(_cut(text))}</p>"
            + sheet_html([escape(_("When")), escape(_("Question"))], rows, whole=frozenset({0}))
        )
    return "".join(found)


def _spread(samples: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first, the last, and some between."""
    last = len(samples) - 1
    places = sorted({round(last * part / (STAGES - 1)) for part in range(STAGES)})
    return [samples[place] for place in places]


def _cut(text: str) -> str:
    return text if len(text) <= CUT else text[: CUT - 1] + "…"


def say_if_modest(model: ModelChoice, project_id: str, words: Words) -> None:
    """What to expect of a model that asks questions: before the training, beside its figures, and where it is tried."""
    if writes_modestly(model, project_id):
        quiet(
            words.gettext(
                "A small model writes modest questions: it has to learn to write from your rows alone. Larger ones from the hub that "
                "write by themselves (barthez, mT5) do better, and take longer."
            )
        )


def show_written(run: Run, words: Words) -> None:
    """Of a training that is over: true questions beside those written, the best first, then the worst."""
    _ = words.gettext
    result = run.result() or {}
    if "test" not in result and "validation" not in result:
        return
    st.header(_("What it asks"))
    say_if_modest(ModelChoice(kind="run", name=run.id), run.project_id, words)
    if not (run.folder / "predictions.parquet").exists():
        st.html(samples_html(run.samples(), words))
        return
    part = "test" if "test" in result else "validation"
    predictions = run.predictions()
    frame = predictions[predictions["part"] == part].merge(run.examples()[["id", "text", "question"]], on="id")
    written_sheet(frame, words)


def written_sheet(frame: pd.DataFrame, words: Words) -> None:
    """The questions most like the true ones, then the least. frame: text, question, predicted, chrf."""
    _ = words.gettext
    ranked = frame.sort_values("chrf", ascending=False)
    half = SHOWN // 2
    chosen = ranked if len(ranked) <= SHOWN else ranked.iloc[[*range(half), *range(-half, 0)]]
    rows = [
        [_cut(row.text), row.question, row.predicted or _("(nothing)"), words.decimal(row.chrf, 0)]
        for row in chosen.itertuples()
    ]
    sheet([_("Text"), _("Your question"), _("Its question"), _("chrF")], rows, numbers=frozenset({3}))
    if len(ranked) > SHOWN:
        quiet(
            _("The {half} most like yours and the {half} least, of {rows}.").format(
                half=words.integer(half), rows=words.integer(len(ranked))
            )
        )
