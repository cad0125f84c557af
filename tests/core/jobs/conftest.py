"""Trainings of a very small model: minutes long, or over in a second."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.models.choice import ModelChoice
from core.train.settings import Settings


@pytest.fixture
def long_work(tiny_bert: Path) -> Settings:
    """Minutes of training, one example a step: it is ended by the test, not by itself."""
    model = ModelChoice(kind="folder", name=str(tiny_bert))
    return Settings(model=model, epochs=100, batch_size=1, patience=0, max_tokens=32)


@pytest.fixture
def short_work(long_work: Settings) -> Settings:
    return long_work.model_copy(update={"epochs": 1, "batch_size": 16})
