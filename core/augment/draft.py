"""A back-translation being planned, kept with the project: a refresh, a restart or another tab finds it as it was left."""

from __future__ import annotations

from core.augment.plan import Plan
from core.home import read_json, write_json
from core.store.project import Project

NAME = "plan.json"


def read_plan(project: Project) -> Plan | None:
    """What was left; an unreadable file counts as none, for it holds nothing that cannot be chosen again."""
    try:
        return Plan.model_validate(read_json(project.folder / NAME))
    except (OSError, ValueError):
        return None


def keep_plan(project: Project, plan: Plan) -> None:
    write_json(project.folder / NAME, plan.model_dump(mode="json"))
