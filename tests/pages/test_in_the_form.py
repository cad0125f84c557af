"""What of a run, or of a search, comes back into the form: everything but what the draft holds beside it."""

from __future__ import annotations

from core.train.settings import Settings
from pages.parts.settings_fields import in_the_form

BESIDE = {"model", "preset", "paraphrases", "test_from"}


def test_every_setting_comes_back_into_the_form() -> None:
    settings = Settings(keeps_last=True, distillation=0.5)
    assert set(in_the_form(settings)) == set(Settings.model_fields) - BESIDE
    assert in_the_form(settings)["keeps_last"] is True
