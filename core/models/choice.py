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
