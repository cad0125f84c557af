"""From settings and bounds to a search in the queue."""

from __future__ import annotations

from collections.abc import Mapping

from filelock import FileLock

from core.home import require_room
from core.jobs.control import state_of
from core.jobs.launch import check_model, freeze, learnable, readable, record_of, room_for
from core.jobs.processes import ensure_supervisor
from core.jobs.queue import enqueue
from core.jobs.slots import devices
from core.store.job_folder import ENDED
from core.store.project import open_project
from core.store.run import list_runs, utc_now
from core.store.search import Search, SearchRecord, create_search, list_searches, next_search_number
from core.store.storage import require_quota
from core.train.search_space import Space, check_budget, check_space, with_values
from core.train.settings import Settings

KEPT = 0.7
"""Share of the rows of all trials that is gone through, about: the others are saved by giving up hopeless trials (ARCHITECTURE.md, "Search")."""


def launch_search(
    project_id: str,
    settings: Settings,
    space: Mapping[str, tuple[float, float]],
    trials: int | None = None,
    minutes: float | None = None,
) -> Search:
    """Freezes rows, parts and settings once for all trials, and queues their search; asked twice at once, gives the same one.

    space: core.train.search_space.Space; what it does not name stays as in `settings`. Raises UserError, and makes nothing: those
    of check_space and check_budget, and all that `launch` raises.
    """
    check_space(space)
    check_budget(trials, minutes)
    project = open_project(project_id)
    selection = learnable(project)
    devices()
    # One trial at a time has weights and checkpoints.
    needed = room_for(settings, project)
    require_room(needed)
    require_quota(project, needed)
    with FileLock(project.folder / "launch.lock"):
        check_model(settings, project)
        examples = freeze(project, selection, settings)
        searched = {name: pair for name, pair in space.items() if pair[0] < pair[1]}
        fixed = {name: pair[0] for name, pair in space.items() if pair[0] == pair[1]}
        record = SearchRecord(
            number=next_search_number(project_id),
            created_at=utc_now(),
            space=searched,
            trials=trials,
            minutes=minutes,
            run=record_of(project, with_values(settings, fixed) if fixed else settings, examples),
        )
        twin = _under_way(project_id, record)
        if twin is not None:
            return twin
        search = create_search(project_id, record, examples, readable(selection, settings, examples))
        enqueue(search)
    ensure_supervisor()
    return search


def _under_way(project_id: str, record: SearchRecord) -> Search | None:
    """The newest search, when it looks for exactly this and has not ended."""
    newest = next(iter(list_searches(project_id)), None)
    if newest is None or state_of(newest) in ENDED:
        return None
    return newest if _asked(newest.record()) == _asked(record) else None


def _asked(record: SearchRecord) -> tuple[object, ...]:
    run = record.run
    return record.space, record.trials, record.minutes, run.settings, run.roles, run.fingerprint


def estimate(project_id: str, settings: Settings, space: Space, trials: int, rows: int) -> float | None:
    """Seconds that a search of so many trials over so many training rows takes, about, by the newest training like it.

    None when there is none: a training of the same task from the same model with texts cut at the same length.
    """
    roles = open_project(project_id).roles
    for run in list_runs(project_id):
        record, result = run.record(), run.result() or {}
        past = Settings.model_validate(record.settings)
        alike = (past.model, past.max_tokens) == (settings.model, settings.max_tokens)
        gone_through = record.parts.get("train", 0) * float(result.get("epochs", 0))
        if alike and roles is not None and record.roles.task == roles.task and gone_through > 0:
            low, high = space.get("epochs", (settings.epochs, settings.epochs))
            return float(result["seconds"]) / gone_through * rows * (low + high) / 2 * trials * KEPT
    return None
