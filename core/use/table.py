"""Labels a whole table: some hundred rows at a time, each kept the moment it is answered, so that nothing is asked twice."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from core.data.formula import neutralised
from core.data.joining import join_parts
from core.home import write_json, write_whole
from core.store.job_folder import Progress, State
from core.store.labelling import Labelling
from core.store.parquet import read_frame, write_frame
from core.use.predictor import with_answers

if TYPE_CHECKING:
    import pandas as pd

    from core.use.meaning import Meaning

CHUNK = 256
"""Rows answered together."""


def label(labelling: Labelling, check: Callable[[], None] = lambda: None) -> State:
    """Answers the rows that have no answer yet, then writes the table with all of them.

    check: called between two chunks; raises UserError when the machine no longer allows it to go on. Returns "done", or
    what was asked for meanwhile. Raises UserError: run_not_found, run_not_finished.
    """
    import pandas as pd

    from core.use.model import load

    record = labelling.record()
    table = labelling.table()
    labelling.report(Progress(phase="loading", steps=record.rows))
    meaning, ask = load(labelling.run)
    labelling.answers.mkdir(exist_ok=True)
    texts = join_parts(*(column(table, name) for name in record.roles.texts))
    questions = column(table, record.roles.question) if record.roles.question else None
    started, fresh = time.monotonic(), 0
    for first in range(0, len(table), CHUNK):
        target = labelling.answers / f"{first:09d}.parquet"
        if not target.exists():
            request = labelling.asked()
            if request is not None:
                return "stopped" if request == "stop" else "paused"
            check()
            some = slice(first, first + CHUNK)
            shares = ask(texts[some], questions[some] if questions is not None else None)
            write_frame(target, pd.DataFrame(shares, columns=[f"p{place}" for place in range(meaning.width)]))
            fresh += len(shares)
        done = min(first + CHUNK, len(table))
        pace = (time.monotonic() - started) / fresh if fresh else None
        left = pace * (len(table) - done) if pace is not None else None
        labelling.report(Progress(phase="labelling", step=done, steps=len(table), seconds_left=left))
    finish(labelling, table, meaning)
    return "done"


def finish(labelling: Labelling, table: pd.DataFrame, meaning: Meaning) -> None:
    """predictions.csv, made for a spreadsheet, then result.json."""
    import pandas as pd

    record = labelling.record()
    labelling.report(Progress(phase="saving", step=len(table), steps=len(table)))
    outputs = pd.concat([read_frame(path) for path in sorted(labelling.answers.glob("*.parquet"))]).to_numpy(float)
    labelled = with_answers(table, outputs, meaning)
    added = list(labelled.columns[len(table.columns) :])
    write_whole(
        labelling.predictions_file,
        lambda aside: neutralised(labelled).to_csv(
            aside, index=False, sep=record.delimiter, lineterminator="\n", encoding="utf-8-sig"
        ),
    )
    result: dict[str, object] = {"rows": len(table), "added": added}
    if record.roles.has_labels:
        from core.use.agreement import compared

        result |= compared(table, record.roles, meaning, outputs)
    write_json(labelling.folder / "result.json", result)
    labelling.report(Progress(phase="over", step=len(table), steps=len(table)))


def column(table: pd.DataFrame, name: str) -> list[str]:
    return [str(cell).strip() for cell in table[name]]
