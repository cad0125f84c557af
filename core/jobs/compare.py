"""From a project and some ways to a comparison in the queue."""

from __future__ import annotations

from collections.abc import Sequence

from core.augment.chosen import engine_of
from core.augment.comparison import choose_rows
from core.augment.plan import EngineChoice
from core.errors import UserError
from core.home import DISK_FLOOR, require_room
from core.jobs.augment import Trainable, is_agreed
from core.jobs.judge import check_judge
from core.jobs.processes import ensure_supervisor
from core.jobs.queue import enqueue
from core.models.choice import ModelChoice
from core.store.comparison import Comparison, ComparisonRecord, Way, create_comparison
from core.store.project import Project
from core.store.run import utc_now


def launch_comparison(
    project: Project, rows: Trainable, language: str, ways: Sequence[Way], judge: ModelChoice | None = None
) -> Comparison:
    """Freezes some rows and queues their comparison. judge: the model that reads them, the embedded one unless said.

    Raises UserError, and makes nothing: no_rows_to_paraphrase, no_path, consent_needed, those of check_judge, disk_full.
    """
    judge = judge or ModelChoice()
    chosen = choose_rows(list(zip(rows.examples["id"], rows.examples["text"], strict=True)))
    if not chosen:
        raise UserError("no_rows_to_paraphrase")
    if not ways:
        raise UserError("no_path")
    for way in ways:
        engine = engine_of(EngineChoice(name=way.engine, options=way.options))
        if not is_agreed(project.id, engine):
            characters = sum(len(text) for _, text in chosen)
            raise UserError("consent_needed", engine=engine.sends_text_to, characters=characters)
    check_judge(judge, project.id)
    require_room(DISK_FLOOR)
    record = ComparisonRecord(language=language, rows=chosen, ways=list(ways), judge=judge, created_at=utc_now())
    comparison = create_comparison(project.id, record)
    enqueue(comparison)
    ensure_supervisor()
    return comparison
