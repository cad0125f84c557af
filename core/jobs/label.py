"""From a table and a finished training to a labelling in the queue."""

from __future__ import annotations

import pandas as pd

from core.data.columns import Roles
from core.errors import UserError
from core.home import DISK_FLOOR, require_room
from core.jobs.processes import ensure_supervisor
from core.jobs.queue import enqueue
from core.store.labelling import Labelling, LabellingRecord, create_labelling
from core.store.project import open_project
from core.store.run import Run, utc_now
from core.store.storage import require_quota

TIMES = 3
"""Times its own size in memory that a labelled table takes on the disk, about: as read, its answers, the file that comes back."""


def label_table(run: Run, table: pd.DataFrame, roles: Roles, name: str, delimiter: str) -> Labelling:
    """Keeps the table and queues its labelling. Raises UserError: run_not_finished, disk_full, quota_reached."""
    if not run.has_model():
        raise UserError("run_not_finished", run=run.record().number)
    needed = TIMES * int(table.memory_usage(deep=True).sum()) + DISK_FLOOR
    require_room(needed)
    require_quota(open_project(run.project_id), needed)
    record = LabellingRecord(
        run_id=run.id, table_name=name, roles=roles, rows=len(table), delimiter=delimiter, created_at=utc_now()
    )
    labelling = create_labelling(run.project_id, record, table)
    enqueue(labelling, name=name[:80])
    ensure_supervisor()
    return labelling
