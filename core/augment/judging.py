"""The judgement of what a back-translation brought, as a part of its job."""

from __future__ import annotations

from collections.abc import Callable

from core.store.augmentation import Augmentation


def judge_arrivals(augmentation: Augmentation, language: str, check: Callable[[], None]) -> None:
    """provisional"""
