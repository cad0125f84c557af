"""Settings being chosen, kept with the project: a refresh, a restart or another tab finds them as they were left."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel

from core.home import read_json, write_json
from core.models.choice import ModelChoice
from core.store.project import Project


class Draft(BaseModel, frozen=True):
    preset: Literal["quick", "balanced", "thorough"] = "balanced"
    model: ModelChoice = ModelChoice()
    changed: dict[str, Any] = {}
    """Fields that differ from what the preset computes."""
    paraphrases: bool = True
    """Whether accepted paraphrases are learned from."""
    protocol: Literal["split", "folds", "file"] = "split"
    """How the result is checked: one split, a cross-validation, a test file of one's own."""
    folds: int = 5
    repeats: int = 1


def read_draft(project: Project) -> Draft:
    """What was left, or the defaults; an unreadable file counts as none, for it holds nothing that cannot be chosen again."""
    try:
        return Draft.model_validate(read_json(project.folder / "draft.json"))
    except (OSError, ValueError):
        return Draft()


def keep_draft(project: Project, draft: Draft) -> None:
    write_json(project.folder / "draft.json", draft.model_dump(mode="json"))
