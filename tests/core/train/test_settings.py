"""Settings: what is within bounds passes as it is; what is not is named, all of it at once."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from core.errors import UserError
from core.models.choice import ModelChoice
from core.train.settings import Settings, bounds, make_settings

BOUNDS = {
    "epochs": (1, 100),
    "batch_size": (1, 128),
    "learning_rate": (1e-7, 1e-2),
    "max_tokens": (8, 512),
    "warmup_share": (0.0, 0.5),
    "weight_decay": (0.0, 0.3),
    "dropout": (0.0, 0.5),
    "balance": (0.0, 1.0),
    "negatives": (1, 8),
    "hard_share": (0.0, 1.0),
    "focus": (0.0, 5.0),
    "label_smoothing": (0.0, 0.4),
    "distillation": (0.0, 1.0),
    "layer_decay": (0.5, 1.0),
    "frozen_layers": (0, 48),
    "lora": (0, 256),
    "lora_alpha": (1.0, 512.0),
    "pretraining_epochs": (0, 50),
    "validation_share": (0.05, 0.4),
    "test_share": (0.0, 0.4),
    "patience": (0, 50),
    "seed": (0, 2**31 - 1),
}


def test_every_number_has_bounds_and_a_default_within_them() -> None:
    assert set(Settings.model_fields) == {*BOUNDS, "model", "preset", "paraphrases", "keeps_last", "test_from"}
    for field, (least, most) in BOUNDS.items():
        assert bounds(field) == (least, most)
        assert least <= getattr(Settings(), field) <= most


@pytest.mark.parametrize("field", BOUNDS)
def test_the_bounds_themselves_are_allowed(field: str) -> None:
    for value in BOUNDS[field]:
        assert getattr(make_settings({field: value}), field) == value


@pytest.mark.parametrize(("field", "least", "most"), [(field, *limits) for field, limits in BOUNDS.items()])
def test_beyond_a_bound_the_field_is_named_with_its_bounds(field: str, least: float, most: float) -> None:
    step = 1 if isinstance(most, int) else least / 10 or 1e-3
    for value in (least - step, most + step, "many", None, float("nan")):
        with pytest.raises(UserError) as caught:
            make_settings({field: value})
        assert caught.value.code == "settings_invalid"
        assert caught.value.facts["problem"] == f"{field} ({least:g}–{most:g})"


def test_every_fault_is_named_at_once() -> None:
    wrong: dict[str, Any] = {field: most + 1 for field, (_, most) in BOUNDS.items()}
    with pytest.raises(UserError) as caught:
        make_settings({**wrong, "preset": "reckless", "model": {"kind": "wish", "name": 3}})
    named = [part.split(" ")[0] for part in caught.value.facts["problem"].split(", ")]
    assert sorted(named) == sorted([*BOUNDS, "preset", "model"])
    assert all(name in str(caught.value) for name in named)


def test_a_count_is_whole() -> None:
    with pytest.raises(UserError, match="epochs"):
        make_settings({"epochs": 2.5})


def test_settings_survive_json_and_do_not_change_once_made() -> None:
    settings = make_settings({"model": {"kind": "hub", "name": "camembert-base"}, "learning_rate": 3e-5, "seed": 7})
    assert settings.model == ModelChoice(kind="hub", name="camembert-base")
    assert Settings.model_validate_json(settings.model_dump_json()) == settings
    with pytest.raises(ValidationError, match="frozen"):
        settings.epochs = 3  # type: ignore[misc]
