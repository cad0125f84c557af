"""What a training reached on one part, task by task: headline, labels, confusions, numbers against numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from core.store.run import Run, RunRecord
from core.train.tasks import task_of
from core.words import Words
from pages.parts.chart import chart
from pages.parts.figures import confusion_matrix
from pages.parts.look import quiet
from pages.parts.matching_results import show_matching
from pages.parts.sheet import figures_row, sheet
from pages.parts.task_figures import scatter
from pages.parts.task_words import headline
from pages.parts.written import show_written

if TYPE_CHECKING:
    import pandas as pd

CLOSED = 12
"""Labels from which on their table has a bar to scroll."""


def measured(result: dict[str, Any]) -> tuple[str, dict[str, Any] | None]:
    """The part whose figures are shown, and the figures: the test part, else validation, else none."""
    part = "test" if "test" in result else "validation"
    return part, result.get(part)


def show_headline(record: RunRecord, figures: dict[str, Any], words: Words) -> None:
    _ = words.gettext
    shown = headline(task_of(record.roles), figures, words)
    figures_row(
        [
            *shown,
            (_("Loss"), words.decimal(figures["loss"], 3)),
            (_("Rows measured"), words.integer(figures["rows"])),
        ]
    )


def show_margin(record: RunRecord, figures: dict[str, Any], words: Words) -> None:
    """How far chance alone moves the share of rows that are right, where few were measured."""
    share = figures.get({"classes": "accuracy", "several_labels": "exact"}.get(record.roles.task, ""))
    rows = figures["rows"]
    if share is None or rows >= 100:
        return
    _ = words.gettext
    margin = (share * (1 - share) / rows) ** 0.5 * 1.96
    said = (
        _("With {rows} rows measured, chance alone moves the accuracy by about ± {margin}.")
        if record.roles.task == "classes"
        else _("With {rows} rows measured, chance alone moves the share of rows exactly right by about ± {margin}.")
    )
    quiet(said.format(rows=words.integer(rows), margin=words.percent(max(margin, 1 / rows), 0)))


def show_details(run: Run, part: str, figures: dict[str, Any], words: Words) -> None:
    """What is below the headline. part: the one that was measured."""
    record = run.record()
    if "labels" in figures:
        label_by_label(figures["labels"], words)
    if "confusion" in figures:
        _ = words.gettext
        st.header(_("What is taken for what"))
        alt = _("Confusion matrix: true labels in rows, predicted labels in columns.")
        matrix = confusion_matrix(figures["confusion"], record.labels, words)
        chart(matrix, words, key=f"confusion_{run.id}", alt=alt)
    if record.roles.task == "matching":
        show_matching(run, part, figures, words)
    if record.roles.task == "generation":
        show_written(run, words)
    if record.roles.task == "number" and record.scale is not None:
        _number_by_number(run, part, record.scale, words)


def label_by_label(labels: list[dict[str, Any]], words: Words) -> None:
    """Where several labels may apply, also the probability from which each is given: "threshold", or "thresholds" of several models."""
    _ = words.gettext
    st.header(_("Label by label"))
    has_thresholds = any(_thresholds(each) for each in labels)
    columns = [_("Label"), _("Precision"), _("Recall"), _("F1"), _("Rows")]
    rows = [
        [
            each["label"],
            words.percent(each["precision"]),
            words.percent(each["recall"]),
            words.percent(each["f1"]),
            words.integer(each["support"]),
            *([_span(_thresholds(each), words)] if has_thresholds else []),
        ]
        for each in sorted(labels, key=lambda label: -label["support"])
    ]
    if has_thresholds:
        columns.append(_("Given from"))
    with st.container(height=460 if len(rows) > CLOSED else "content", border=False):
        sheet(columns, rows, numbers=frozenset(range(1, len(columns))))
    quiet(
        _(
            "Precision: of the rows given this label, how many deserve it. Recall: of the rows that deserve it, how many got it."
        )
    )
    if has_thresholds:
        said = _(
            "Given from: the probability from which a text gets this label, chosen on the validation part where it finds the label best."
        )
        if any("thresholds" in each for each in labels):
            said = _(
                "Given from: the lowest and the highest probability from which a text gets this label. Each fold chose its own on its "
                "validation part, and each row is measured with that of its fold."
            )
        quiet(said)


def _thresholds(label: dict[str, Any]) -> list[float]:
    """The lowest and the highest."""
    return [label["threshold"]] if "threshold" in label else list(label.get("thresholds", []))


def _span(thresholds: list[float], words: Words) -> str:
    shown = list(dict.fromkeys(words.percent(threshold, 0) for threshold in thresholds))
    return " – ".join(shown) or "–"


def _number_by_number(run: Run, part: str, scale: tuple[float, float], words: Words) -> None:
    """Each row of the part, what it is worth and what the model says."""
    predictions = run.predictions() if (run.folder / "predictions.parquet").exists() else None
    rows = predictions[predictions["part"] == part] if predictions is not None else None
    if rows is None or not len(rows):
        return
    numbers_against(rows, scale, words, key=f"scatter_{run.id}")


def numbers_against(rows: pd.DataFrame, scale: tuple[float, float], words: Words, *, key: str) -> None:
    """True numbers (label) against those that were predicted: how far off, and a point a row."""
    _ = words.gettext
    true, said = rows["label"].to_numpy(float), rows["predicted"].to_numpy(float)
    st.header(_("Number by number"))
    half, nine = (words.number(round(float(np.quantile(abs(true - said), share)), 3)) for share in (0.5, 0.9))
    sentence = _("Half of the answers are within ± {half} of the true number, nine out of ten within ± {nine}.")
    st.markdown(sentence.format(half=half, nine=nine))
    alt = _("Scatter plot: true numbers across, predicted numbers up; on the line both are the same.")
    chart(scatter(true.tolist(), said.tolist(), scale, words), words, key=key, alt=alt)
