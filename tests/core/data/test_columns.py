"""Columns are guessed as a person would name them, and wrong choices are refused."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from core.data.columns import Roles, check_roles, guess_roles, plain
from core.data.reading import read
from core.errors import UserError
from tests.conftest import SAMPLES


def test_names_are_compared_without_accents_case_and_separators() -> None:
    assert plain(" Étiquette ") == "etiquette"
    assert plain("Text-A") == plain("text_a") == "text_a"
    assert plain("Œuvre / Thème") == "œuvre_theme"


@pytest.mark.parametrize(
    ("sample", "roles"),
    [
        ("courriers_mairie.csv", Roles(text="texte", question="question", label="étiquette")),
        ("fiches_pratiques.csv", Roles(text="texte", question="question")),
        ("shop_messages.csv", Roles(text="text", label="label")),
    ],
)
def test_the_sample_tables_need_no_correction(sample: str, roles: Roles) -> None:
    assert guess_roles(read(SAMPLES / sample, sample).table) == roles


@pytest.mark.parametrize(
    ("name", "question", "label"),
    [
        ("banking77_en", None, "label"),
        ("clinc150_en", None, "label"),
        ("cnil_faq_ouinon_fr", "question", "label"),
        ("cnil_faq_themes_fr", "question", "label"),
        ("piaf_pairs_fr", "question", None),
        ("piaf_qnli_fr", "question", "label"),
        ("qnli_en", "question", "label"),
        ("service_public_fr", None, "label"),
    ],
)
def test_real_tables_need_no_correction(shared_data: Path, name: str, question: str | None, label: str | None) -> None:
    for path in (shared_data / name).glob("t*.csv"):
        assert guess_roles(read(path, path.name).table) == Roles(text="text", question=question, label=label), path


def test_roles_are_found_by_content_when_the_names_say_nothing() -> None:
    """A number that never repeats is an identifier, what repeats is the label, what is long is the text."""
    table = pd.DataFrame(
        {
            "a": [str(place) for place in range(60)],
            "b": ["short", "words", "again"] * 20,
            "c": [f"The parcel number {place} has not arrived and nobody answers." for place in range(60)],
        }
    )
    assert guess_roles(table) == Roles(text="c", label="b")


def test_a_column_of_questions_is_the_question() -> None:
    table = pd.DataFrame(
        {
            "un": [f"Le colis {place} est parti lundi, il arrivera vendredi." for place in range(30)],
            "deux": [f"Où est le colis {place} ?" for place in range(30)],
            "trois": ["oui", "non", "oui"] * 10,
        }
    )
    assert guess_roles(table) == Roles(text="un", question="deux", label="trois")


def test_a_text_is_always_found_and_no_column_has_two_roles() -> None:
    for table in (
        pd.DataFrame({"x": ["1", "2"], "y": ["", ""]}),
        pd.DataFrame({"label": ["a", "a"], "classe": ["b", "b"]}),
        pd.DataFrame({"question": ["a ?", "b ?"], "réponse": ["", ""]}),
        pd.DataFrame({"only": ["a"]}),
    ):
        roles = guess_roles(table)
        check_roles(roles, table)
        assert roles.text in table.columns


def test_a_role_on_a_column_that_is_not_there_is_refused() -> None:
    with pytest.raises(UserError) as caught:
        check_roles(Roles(text="texte", label="thème"), pd.DataFrame(columns=["texte", "classe"]))
    assert caught.value.code == "missing_column"
    assert caught.value.facts == {"column": "thème", "role": "label", "found": "texte, classe"}


def test_one_column_cannot_have_two_roles() -> None:
    with pytest.raises(UserError) as caught:
        check_roles(Roles(text="texte", question="texte"), pd.DataFrame(columns=["texte", "classe"]))
    assert (caught.value.code, caught.value.facts) == ("same_column_twice", {"column": "texte"})
