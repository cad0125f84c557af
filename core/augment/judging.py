"""The judgement of what a back-translation brought, as a part of its job."""

from __future__ import annotations

import time
from collections.abc import Callable

from sqlalchemy import func, select

from core.augment.review import judge_new
from core.models.choice import ModelChoice
from core.store.augmentation import Augmentation
from core.store.database import engine
from core.store.job_folder import Progress
from core.store.paraphrase_rows import ParaphraseRow
from core.store.project import open_project, select_table


def judge_arrivals(augmentation: Augmentation, language: str, check: Callable[[], None]) -> str | None:
    """Judges every paraphrase of the project that has no judgement; the name of the model that read them, None without any.

    check: called between two batches. Imports torch. Raises UserError: those of the model.
    """
    rows = _unjudged(augmentation.project_id)
    if not rows:
        return None
    augmentation.report(Progress(phase="judging", steps=rows))
    from core.augment.similarity import open_reader

    reader = open_reader(ModelChoice(), augmentation.project_id)
    began = time.monotonic()

    def judged(done: int) -> None:
        check()
        left = (time.monotonic() - began) / done * (rows - done) if done else None
        augmentation.report(Progress(phase="judging", step=min(done, rows), steps=rows, seconds_left=left))

    examples = select_table(open_project(augmentation.project_id)).examples
    judge_new(augmentation.project_id, examples, language, reader, judged)
    return reader.name


def _unjudged(project_id: str) -> int:
    row = ParaphraseRow
    query = select(func.count()).where(row.project_id == project_id, row.text.is_not(None), row.doubt.is_(None))
    with engine().connect() as connection:
        return int(connection.execute(query).scalar_one())
