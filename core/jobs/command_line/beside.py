"""What simple models reached on the same rows as a training or a cross-validation, and whether that was worth it, at a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from core.jobs.command_line.voice import Voice, printable
from core.jobs.job_words import STATES
from core.jobs.queue import job_of
from core.store.baselines import Baselines, baselines_of
from core.store.run import Run
from core.store.study import Study
from core.store.study_baselines import StudyBaselines, study_baselines_of
from core.train.tasks import task_of
from core.words import Words


def tell_beside(of: Run | Study, voice: Voice) -> None:
    """A table and the verdict; how they stand while they are not measured; nothing where nobody asked for them."""
    words, found = voice.words, _of(of)
    if found is not None and found.result() is not None:
        # Here and below, for it brings numpy: who only looks at jobs does without.
        from core.results.beside import beside_run, beside_study
        from core.results.verdict import measured_on, sentence, table_of

        beside = beside_run(of) if isinstance(of, Run) else beside_study(of)
        assert beside is not None
        task = task_of(of.record().roles if isinstance(of, Run) else of.roles())
        columns, rows = table_of(beside, task, words)
        tell_table(columns, rows, voice)
        voice.say(measured_on(beside, words))
        if beside.verdict is not None:
            voice.say(sentence(beside.verdict, words))
    elif found is not None and (job := job_of(found)) is not None:
        said = words.gettext("The simple models to compare with are not measured yet: {state}.")
        voice.say(said.format(state=words.gettext(STATES[job.state])))


def told_beside(of: Run | Study, words: Words) -> dict[str, Any] | None:
    """The same for machines, with the verdict in words; None before they are measured."""
    found = _of(of)
    if found is None or found.result() is None:
        return None
    from core.results.beside import beside_document, beside_run, beside_study
    from core.results.verdict import sentence

    beside = beside_run(of) if isinstance(of, Run) else beside_study(of)
    told = beside_document(beside)
    if told is not None and beside is not None and beside.verdict is not None:
        told["verdict"]["sentence"] = sentence(beside.verdict, words)
    return told


def _of(of: Run | Study) -> Baselines | StudyBaselines | None:
    return baselines_of(of) if isinstance(of, Run) else study_baselines_of(of)


def tell_table(titles: Sequence[str], rows: Sequence[Sequence[str]], voice: Voice) -> None:
    """The first column flush left, the others right."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, collapse_padding=True)
    for place, title in enumerate(titles):
        table.add_column(title, overflow="fold", justify="left" if place == 0 else "right", no_wrap=place > 0)
    for row in rows:
        table.add_row(*(Text(printable(cell)) for cell in row))
    voice.show(table)
