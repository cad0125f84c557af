"""Which engines can work, in which order they are proposed, and what is tried when one does not."""

from __future__ import annotations

import shutil
from itertools import pairwise
from pathlib import Path

import pytest

from core.augment.engines.apertium import Apertium
from core.augment.engines.catalogue import (
    ENTRIES,
    all_engines,
    available,
    make_engine,
    obstacle,
    probe,
)
from core.augment.engines.engine import FAILURES, PASSING
from core.augment.engines.google import Google
from core.augment.engines.libre import LibreTranslate
from core.augment.engines.marian import Marian
from core.augment.patience import HOPELESS
from tests.services.server import served
from tests.test_house import HEAVY, loaded_after_importing

FR_CA = list(pairwise(["fr", "ca", "fr"]))
KEYS = [entry.key_variable for entry in ENTRIES.values() if entry.key_variable]


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    for variable in [*KEYS, "PARAFINE_LIBRETRANSLATE_URL", "PARAFINE_MARIAN_FOLDER"]:
        monkeypatch.delenv(variable, raising=False)


def test_every_engine_has_its_name_and_says_whether_texts_leave() -> None:
    engines = all_engines()
    assert [engine.name for engine in engines] == list(ENTRIES)
    for engine in engines:
        assert ENTRIES[engine.name].is_offline == (engine.sends_text_to is None)
        assert engine.version.startswith(engine.name)
        assert make_engine(engine.name).name == engine.name
    assert set(FAILURES) >= PASSING | HOPELESS


@pytest.mark.skipif(shutil.which("apertium") is None, reason="Apertium is not installed on this machine")
def test_apertium_comes_first_where_it_has_the_pair() -> None:
    assert available(FR_CA)[0].name == "apertium"
    assert available(list(pairwise(["fr", "de", "fr"])))[0].name != "apertium"
    assert obstacle(Apertium(), list(pairwise(["fr", "de", "fr"]))) is not None


def test_without_keys_those_that_need_one_are_not_proposed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert {"deepl", "microsoft", "libretranslate"} & {engine.name for engine in available(FR_CA)} == set()
    monkeypatch.setenv("DEEPL_API_KEY", "a-key")
    assert "deepl" in {engine.name for engine in available(list(pairwise(["fr", "en", "fr"])))}
    assert obstacle(make_engine("deepl"), list(pairwise(["fr", "sm", "fr"]))) is not None


def test_models_that_are_here_come_before_services_and_others_after(tmp_path: Path) -> None:
    engines = [Google("http://127.0.0.1:9"), Marian(folder=tmp_path)]
    assert [engine.name for engine in available(FR_CA, engines)] == ["google", "marian"]
    for name in ("opus-mt-fr-ca", "opus-mt-ca-fr"):
        (tmp_path / name).mkdir()
    assert [engine.name for engine in available(FR_CA, engines)] == ["marian", "google"]


def test_what_works_comes_first_and_a_refusal_is_found_out_with_one_sentence() -> None:
    with served("google", fault=lambda number, texts: "429") as google, served("libretranslate") as libre:
        engines = [Google(google.url), LibreTranslate(libre.url), Marian()]
        first = available(FR_CA, engines)[0]
        assert first.name == "libretranslate"
        assert probe(first, FR_CA) is None
        refused = probe(engines[0], FR_CA)
        assert refused is not None
        assert refused.code == "refused"
        assert len(google.asked) == 1


@pytest.mark.parametrize("name", ["deepl", "google", "mymemory"])
def test_the_pairs_of_a_service_are_put_together_once(name: str) -> None:
    """A page asks some hundred times for what is tens of thousands of pairs."""
    found = make_engine(name).languages()
    assert found is make_engine(name).languages()
    assert found is not None
    assert {("fr", "en"), ("en", "fr")} <= found
    assert not [pair for pair in found if pair[0] == pair[1] or len("".join(pair)) != 4]


def test_looking_at_the_engines_costs_no_library_of_theirs() -> None:
    loaded = loaded_after_importing({"core.augment.engines.catalogue", "core.augment.patience"})
    assert (
        loaded & (HEAVY | {"ctranslate2", "deepl", "deep_translator", "requests", "sentencepiece", "tenacity"}) == set()
    )
