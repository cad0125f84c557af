"""Many texts through a service that fails now and then, or for good, or until somebody says stop."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from core.augment.engines.engine import Failed, Limits, Outcome, Translated
from core.augment.patience import Interrupted, Patience, translate_all
from tests.services.engines import KINDS, engine_for
from tests.services.protocols import translated
from tests.services.server import FAULTS, served

HASTY = Patience(first_wait=0.02, longest_wait=0.1)
TEXTS = [f"Phrase numéro {number}" for number in range(120)]


class Stopped(Exception):
    pass


def no_thread_is_left() -> bool:
    return not any(thread.name == "translation" for thread in threading.enumerate())


@pytest.mark.parametrize("name", sorted(KINDS))
@pytest.mark.parametrize("fault", [*FAULTS, "mixed"])
def test_with_a_third_of_the_requests_failing_no_row_is_lost_or_doubled(name: str, fault: str) -> None:
    chance = random.Random(f"{name} {fault}")
    texts = TEXTS[:40] if fault in ("time-out", "mixed") else TEXTS

    def programme(number: int, asked: list[str]) -> str | None:
        if chance.random() >= 0.3:
            return None
        return chance.choice(FAULTS) if fault == "mixed" else fault

    with served(name, fault=programme) as service:
        engine = engine_for(name, service, timeout=0.3 if fault in ("time-out", "mixed") else 10)
        outcomes = list(translate_all(engine, texts, "fr", "en", patience=HASTY))
        assert sorted(place for place, _ in outcomes) == list(range(len(texts)))
        for place, outcome in outcomes:
            assert isinstance(outcome, Failed) or outcome == Translated(translated(texts[place], "en"))
        assert set(service.answered.values()) <= {1}
        assert sum(isinstance(outcome, Translated) for _, outcome in outcomes) > len(texts) * 0.8
    assert no_thread_is_left()


def test_the_rate_is_kept_by_the_servers_own_clock_under_retries_too() -> None:
    chance = random.Random(3)
    with served("google", fault=lambda number, texts: "500" if chance.random() < 0.3 else None) as service:
        engine = engine_for("google", service, at_once=12, per_second=30)
        outcomes = list(translate_all(engine, TEXTS[:60], "fr", "en", patience=HASTY))
        assert len(outcomes) == 60
        assert len(service.asked) > 60
        assert service.most_in_a_second() <= 30


def test_the_pieces_of_long_texts_keep_the_rate_too() -> None:
    texts = [" ".join(f"La phrase {text}.{number} est là." for number in range(200)) for text in range(4)]
    with served("mymemory") as service:
        engine = engine_for("mymemory", service, at_once=8, per_second=25)
        outcomes = list(translate_all(engine, texts, "fr", "en"))
        assert all(isinstance(outcome, Translated) for _, outcome in outcomes)
        assert len(service.asked) > 32
        assert service.most_in_a_second() <= 25


@pytest.mark.parametrize("fault", ["429", "503"])
def test_what_the_service_asks_for_is_waited_for(fault: str) -> None:
    with served("google", fault=lambda number, texts: fault if number == 0 else None, retry_after="1") as service:
        outcomes = list(translate_all(engine_for("google", service, at_once=1), TEXTS[:3], "fr", "en", patience=HASTY))
        assert [place for place, _ in outcomes] == [0, 1, 2]
        assert service.asked[1][0] - service.asked[0][0] >= 1.0


@pytest.mark.parametrize("fault", ["429", "500", "404", "page", "cut"])
def test_a_service_that_refuses_everything_is_soon_left_alone(fault: str) -> None:
    with served("google", fault=lambda number, texts: fault if number >= 20 else None) as service:
        engine = engine_for("google", service, at_once=4)
        arrived: list[tuple[int, Outcome]] = []
        with pytest.raises(Interrupted) as caught:
            arrived.extend(translate_all(engine, TEXTS, "fr", "en", patience=HASTY))
        codes = {"429": "refused", "500": "unavailable", "404": "bad_request", "page": "not_a_translation"}
        assert caught.value.reason.code == codes.get(fault, "cut_off")
        done = [place for place, outcome in arrived if isinstance(outcome, Translated)]
        assert len(done) == 20
        # Four are under way when the twelfth refusal comes, and a late answer may make the count begin anew after three.
        most = HASTY.break_after + 2 * 4
        assert len(service.asked) <= 20 + most
        service.fault = lambda number, texts: None
        missing = [place for place in range(len(TEXTS)) if place not in {place for place, _ in arrived}]
        assert len(done) + len(missing) >= len(TEXTS) - most
        list(translate_all(engine, [TEXTS[place] for place in missing], "fr", "en"))
        assert set(service.answered.values()) == {1}
    assert no_thread_is_left()


@pytest.mark.parametrize(("fault", "after", "code"), [("456", "0", "quota"), ("403", "0", "key_refused")])
def test_what_every_text_would_meet_ends_the_work_at_once(fault: str, after: str, code: str) -> None:
    with served("deepl", fault=lambda number, texts: fault, retry_after=after) as service:
        engine = engine_for("deepl", service, at_once=1)
        with pytest.raises(Interrupted) as caught:
            list(translate_all(engine, TEXTS, "fr", "en"))
        assert caught.value.reason.code == code
        assert len(service.asked) == 1


def test_a_service_that_wants_to_be_left_alone_for_an_hour_ends_the_work() -> None:
    with served("google", fault=lambda number, texts: "429", retry_after="3600") as service:
        with pytest.raises(Interrupted) as caught:
            list(translate_all(engine_for("google", service, at_once=1), TEXTS, "fr", "en"))
        assert caught.value.reason.retry_after == 3600
        assert len(service.asked) == 1


def test_a_stop_is_seen_in_the_middle_of_a_long_wait() -> None:
    with served("google", fault=lambda number, texts: "429", retry_after="50") as service:
        begun = time.monotonic()

        def check() -> None:
            if service.asked:
                raise Stopped

        with pytest.raises(Stopped):
            list(translate_all(engine_for("google", service), TEXTS, "fr", "en", check=check))
        assert time.monotonic() - begun < 30  # it would have waited fifty seconds
        assert len(service.asked) <= 8
    assert no_thread_is_left()


def test_what_was_under_way_when_the_stop_came_still_counts() -> None:
    with served("google", delay=0.15) as service:

        def check() -> None:
            if len(service.asked) >= 8:
                raise Stopped

        arrived: list[tuple[int, Outcome]] = []
        with pytest.raises(Stopped):
            arrived.extend(translate_all(engine_for("google", service), TEXTS, "fr", "en", check=check))
        assert {TEXTS[place] for place, _ in arrived} == set(service.answered)
        assert Counter(place for place, _ in arrived).most_common(1)[0][1] == 1


@dataclass
class Clumsy:
    """An engine with a fault of ours, and one that lacks a language."""

    name: str = "clumsy"
    version: str = "1"
    sends_text_to: str | None = None
    limits: Limits = field(default_factory=lambda: Limits(at_once=2))
    asked: list[str] = field(default_factory=list)

    def languages(self) -> None:
        return None

    def probe(self, source: str, target: str) -> Failed | None:
        return None

    def translate(self, texts: Sequence[str], source: str, target: str) -> list[Outcome]:
        self.asked += texts
        if target == "xx":
            return [Failed("language", {"service": self.name, "source": source, "target": target})] * len(texts)
        raise ZeroDivisionError


def test_a_fault_of_ours_is_raised_where_the_outcomes_are_awaited() -> None:
    with pytest.raises(ZeroDivisionError):
        list(translate_all(Clumsy(), TEXTS, "fr", "en"))
    assert no_thread_is_left()


def test_a_language_that_is_missing_is_asked_for_once_and_told_to_every_row() -> None:
    engine = Clumsy()
    outcomes = dict(translate_all(engine, TEXTS, "fr", "xx"))
    assert {outcome.code for outcome in outcomes.values() if isinstance(outcome, Failed)} == {"language"}
    assert len(outcomes) == len(TEXTS)
    assert len(engine.asked) <= 2


def test_nothing_to_translate_is_nothing_to_do() -> None:
    assert list(translate_all(Clumsy(), [], "fr", "en")) == []
