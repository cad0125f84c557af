"""From a project and a plan to a back-translation in the queue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from core.augment.engines.engine import Engine
from core.augment.estimate import Estimate, estimate
from core.augment.plan import Plan, make_tasks
from core.data.kin import content_key
from core.data.split import parts_met
from core.errors import UserError
from core.home import DISK_FLOOR, require_room
from core.jobs.judge import check_judge
from core.jobs.launch import freeze, learnable
from core.jobs.processes import ensure_supervisor
from core.jobs.queue import enqueue
from core.store.arrivals import failures, made_before
from core.store.augmentation import Augmentation, AugmentationRecord, Task, create_augmentation
from core.store.consents import give_consent, has_consent
from core.store.draft import read_draft
from core.store.project import LOCAL_OWNER, Project, open_project, select_table
from core.store.run import list_runs, utc_now
from core.store.storage import require_quota
from core.train.settings import Settings

ON_DEVICE = ("marian",)
"""Engines that take a whole device."""
DRAFTED = ("validation_share", "test_share", "seed")
"""What of the Train page's draft decides on the parts."""


@dataclass(frozen=True)
class Trainable:
    """The rows that may be paraphrased."""

    examples: pd.DataFrame
    apart: tuple[str, ...]
    """Ids of the rows that validation or test keep; a paraphrase of theirs would never be learned from."""

    @property
    def held_out(self) -> int:
        return len(self.apart)


def trainable(project: Project) -> Trainable:
    """Rows that the next training will learn from, as the Train page's draft divides them, and that no training held out.

    Where nothing can be trained yet (no labels, too few rows), there are no parts, and all rows with a text may be paraphrased.
    Raises UserError: no_label_role when there is no table.
    """
    if project.table is None or project.roles is None:
        raise UserError("no_label_role")
    try:
        selection = learnable(project)
        draft = read_draft(project)
        chosen = {name: value for name, value in draft.changed.items() if name in DRAFTED}
        settings = Settings(model=draft.model, paraphrases=False, **chosen)
        frozen = freeze(project, selection, settings)
    except (UserError, ValueError):
        return Trainable(select_table(project).examples, ())
    met = parts_met(run.examples() for run in list_runs(project.id))
    keys = [content_key(text, question) for text, question in zip(frozen["text"], frozen["question"], strict=True)]
    learned = [
        part == "train" and met.get(key, "train") == "train" for part, key in zip(frozen["part"], keys, strict=True)
    ]
    chosen_rows = frozen[learned].drop(columns="part").reset_index(drop=True)
    apart = tuple(identifier for identifier, is_kept in zip(frozen["id"], learned, strict=True) if not is_kept)
    return Trainable(chosen_rows, apart)


@dataclass(frozen=True)
class Prepared:
    tasks: list[Task]
    estimate: Estimate


def prepare(project: Project, plan: Plan, engine: Engine, rows: Trainable, answer: float | None = None) -> Prepared:
    """What a plan comes to. Raises UserError: those of make_tasks."""
    tasks = make_tasks(plan, rows.examples, made_before(project.id, engine.name))
    return Prepared(tasks, estimate(plan, tasks, engine, answer))


def agree(project_id: str, engine: Engine, characters: int, person: str = LOCAL_OWNER) -> None:
    """Records that somebody read what is sent to a service, and said yes."""
    assert engine.sends_text_to is not None
    give_consent(project_id, engine.name, engine.sends_text_to, characters, person)


def is_agreed(project_id: str, engine: Engine) -> bool:
    """Whether texts of the project may go to this engine: they stay on the machine, or somebody said yes."""
    return engine.sends_text_to is None or has_consent(project_id, engine.name, engine.sends_text_to)


def launch_augmentation(project_id: str, plan: Plan, engine: Engine) -> Augmentation:
    """Freezes the rows and queues the back-translation.

    Raises UserError, and makes nothing: those of make_tasks, consent_needed, those of check_judge, disk_full, quota_reached.
    """
    project = open_project(project_id)
    rows = trainable(project)
    return _launch(project, plan, engine, prepare(project, plan, engine, rows), rows.apart)


def try_again(project_id: str, chosen: Sequence[int], plan: Plan, engine: Engine) -> Augmentation:
    """A back-translation of rows that failed, along the same paths, with the same engine or another one.

    chosen: ids of failures. plan: what the engine is told, and which texts. Raises UserError as launch_augmentation does, and
    nothing_failed when none of them is a failure any more.
    """
    project = open_project(project_id)
    wanted = set(chosen)
    tasks = [failure.task for failure in failures(project_id) if failure.id in wanted]
    if not tasks:
        raise UserError("nothing_failed")
    plan = plan.model_copy(
        update={
            "rows": "picked",
            "picked": tuple(dict.fromkeys(task.origin for task in tasks)),
            "paths": tuple(dict.fromkeys(task.path for task in tasks)),
        }
    )
    return _launch(project, plan, engine, Prepared(tasks, estimate(plan, tasks, engine)), trainable(project).apart)


def _launch(project: Project, plan: Plan, engine: Engine, prepared: Prepared, apart: tuple[str, ...]) -> Augmentation:
    reckoned = prepared.estimate
    if not is_agreed(project.id, engine):
        raise UserError("consent_needed", engine=engine.sends_text_to, characters=reckoned.characters)
    check_judge(plan.judge, project.id)
    needed = DISK_FLOOR + 8 * reckoned.characters
    require_room(needed)
    require_quota(project, needed)
    record = AugmentationRecord(
        plan=plan.model_dump(mode="json"),
        rows=len(prepared.tasks),
        characters=reckoned.characters,
        apart=apart,
        created_at=utc_now(),
    )
    on_device = plan.engine.name in ON_DEVICE
    made = create_augmentation(project.id, record, prepared.tasks, on_device=on_device)
    enqueue(made)
    ensure_supervisor()
    return made
