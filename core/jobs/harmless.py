"""What may stand in a report that leaves the house: numbers, words of a list of ours, identifiers, versions. All else is left out."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

OTHER = "(another)"
NONE = "–"
LARGEST = 10**18
"""From here on a number is none that anything here counts."""
VERSION = re.compile(r"\d+(?:\.\d+){0,4}(?:[.-]?(?:a|b|rc|dev|post)\d+)*(?:\+(?:cpu|cu\d+|rocm[\d.]+))?")


def known(value: object, allowed: Collection[str]) -> str:
    """The word, when it is one of ours."""
    return value if isinstance(value, str) and value in allowed else OTHER


def number(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float) or not -LARGEST < value < LARGEST:
        return NONE
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def numbers(values: object, names: Collection[str]) -> str:
    """Those of the values that have one of these names and are numbers."""
    shown = {name: number(values[name]) for name in names if name in values} if isinstance(values, dict) else {}
    return ", ".join(f"{name} {text}" for name, text in shown.items() if text != NONE) or NONE


def identifier(text: object) -> str:
    """Of a job or a run, as this program makes them."""
    return text if isinstance(text, str) and re.fullmatch(r"[0-9a-f]{12}", text) else OTHER


def device(slot: object) -> str:
    return slot if isinstance(slot, str) and re.fullmatch(r"(?:cpu|beside|cuda:\d{1,3})(?:#\d{1,3})?", slot) else NONE


def versions(values: object, packages: Collection[str]) -> str:
    """Of these packages, those that have one."""
    found: dict[str, Any] = values if isinstance(values, dict) else {}
    shown = [f"{name} {found[name]}" for name in packages if VERSION.fullmatch(str(found.get(name)))]
    return ", ".join(shown) or NONE
