"""Each service, spoken to over real HTTP, in good order and with every fault it may have."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from core.augment.engines.engine import FAILURES, Failed, Translated
from core.augment.engines.google import Google
from core.augment.engines.libre import LibreTranslate
from core.augment.engines.microsoft import Microsoft
from tests.services.engines import KEY, KINDS, engine_for
from tests.services.protocols import mymemory_says, translated
from tests.services.server import FAULTS, served

every_service = pytest.mark.parametrize("name", sorted(KINDS))

CODES = {
    "429": {"refused"},
    "500": {"unavailable"},
    "time-out": {"timed_out"},
    "page": {"not_a_translation"},
    "empty": {"empty"},
    "cut": {"cut_off"},
}


@every_service
def test_texts_come_back_in_order_with_their_white_space(name: str) -> None:
    texts = ["Une phrase d’été & <b>", "", " \n ", "  Deux\nlignes \n", "Une phrase d’été & <b>", "!!", "12"]
    with served(name) as service:
        outcomes = engine_for(name, service).translate(texts, "fr", "en")
    assert outcomes == [
        Translated(text.replace(core, translated(core, "en"))) if (core := text.strip()) else Translated(text)
        for text in texts
    ]


@every_service
@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_has_its_reason_and_never_becomes_a_text(name: str, fault: str) -> None:
    with served(name, fault=lambda number, texts: fault, retry_after="7") as service:
        engine = engine_for(name, service, timeout=0.3 if fault == "time-out" else 10)
        for _ in range(2):  # the connection is cut in two manners
            (outcome,) = engine.translate(["Bonjour le monde"], "fr", "en")
            assert isinstance(outcome, Failed)
            assert outcome.code in CODES[fault]
            assert outcome.may_pass
            assert outcome.retry_after == (7.0 if fault == "429" else None)
            assert FAILURES[outcome.code].format(**outcome.facts)
        service.fault = lambda number, texts: None
        assert engine.translate(["Bonjour"], "fr", "en") == [Translated(translated("Bonjour", "en"))]


@every_service
def test_a_service_that_nobody_runs_is_unreachable(name: str) -> None:
    with served(name) as service:
        url = service.url
    outcome = KINDS[name](url, KEY).probe("fr", "en")
    assert isinstance(outcome, Failed)
    assert outcome.code == "unreachable"


@every_service
def test_a_key_is_in_no_message_and_in_no_address(name: str) -> None:
    with served(name) as service:
        engine = engine_for(name, service)
        for fault in ("401", "403", "400", "429", "456", "page", "empty"):
            service.fault = lambda number, texts, fault=fault: fault
            (outcome,) = engine.translate(["Bonjour"], "fr", "en")
            assert isinstance(outcome, Failed)
            assert KEY not in repr(outcome)
        assert not any(KEY in path for path in service.paths)
        assert KEY not in f"{engine.version}{engine.sends_text_to}{engine!r}"
        service.fault = lambda number, texts: None
        engine.languages()
        assert not any(KEY in path for path in service.paths)


@pytest.mark.parametrize("name", ["microsoft", "deepl"])
def test_without_a_key_nothing_is_sent(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    variable = KINDS[name].key_variable
    assert variable is not None
    monkeypatch.delenv(variable, raising=False)
    with served(name) as service:
        outcomes = KINDS[name](service.url).translate(["un", "deux"], "fr", "en")
        assert [outcome.code for outcome in outcomes if isinstance(outcome, Failed)] == ["key_missing"] * 2
        assert service.asked == []
        monkeypatch.setenv(variable, KEY)
        assert KINDS[name](service.url).translate(["un"], "fr", "en") == [Translated("en: un")]
        assert any(KEY in value for value in service.headers[0].values())


@pytest.mark.parametrize(
    ("name", "fault", "code"),
    [
        ("deepl", "456", "quota"),
        ("deepl", "403", "key_refused"),
        ("microsoft", "401", "key_refused"),
        ("google", "403", "refused"),
        ("google", "413", "too_long"),
        ("microsoft", json.dumps({"error": {"code": 400036, "message": "The target language is not valid."}}), None),
        ("mymemory", mymemory_says("MYMEMORY WARNING: YOU USED ALL AVAILABLE FREE TRANSLATIONS FOR TODAY."), "quota"),
        ("mymemory", mymemory_says("PLEASE SELECT TWO DISTINCT LANGUAGES", "403"), "language"),
        ("mymemory", mymemory_says("'XX' IS AN INVALID TARGET LANGUAGE . EXAMPLE: LANGPAIR=EN|IT"), "language"),
        ("mymemory", mymemory_says("", 429, "TOO MANY REQUESTS"), "refused"),
        ("mymemory", mymemory_says(""), "empty"),
        ("mymemory", "[]", "not_a_translation"),
        ("libretranslate", '{"translatedText": null}', "not_a_translation"),
        ("google", '<html><div class="result-container">Error 500 (Server Error)!!1500.That’s an error.</div>', None),
        ("google", "<html><title>Sorry...</title>unusual traffic from your computer network</html>", "refused"),
    ],
)
def test_what_a_service_says_in_words_is_understood(name: str, fault: str, code: str | None) -> None:
    with served(name, fault=lambda number, texts: fault) as service:
        engine = engine_for(name, service) if name != "google" else Google(service.url)
        (outcome,) = engine.translate(["Bonjour"], "fr", "en")
    assert isinstance(outcome, Failed)
    assert outcome.code == (code or "not_a_translation")
    assert FAILURES[outcome.code].format(**outcome.facts)


def test_a_text_that_speaks_of_errors_is_a_text() -> None:
    text = "<html> Error 500 (Server Error)!!1 unusual traffic from your computer network"
    with served("google") as service:
        assert Google(service.url).translate([text], "fr", "en") == [Translated(translated(text, "en"))]


def test_what_comes_back_unchanged_is_the_same_text(monkeypatch: pytest.MonkeyPatch) -> None:
    page = '<html><div class="result-container">{}</div></html>'
    with served("google") as service:
        engine = Google(service.url)
        for text in ("!!! ???", "Paris"):  # deep-translator says None for the first
            service.fault = lambda number, texts, text=text: page.format(text)
            assert engine.translate([text], "fr", "en") == [Translated(text)]
        service.fault = lambda number, texts: page.format(texts[0])
        found = engine.probe("fr", "en")
        assert found is not None
        assert found.code == "unchanged"


def test_a_refusal_in_capitals_is_not_taken_for_one_where_the_text_is() -> None:
    with served("mymemory") as service:
        engine = engine_for("mymemory", service)
        assert engine.translate(["l’invalide"], "fr", "en") == [Translated("en: l’invalide")]


def test_no_redirection_is_followed() -> None:
    with served("microsoft") as service, served("microsoft") as elsewhere, redirected(elsewhere.url) as url:
        (outcome,) = Microsoft(url, KEY).translate(["Bonjour"], "fr", "en")
        assert isinstance(outcome, Failed)
        assert outcome.code == "not_a_translation"
        assert elsewhere.asked == service.asked == []


@contextmanager
def redirected(url: str) -> Iterator[str]:
    with dripping(f"HTTP/1.1 302 Found\r\nLocation: {url}\r\nContent-Length: 0\r\n\r\n".encode(), []) as address:
        yield address


@contextmanager
def dripping(head: bytes, drops: list[bytes]) -> Iterator[str]:
    """A server of raw bytes: the head at once, then a drop every tenth of a second, and then the end."""
    over = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65_536)
            connection.sendall(head)
            for drop in drops:
                if over.wait(0.1):
                    return
                try:
                    connection.sendall(drop)
                except OSError:
                    return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/m"
    finally:
        over.set()
        thread.join()
        listener.close()


def test_an_answer_that_comes_in_drops_is_timed_out() -> None:
    """Each of its drops comes in time; the whole does not."""
    drops = [*[b" "] * 30, b'<div class="result-container">Hello</div></html>']
    with dripping(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>", drops) as url:
        (outcome,) = Google(url, timeout=0.5).translate(["Bonjour"], "fr", "en")
    assert isinstance(outcome, Failed)
    assert outcome.code == "timed_out"


def test_one_engine_serves_many_threads_without_mixing_their_texts() -> None:
    texts = [f"Phrase numéro {number}" for number in range(200)]
    with served("google") as service, ThreadPoolExecutor(16) as pool:
        engine = engine_for("google", service)
        outcomes = list(pool.map(lambda text: engine.translate([text], "fr", "en")[0], texts))
        assert outcomes == [Translated(translated(text, "en")) for text in texts]
        assert service.connections <= 16  # kept open, not made anew for each text


def test_a_server_of_ones_own_on_this_machine_gets_no_text_sent_away() -> None:
    with served("libretranslate") as service:
        engine = LibreTranslate(service.url.rstrip("/"))
        assert engine.sends_text_to is None
        assert engine.translate(["Bonjour"], "fr", "xx") == [Translated("xx: Bonjour")]
    assert LibreTranslate("https://translate.example.org").sends_text_to == "LibreTranslate (translate.example.org)"
