"""Numbers, sizes, durations and dates as each language writes them, and the choice of the language."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.errors import SENTENCES
from core.words import LANGUAGES, N_, Words, catalogue, language_for

EN, FR = Words("en"), Words("fr")


@pytest.mark.parametrize(
    ("asked", "browser", "spoken"),
    [
        ("fr", "en-GB", "fr"),
        ("en", "fr-FR", "en"),
        (None, "fr-CA", "fr"),
        (None, "fr_FR", "fr"),
        (None, "FR", "fr"),
        (None, "de-DE", "en"),
        ("de", "fr-FR", "fr"),
        ("../fr", "de", "en"),
        (None, None, "en"),
        ("", "", "en"),
    ],
)
def test_the_language_asked_for_then_the_browser_s_then_english(
    asked: str | None, browser: str | None, spoken: str
) -> None:
    assert language_for(asked, browser) == spoken


def test_each_language_is_offered_under_its_own_name() -> None:
    assert LANGUAGES == {"fr": "Français", "en": "English"}


def test_numbers_are_grouped_and_pointed_as_the_language_does() -> None:
    assert EN.integer(1234567) == "1,234,567"
    assert FR.integer(1234567) == "1\u202f234\u202f567"
    assert EN.decimal(1234.5) == "1,234.50"
    assert FR.decimal(1234.5, 1) == "1\u202f234,5"


def test_a_percentage_in_french_has_a_space_before_its_sign() -> None:
    assert EN.percent(0.9149) == "91.5%"
    assert FR.percent(0.9149) == "91,5\u00a0%"
    assert EN.percent(1, 0) == "100%"
    assert FR.percent(1, 0) == "100\u00a0%"


def test_a_learning_rate_reads_as_people_write_it() -> None:
    assert EN.scientific(0.00002) == FR.scientific(0.00002) == "2e-5"
    assert EN.scientific(0.000025) == "2.5e-5"
    assert FR.scientific(0.000025) == "2,5e-5"
    assert EN.scientific(0.01) == "1e-2"


@pytest.mark.parametrize(
    ("count", "english", "french"),
    [
        (0, "0 B", "0 o"),
        (999, "999 B", "999 o"),
        (1500, "1.5 kB", "1,5 ko"),
        (9_960_000, "10 MB", "10 Mo"),
        (999_400, "999 kB", "999 ko"),
        (999_999, "1.0 MB", "1,0 Mo"),
        (91_000_000, "91 MB", "91 Mo"),
        (2_340_000_000, "2.3 GB", "2,3 Go"),
    ],
)
def test_a_size_is_in_the_unit_people_use(count: int, english: str, french: str) -> None:
    assert EN.size(count).replace("\u00a0", " ") == english
    assert FR.size(count).replace("\u00a0", " ") == french


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (-3, "0 s"),
        (0.4, "0 s"),
        (59.4, "59 s"),
        (59.6, "1 min 00"),
        (65, "1 min 05"),
        (3599.9, "1 h 00"),
        (7510, "2 h 05"),
    ],
)
def test_a_duration_shows_its_two_largest_units(seconds: float, shown: str) -> None:
    assert EN.duration(seconds) == FR.duration(seconds) == shown.replace(" ", "\u00a0")


def test_a_moment_is_short_and_in_local_time() -> None:
    when = datetime(2026, 11, 23, 12, 5, tzinfo=UTC)
    local = when.astimezone()
    assert FR.moment(when) == f"{local:%d/%m/%Y %H:%M}"
    assert EN.moment(when).startswith(f"{local.month}/{local.day}/{local:%y}, ")


def test_a_colon_in_french_has_a_space_before_it() -> None:
    assert (EN.colon, FR.colon) == (":", "\u00a0:")


def test_a_plural_shows_its_count() -> None:
    assert EN.ngettext("{count} line", "{count} lines", 1) == "1 line"
    assert EN.ngettext("{count} line", "{count} lines", 1234) == "1,234 lines"


def test_english_is_what_the_code_says_and_an_unknown_language_too() -> None:
    for sentence in SENTENCES.values():
        assert EN.gettext(sentence) == N_(sentence) == catalogue("xx").gettext(sentence) == sentence
