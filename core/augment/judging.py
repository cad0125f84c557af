"""The judgement of what a back-translation brought, as a part of its job; and a job of its own when another model is to read it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from sqlalchemy import ColumnElement, func, select

from core.augment.review import judge_new, read_again, read_otherwise
from core.models.choice import ModelChoice
from core.store.augmentation import Augmentation
from core.store.database import engine
from core.store.job_folder import JobFolder, Progress, Request, State
from core.store.judging import Judging
from core.store.paraphrase_rows import ParaphraseRow
from core.store.project import open_project, select_table


def judge_arrivals(
    augmentation: Augmentation, language: str, check: Callable[[], None], choice: ModelChoice | None = None
) -> str | None:
    """Judges every paraphrase of the project that has no judgement; the name of the model that read them, None without any.

    check: called several times a second while a model reads. choice: the embedded model unless said. Imports torch. Raises
    UserError: those of the model.
    """
    row, choice = ParaphraseRow, choice or ModelChoice()
    rows = _count([row.project_id == augmentation.project_id, row.text.is_not(None), row.doubt.is_(None)])
    if not rows:
        return None
    augmentation.report(Progress(phase="judging", steps=rows))
    from core.augment.similarity import open_reader

    reader = open_reader(choice, augmentation.project_id)
    examples = select_table(open_project(augmentation.project_id)).examples
    judge_new(
        augmentation.project_id,
        examples,
        language,
        reader,
        _reporting(augmentation, rows, check),
        judged_by=choice.key,
        apart=augmentation.record().apart,
    )
    return reader.name


class Ended(Exception):
    """A stop or a pause was asked for."""

    def __init__(self, request: Request) -> None:
        self.request: Request = request
        super().__init__(request)


def judge_again(judging: Judging, check: Callable[[], None] = lambda: None) -> State:
    """Has another model read all that is judged already. Returns "done", or what was asked for meanwhile.

    check: called again and again; raises UserError when the machine no longer allows it to go on. Imports torch. Raises
    UserError: those of the model; then every judgement stays as it was.
    """
    choice = judging.record().judge
    rows = _count(read_otherwise(judging.project_id, choice.key))

    def look() -> None:
        request = judging.asked()
        if request is not None:
            raise Ended(request)
        check()

    judging.report(Progress(phase="judging", steps=rows))
    if rows:
        from core.augment.similarity import open_reader

        reader = open_reader(choice, judging.project_id)
        try:
            read_again(judging.project_id, reader, choice.key, _reporting(judging, rows, look))
        except Ended as ended:
            return "stopped" if ended.request == "stop" else "paused"
    judging.report(Progress(phase="over", step=rows, steps=rows))
    return "done"


def _reporting(folder: JobFolder, rows: int, check: Callable[[], None]) -> Callable[[float], None]:
    """Looks whether the work is still wanted, and says how far it is."""
    began = time.monotonic()

    def judged(done: float) -> None:
        check()
        left = (time.monotonic() - began) / done * (rows - done) if done else None
        folder.report(Progress(phase="judging", step=min(int(done), rows), steps=rows, seconds_left=left))

    return judged


def _count(wanted: Sequence[ColumnElement[bool]]) -> int:
    with engine().connect() as connection:
        return int(connection.execute(select(func.count(ParaphraseRow.id)).where(*wanted)).scalar_one())
