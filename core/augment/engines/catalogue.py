"""Provisional."""

from __future__ import annotations

from core.augment.engines.engine import Engine
from core.augment.engines.google import Google
from core.augment.engines.libre import LibreTranslate
from core.augment.plan import EngineChoice
from core.errors import UserError

KINDS = {"libretranslate": LibreTranslate, "google": Google}


def make_engine(choice: EngineChoice, variant: int = 1) -> Engine:
    if choice.name not in KINDS:
        raise UserError("engine_unknown", name=choice.name)
    return KINDS[choice.name](**choice.options)  # type: ignore[arg-type]


def label_of(name: str) -> str:
    return KINDS[name].label
