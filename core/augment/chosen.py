"""From what a plan says of its engine to the engine itself."""

from __future__ import annotations

from typing import Any

from core.augment.engines.catalogue import ENTRIES
from core.augment.engines.catalogue import make_engine as make
from core.augment.engines.engine import Engine
from core.augment.plan import EngineChoice
from core.errors import UserError

SAMPLING = ("marian",)
"""Engines that can give several different paraphrases along one path."""


def engine_of(choice: EngineChoice, variant: int = 1) -> Engine:
    """The engine, told what the plan says. variant: from 1; each draws other words where the engine samples.

    Options: url (libretranslate); beam, sampling, temperature, seed (marian). Raises UserError("engine_unknown").
    """
    if choice.name not in ENTRIES:
        raise UserError("engine_unknown", name=choice.name)
    options: dict[str, Any] = dict(choice.options)
    if choice.name in SAMPLING:
        from core.augment.engines.marian import Search

        options["seed"] = int(options.get("seed", 0)) + variant - 1
        return make(choice.name, search=Search(**options))
    return make(choice.name, **options)


def label_of(name: str) -> str:
    """An engine's name for people; the name itself of one that this version does not know."""
    return ENTRIES[name].label if name in ENTRIES else name
