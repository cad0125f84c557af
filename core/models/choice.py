"""Which model a run starts from, as it is chosen on screen and kept in the settings."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

ModelKind = Literal["embedded", "hub", "folder", "run"]


class ModelChoice(BaseModel, frozen=True):
    """Which model a run starts from."""

    kind: ModelKind = "embedded"
    name: str = ""
    """hub: its name there; folder: the path; run: the id of a run of the project; embedded: nothing."""

    @property
    def key(self) -> str:
        """Kind and name in one word, for a column of the database; `choice_of` reads it."""
        return f"{self.kind}:{self.name}"


def choice_of(key: str) -> ModelChoice:
    """Raises ValueError when this is no key."""
    kind, _, name = key.partition(":")
    return ModelChoice.model_validate({"kind": kind, "name": name})
