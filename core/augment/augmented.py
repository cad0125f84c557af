"""The augmented table as CSV, made while it is sent: the rows in use first, then the paraphrases with where they come from."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.augment.novelty import length_ratio, texts_of, word_edits
from core.augment.similarity import name_of
from core.data.formula import is_formula
from core.data.kin import content_key
from core.models.choice import choice_of
from core.store.database import engine
from core.store.paraphrase_rows import ParaphraseRow
from core.store.preview import read_fixed_rows
from core.store.project import Project, select_table

if TYPE_CHECKING:
    import pandas as pd

ADDED = ("origin", "pivot", "engine", "similarity", "judged_by", "word_edits", "length_ratio", "decision")
"""Columns beside those of the table, empty for originals: the row's number, the languages between, the engine; how much of the
meaning was kept, and the model that read it; the share of the words that changed, characters for one of the origin; the decision.
"""
ROWS = 5_000
"""Rows read and written together."""


def augmented_csv(project: Project, delimiter: str, *, only_accepted: bool) -> Iterator[bytes]:
    """UTF-8 with its mark, in pieces. Cells that a spreadsheet would take for a formula begin with an apostrophe.

    Originals are the rows in use as the fixes have them. A paraphrase whose origin is no longer in use, or says something
    else by now, is left out; one that a person rewrote stands as they wrote it, and its figures are of what came back.
    """
    selection = select_table(project)
    keys = {
        identifier: content_key(text, question)
        for identifier, text, question in selection.examples[["id", "text", "question"]].itertuples(index=False)
    }
    table, _ = read_fixed_rows(project, 0, project.table.rows if project.table else 0)
    yield codecs.BOM_UTF8 + _lines([[*table.columns, *_free(list(table.columns))]], delimiter)
    used = [int(identifier[1:]) - 1 for identifier in selection.examples["id"]]
    for first in range(0, len(used), ROWS):
        some = table.iloc[used[first : first + ROWS]]
        yield _lines([[*row, *[""] * len(ADDED)] for row in some.itertuples(index=False)], delimiter)
    for batch in _paraphrases(project.id, only_accepted):
        rows = [_line(row, table, project) for row in batch if keys.get(row.origin) == _key(row)]
        if rows:
            yield _lines(rows, delimiter)


def _paraphrases(project_id: str, only_accepted: bool) -> Iterator[Sequence[ParaphraseRow]]:
    """In the order in which they were made, some thousands at a time."""
    row, last = ParaphraseRow, 0
    with Session(engine()) as session:
        while True:
            asked = select(row).where(row.project_id == project_id, row.text.is_not(None), row.id > last)
            if only_accepted:
                asked = asked.where(row.decision == "accepted")
            batch = session.scalars(asked.order_by(row.id).limit(ROWS)).all()
            if not batch:
                return
            last = batch[-1].id
            yield batch
            session.expunge_all()


def _key(row: ParaphraseRow) -> str:
    return content_key(row.origin_text, row.origin_question)


def _line(row: ParaphraseRow, table: pd.DataFrame, project: Project) -> list[Any]:
    """The cells of the origin with the texts of the paraphrase, then where it comes from."""
    place = int(row.origin[1:]) - 1
    cells = dict(zip(table.columns, table.iloc[place], strict=True))
    roles = project.roles
    assert roles is not None
    cells[roles.text] = row.final_text if row.final_text is not None else row.text
    # What was translated is the whole text: its other columns would say a part of it again.
    cells |= dict.fromkeys(roles.text_more, "")
    if roles.question:
        cells[roles.question] = row.final_question if row.final_question is not None else row.question
    decision = "edited" if row.decision == "accepted" and row.edited else row.decision or "undecided"
    made = [place + 1, ">".join(row.path.split(">")[1:-1]), row.engine]
    return [*cells.values(), *made, *_measures(row), decision]


def _measures(row: ParaphraseRow) -> list[str]:
    """Similarity and who read it, word edits, ratio of lengths; of text and question together as the review shows them."""
    before, after = texts_of(row)
    similarity = "" if row.similarity is None else f"{row.similarity:.4f}"
    judged_by = name_of(choice_of(row.judged_by)) if row.judged_by and row.similarity is not None else ""
    return [similarity, judged_by, f"{word_edits(before, after):.4f}", f"{length_ratio(before, after):.4f}"]


def _free(taken: list[str]) -> list[str]:
    """Names of the added columns; one that the table has already gets an underscore."""
    found: list[str] = []
    for name in ADDED:
        while name in taken or name in found:
            name += "_"
        found.append(name)
    return found


def _lines(rows: Sequence[Sequence[Any]], delimiter: str) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerows([f"'{cell}" if is_formula(str(cell)) else cell for cell in row] for row in rows)
    return text.getvalue().encode()
