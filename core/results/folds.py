"""What a cross-validation taught: the figures of each fold, how far they lie apart, and the answer to every row.

All of it is computed from the folders of the runs. The answers are put together in out_of_fold.parquet once every fold is done.
"""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, stdev
from typing import TYPE_CHECKING, Any

from core.home import write_bytes
from core.store.parquet import read_frame, write_frame
from core.store.run import Run
from core.store.study import Study, StudyRecord

if TYPE_CHECKING:
    import pandas as pd

FILE = "out_of_fold.parquet"


@dataclass(frozen=True)
class FoldResult:
    """What one fold reached; figures: of its test part, None while it is not done."""

    run: Run
    repeat: int
    """From 1."""
    fold: int
    """From 1."""
    figures: dict[str, float] | None
    rows: int = 0
    best_epoch: float = 0.0
    seconds: float = 0.0


@dataclass(frozen=True)
class Spread:
    mean: float
    deviation: float | None
    """Standard deviation of a sample (n − 1); None of a single value."""
    count: int


@dataclass(frozen=True)
class StudyResult:
    folds: list[FoldResult]
    over_folds: dict[str, Spread]
    """By figure, over all folds that are done."""
    over_repeats: dict[str, Spread]
    """By figure, over the means of the repeats whose folds are all done; empty when only one repeat was wanted."""

    @property
    def done(self) -> int:
        return sum(fold.figures is not None for fold in self.folds)

    @property
    def is_whole(self) -> bool:
        return self.done == len(self.folds)


def study_result(study: Study) -> StudyResult:
    """As far as the folds are by now."""
    record = study.record()
    folds = [_fold(run, place, record) for place, run in enumerate(study.folds())]
    found = [fold.figures for fold in folds if fold.figures is not None]
    means: list[dict[str, float]] = []
    for repeat in range(1, record.repeats + 1):
        figures = [fold.figures for fold in folds if fold.repeat == repeat and fold.figures is not None]
        if len(figures) == record.folds:
            means.append({name: fmean(each[name] for each in figures) for name in figures[0]})
    return StudyResult(folds, _spreads(found), _spreads(means) if record.repeats > 1 else {})


def spread(values: Sequence[float]) -> Spread:
    """Raises statistics.StatisticsError for no value."""
    return Spread(fmean(values), stdev(values) if len(values) > 1 else None, len(values))


def out_of_fold(study: Study) -> pd.DataFrame:
    """The answer to each row by the model that had not seen it: id, repeat, fold, label, then what the task's predictions say
    (predicted and p0, p1, … for classes), by repeat and in the order of the table.

    Before every fold is done: of those that are. Columns only, when none is.
    """
    import pandas as pd

    path = study.folder / FILE
    if path.exists():
        return read_frame(path)
    record = study.record()
    frames = []
    for place, run in enumerate(study.folds()):
        if not is_done(run):
            continue
        repeat, fold = record.place(place)
        answers = run.predictions()
        answers = answers[answers["part"] == "test"].drop(columns="part").reset_index(drop=True)
        answers.insert(1, "repeat", repeat + 1)
        answers.insert(2, "fold", fold + 1)
        frames.append(answers)
    if not frames:
        return pd.DataFrame({"id": [], "repeat": [], "fold": [], "label": [], "predicted": []})
    whole = pd.concat(frames, ignore_index=True)
    numbers = whole["id"].str.slice(1).astype(int)
    whole = whole.iloc[numbers.argsort(kind="stable")].sort_values("repeat", kind="stable").reset_index(drop=True)
    if len(frames) == len(record.runs):
        write_frame(path, whole)
    return whole


def pooled(frame: pd.DataFrame, labels: list[str]) -> dict[str, Any]:
    """Figures of classes over all rows of `out_of_fold`, each repeat counted: rows, accuracy, macro_f1, labels (label, precision,
    recall, f1, support) and confusion (true labels in rows).

    labels: of the model, in the order of its outputs.
    """
    import numpy as np

    place = {label: number for number, label in enumerate(labels)}
    counts = np.zeros((len(labels), len(labels)), dtype=int)
    gold, predicted = frame["label"].map(place), frame["predicted"].map(place)
    np.add.at(counts, (gold.to_numpy(int), predicted.to_numpy(int)), 1)
    right, asked, given = counts.diagonal(), counts.sum(axis=1), counts.sum(axis=0)
    rows: list[dict[str, Any]] = []
    for number, label in enumerate(labels):
        hit = int(right[number])
        f1 = 2 * hit / (asked[number] + given[number]) if hit else 0.0
        precision, recall = (hit / int(whole[number]) if whole[number] else 0.0 for whole in (given, asked))
        rows.append({"label": label, "precision": precision, "recall": recall, "f1": f1, "support": int(asked[number])})
    met = [row["f1"] for number, row in enumerate(rows) if asked[number] or given[number]]
    total = int(counts.sum())
    return {
        "rows": total,
        "accuracy": int(right.sum()) / total if total else 0.0,
        "macro_f1": fmean(met) if met else 0.0,
        "labels": rows,
        "confusion": counts.tolist(),
    }


def out_of_fold_csv(study: Study, delimiter: str) -> Path:
    """The answers with their texts, for a spreadsheet (UTF-8 with its mark, formulas made harmless): a file of the study, made
    anew while folds are missing.
    """
    from core.data.formula import neutralised

    path = study.folder / f"out_of_fold{'_semicolons' if delimiter == ';' else ''}.csv"
    if path.exists() and (study.folder / FILE).exists():
        return path
    answers = out_of_fold(study)
    known = next((run.examples() for run in study.folds() if (run.folder / "examples.parquet").exists()), None)
    if known is not None and len(answers):
        texts = known.set_index("id")[["text", "question"]]
        shares = [name for name in answers.columns if name[0] == "p" and name[1:].isdecimal()]
        likeliest = answers[shares].max(axis=1).round(4) if shares else None
        answers = answers.drop(columns=shares).join(texts, on="id")
        if likeliest is not None:
            answers["probability"] = likeliest
        if not (answers["question"] != "").any():
            answers = answers.drop(columns="question")
    text = neutralised(answers).to_csv(index=False, sep=delimiter, lineterminator="\r\n")
    write_bytes(path, codecs.BOM_UTF8 + text.encode())
    return path


def _fold(run: Run, place: int, record: StudyRecord) -> FoldResult:
    repeat, fold = record.place(place)
    result = run.result() if is_done(run) else None
    if result is None:
        return FoldResult(run, repeat + 1, fold + 1, None)
    test = result["test"]
    figures = {name: float(value) for name, value in test.items() if name != "rows" and isinstance(value, int | float)}
    return FoldResult(
        run, repeat + 1, fold + 1, figures, int(test["rows"]), float(result["best"]["epoch"]), float(result["seconds"])
    )


def is_done(run: Run) -> bool:
    """Whether a fold has answered all of its rows."""
    result = run.result()
    return result is not None and result["state"] == "done" and "test" in result


def _spreads(found: list[dict[str, float]]) -> dict[str, Spread]:
    return {name: spread([each[name] for each in found]) for name in found[0]} if found else {}
