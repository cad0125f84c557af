"""The memory of translations: what changes a translation is part of its key, and what is known stays as it is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from core.store.consents import consents, give_consent, has_consent
from core.store.memory import Asked, get_many, key_of, put_many
from core.store.project import Project, delete_project

ASKED = Asked("google", "1", "fr", "en", 1)


def test_what_was_kept_is_found_again(home: Path) -> None:
    texts = [f"texte {place} é\x1f" for place in range(1200)]
    put_many(ASKED, {text: f"text {place}" for place, text in enumerate(texts)})
    assert get_many(ASKED, texts) == {text: f"text {place}" for place, text in enumerate(texts)}
    assert get_many(ASKED, ["texte 1"]) == {}
    assert get_many(ASKED, []) == {}


@pytest.mark.parametrize(
    ("part", "value"), [("engine", "deepl"), ("version", "2"), ("source", "es"), ("target", "de"), ("variant", 2)]
)
def test_another_engine_version_language_or_variant_is_another_question(home: Path, part: str, value: object) -> None:
    put_many(ASKED, {"a": "b"})
    assert get_many(replace(ASKED, **{part: value}), ["a"]) == {}


def test_no_part_of_a_key_runs_into_the_next() -> None:
    assert key_of(Asked("a", "b", "fr", "en", 1), "x") != key_of(Asked("a", "bf", "r", "en", 1), "x")
    assert key_of(Asked("a\x1f", "b", "fr", "en", 1), "x") != key_of(Asked("a", "\x1fb", "fr", "en", 1), "x")


def test_a_translation_that_is_known_stays(home: Path) -> None:
    put_many(ASKED, {"a": "first"})
    put_many(ASKED, {"a": "second", "c": "d"})
    assert get_many(ASKED, ["a", "c"]) == {"a": "first", "c": "d"}


def test_a_yes_is_kept_with_who_what_and_when_and_goes_with_the_project(project: Project) -> None:
    assert not has_consent(project.id, "google", "Google (a.example)")
    give_consent(project.id, "google", "Google (a.example)", 1234, "ada")
    assert has_consent(project.id, "google", "Google (a.example)")
    assert not has_consent(project.id, "google", "Google (b.example)")
    assert not has_consent(project.id, "deepl", "Google (a.example)")
    assert not has_consent("another", "google", "Google (a.example)")
    [kept] = consents(project.id)
    assert (kept.engine, kept.characters, kept.person) == ("google", 1234, "ada")
    assert kept.at.tzinfo is not None
    delete_project(project.id)
    assert consents(project.id) == []
