"""Engines are tried before a job: each once, side by side; what does not work is known with what to take instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.augment.trying import in_place_of, try_ways
from core.store.comparison import Way
from tests.services.server import served


def ways_of(engine: str, *pivots: str, **options: str) -> list[Way]:
    return [Way(engine=engine, options=options, path=f"fr>{pivot}>fr") for pivot in pivots]


def test_each_way_has_its_answer_and_a_refusal_is_met_once(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with served("google", fault=lambda number, texts: "429") as google, served("libretranslate") as libre:
        monkeypatch.setenv("PARAFINE_GOOGLE_URL", google.url)
        ways = [*ways_of("google", "en", "es"), *ways_of("libretranslate", "en", "es", url=libre.url)]
        found = try_ways(ways)
        assert [failed and failed.code for failed in found] == ["refused", "refused", None, None]
        assert len(google.asked) == 1
        assert len(libre.asked) == 4, "two pairs of languages a way"
        assert in_place_of(ways[0], ways, ways[:2]) == ways[2]
        assert in_place_of(ways[1], ways, ways[:3]) == ways[3], "along the same path first"
        assert in_place_of(ways[2], ways, ways[2:]) is None, "the refusing one is no way out"


def test_what_must_be_fetched_is_not_fetched_to_be_tried(
    home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PARAFINE_MARIAN_FOLDER", str(tmp_path))
    assert try_ways(ways_of("marian", "ca")) == [None]
    for name in ("opus-mt-fr-ca", "opus-mt-ca-fr"):
        (tmp_path / name).mkdir()
    [failed] = try_ways(ways_of("marian", "ca"))
    assert failed is not None
    assert failed.code == "model_missing"


def test_nothing_known_to_be_missing_is_asked(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DEEPL_API_KEY", raising=False)
    with served("deepl") as service:
        monkeypatch.setenv("PARAFINE_DEEPL_URL", service.url)
        [failed] = try_ways(ways_of("deepl", "en"))
        assert failed is not None
        assert failed.code == "key_missing"
        assert service.asked == []
