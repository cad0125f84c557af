"""Which languages a LibreTranslate knows: asked of the server, once in a while, and never for long."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.augment.engines.catalogue import probe
from core.augment.engines.libre import LISTS, LibreTranslate, pairs_of
from tests.services.engines import KEY
from tests.services.protocols import libre_languages
from tests.services.server import served


def test_libretranslate_says_itself_which_languages_it_knows_and_is_asked_once() -> None:
    with served("libretranslate", languages=libre_languages(fr="en", en="fr", zt="en")) as service:
        engines = [LibreTranslate(service.url, KEY), LibreTranslate(service.url.rstrip("/"))]
        for engine in engines * 2:
            assert engine.languages() == {("fr", "en"), ("en", "fr"), ("zt", "en")}
        assert service.listed == 1
        assert not any(KEY in f"{path}{headers}" for path, headers in zip(service.paths, service.headers, strict=True))
        refused = probe(engines[0], [("fr", "en"), ("en", "es"), ("es", "fr")])
        assert refused is not None
        assert (refused.code, refused.facts["target"]) == ("language", "es")
        assert service.asked == [], "a pair that it lacks is refused before anything is sent"


@pytest.mark.parametrize("listed", [None, "[]", "{}", "<html>", '{"error": "nothing"}', '[{"name": "French"}, 7]'])
def test_a_server_that_says_nothing_of_its_languages_can_still_be_tried(listed: str | None) -> None:
    with served("libretranslate", languages=listed) as service:
        engine = LibreTranslate(service.url)
        assert engine.languages() is None
        assert engine.languages() is None
        assert service.listed == 1, "nor is it asked again at once"
        assert probe(engine, [("fr", "en")]) is None


def test_a_server_that_does_not_answer_holds_nobody_up_twice() -> None:
    with served("libretranslate", languages="[]", delay=600) as service:
        assert LibreTranslate(service.url).languages() is None
        assert LibreTranslate(service.url).languages() is None
        assert service.listed == 1
    url = service.url
    LISTS.forget()
    assert LibreTranslate(url).languages() is None


def test_old_servers_and_names_with_a_script() -> None:
    old = [{"code": "en", "name": "English"}, {"code": "zh-Hans", "name": "Chinese"}]
    assert pairs_of(old) == {("en", "zh-Hans"), ("en", "zh"), ("zh-Hans", "en"), ("zh", "en")}


def test_the_public_service_is_not_asked_without_a_key(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    monkeypatch.delenv("LIBRE_API_KEY", raising=False)
    with served("libretranslate", languages=libre_languages(fr="en")) as service:

        class Public(LibreTranslate):
            public_url = service.url

        engine = Public()
        assert engine.needs_key
        assert engine.languages() is None
        assert service.listed == 0
