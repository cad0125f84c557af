"""From a sentence model to its judgement of a project's paraphrases in the queue."""

from __future__ import annotations

from core.home import DISK_FLOOR, require_room
from core.jobs.processes import ensure_supervisor
from core.jobs.queue import enqueue
from core.models.choice import ModelChoice
from core.models.outlook import check_choice
from core.store.judging import Judging, JudgingRecord, create_judging
from core.store.run import utc_now


def check_judge(judge: ModelChoice, project_id: str) -> None:
    """Says now what would fail after the translation. Raises UserError: model_not_found, hub_unreachable, model_folder, …"""
    check_choice(judge, project_id)


def launch_judging(project_id: str, judge: ModelChoice) -> Judging:
    """Queues the reading of all paraphrases that this model has not read.

    Raises UserError, and makes nothing: those of check_judge, disk_full.
    """
    check_judge(judge, project_id)
    require_room(DISK_FLOOR)
    judging = create_judging(project_id, JudgingRecord(judge=judge, created_at=utc_now()))
    enqueue(judging)
    ensure_supervisor()
    return judging
