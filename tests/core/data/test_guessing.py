"""Columns are guessed as a person would name them: by their names in two languages, and by their cells where names say nothing."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from core.data.columns import Roles, TaskName, check_roles
from core.data.evidence import look
from core.data.guessing import guess_roles
from core.data.reading import read
from tests.conftest import SAMPLES

ROWS = 60

CELLS: dict[str, list[str]] = {
    "text": [f"The parcel number {place} has not arrived, and nobody answers my calls." for place in range(ROWS)],
    "title": [f"Parcel lost {place}" for place in range(ROWS)],
    "question": [f"Where is the parcel number {place}?" for place in range(ROWS)],
    "classes": ["delivery", "refund", "account"] * 20,
    "channels": ["web", "phone"] * 30,
    "yes": ["oui", "non", "oui"] * 20,
    "stars": ["1", "3", "5"] * 20,
    "score": [f"{place % 37 / 4}".replace(".", ",") for place in range(ROWS)],
    "id": [str(place) for place in range(1, ROWS + 1)],
    "file": [f"DOS-2024-{place:05d}" for place in range(ROWS)],
    "uuid": [f"{place:08x}-0000-4000-8000-000000000000" for place in range(ROWS)],
    "date": [f"{place % 28 + 1:02d}/03/2024" for place in range(ROWS)],
    "day": ["2024-03-01", "2024-03-02"] * 30,
    "french day": ["12 mars 2024", "lundi 3 juin 2024"] * 30,
    "year": ["2022", "2023", "2024"] * 20,
    "url": [f"https://example.org/{place}" for place in range(ROWS)],
    "mail": [f"client{place}@example.org" for place in range(ROWS)],
    "constant": ["France"] * ROWS,
    "amount": [f"{place * 7919 % 1000},{place % 10}0 €" for place in range(ROWS)],
    "empty": [""] * ROWS,
    "people": [f"{first} {last}" for first in ("Anne", "Bruno", "Chloé") for last in "ABCDEFGHIJKLMNOPQRST"],
}

TABLES: list[tuple[dict[str, str], str, str | None, str | None]] = [
    # header -> kind of cells; text, question, label
    ({"id": "id", "Date": "date", "verbatim client": "text", "Libellé du thème": "classes"}, "verbatim client", None, "Libellé du thème"),
    ({"Catégorie": "classes", "Commentaire": "text"}, "Commentaire", None, "Catégorie"),
    ({"n° dossier": "file", "Question posée": "question", "Réponse attendue": "yes", "Contexte": "text"}, "Contexte", "Question posée", "Réponse attendue"),
    ({"Avis": "text", "Note /5": "stars"}, "Avis", None, "Note /5"),
    ({"Review": "text", "Rating": "score", "Reviewer": "people"}, "Review", None, "Rating"),
    ({"Notes": "text", "Statut": "yes"}, "Notes", None, "Statut"),
    ({"Date": "day", "Canal": "channels", "Message": "text", "Sujet": "classes"}, "Message", None, "Sujet"),
    ({"Sujet": "title", "Corps du mail": "text", "Service": "classes"}, "Corps du mail", None, "Service"),
    ({"Objet": "title", "Demande": "text", "Type de demande": "classes", "Ville": "channels"}, "Demande", None, "Type de demande"),
    ({"id": "id", "question": "question", "intent": "classes"}, "question", None, "intent"),
    ({"Question": "question", "Réponse": "text", "Étiquette": "classes"}, "Réponse", "Question", "Étiquette"),
    ({"sentence1": "text", "sentence2": "title", "gold_label": "classes"}, "sentence1", "sentence2", "gold_label"),
    ({"premise": "text", "hypothesis": "title", "label": "stars"}, "premise", "hypothesis", "label"),
    ({"Phrase A": "text", "Phrase B": "title", "Similarité": "score"}, "Phrase A", "Phrase B", "Similarité"),
    ({"text": "text", "label": "stars", "label_text": "classes"}, "text", None, "label_text"),
    ({"theme_id": "stars", "theme": "classes", "texte": "text"}, "texte", None, "theme"),
    ({"created_at": "day", "year": "year", "tweet": "text", "url": "url"}, "tweet", None, None),
    ({"Titre": "title", "URL": "url", "Description": "text", "Thème": "classes"}, "Description", None, "Thème"),
    ({"text": "text", "split": "channels", "category": "classes"}, "text", None, "category"),
    ({"text": "text", "label": "constant"}, "text", None, "label"),
    ({"Nom": "people", "E-mail": "mail", "Réclamation": "text", "Pays": "constant", "Montant": "amount", "Motif": "classes"}, "Réclamation", None, "Motif"),
    ({"Réf.": "uuid", "Jour": "french day", "Titre": "title"}, "Titre", None, None),
    # no header: by the cells alone
    ({"column 1": "text", "column 2": "classes"}, "column 1", None, "column 2"),
    ({"column 1": "id", "column 2": "classes", "column 3": "text"}, "column 3", None, "column 2"),
    ({"column 1": "file", "column 2": "day", "column 3": "text", "column 4": "stars"}, "column 3", None, "column 4"),
    ({"column 1": "text", "column 2": "question", "column 3": "yes"}, "column 1", "column 2", "column 3"),
    ({"column 1": "constant", "column 2": "text", "column 3": "classes"}, "column 2", None, "column 3"),
    ({"column 1": "id", "column 2": "title"}, "column 2", None, None),
    ({"column 1": "id", "column 2": "text", "column 3": "amount"}, "column 2", None, None),
    ({"column 1": "title", "column 2": "text"}, "column 2", None, None),
    ({"column 1": "text"}, "column 1", None, None),
    ({"column 1": "id"}, "column 1", None, None),
    ({"column 1": "empty", "column 2": "date", "column 3": "title"}, "column 3", None, None),
]  # fmt: skip


def table_of(header: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame({name: CELLS[kind] for name, kind in header.items()})


@pytest.mark.parametrize(("header", "text", "question", "label"), TABLES, ids=[", ".join(case[0]) for case in TABLES])
def test_a_table_as_people_have_it(header: dict[str, str], text: str, question: str | None, label: str | None) -> None:
    task: TaskName = "number" if header.get(label or "") == "score" else "classes"
    assert guess_roles(table_of(header)) == Roles(text=text, question=question, label=label, task=task)


@pytest.mark.parametrize("kind", ["id", "date", "day", "french day", "year", "url", "mail", "uuid", "file", "empty"])
@pytest.mark.parametrize("name", ["column 1", "Étiquette", "date"])
def test_what_numbers_dates_or_addresses_a_row_is_never_its_label(kind: str, name: str) -> None:
    assert guess_roles(table_of({name: kind, "column 2": "text"})) == Roles(text="column 2")


@pytest.mark.parametrize("kind", ["id", "file", "uuid", "url", "mail", "date", "amount", "stars", "empty"])
@pytest.mark.parametrize("other", ["title", "people", "text"])
def test_an_identifier_is_never_the_text_where_there_are_words(kind: str, other: str) -> None:
    """Whatever the column is called."""
    assert guess_roles(table_of({"Texte": kind, "column 2": other})).text == "column 2"


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("text", "prose"), ("title", "words"), ("people", "words"), ("classes", "classes"), ("stars", "number"),
        ("score", "number"), ("amount", "number"), ("id", "identifier"), ("file", "identifier"), ("uuid", "identifier"),
        ("date", "date"), ("day", "date"), ("french day", "date"), ("year", "date"), ("url", "address"),
        ("mail", "address"), ("constant", "classes"), ("empty", "empty"),
    ],
)  # fmt: skip
def test_a_column_is_known_by_its_cells(kind: str, expected: str) -> None:
    assert look(pd.Series(CELLS[kind])).kind == expected


@pytest.mark.parametrize("cells", [["mai 2024"], ["March 12, 2024"], ["12:30"], ["20240312"], ["2024-03-01T10:00:00Z"], ["lundi 3 juin 2024 14:05"]])  # fmt: skip
def test_dates_in_many_forms(cells: list[str]) -> None:
    assert look(pd.Series(cells)).kind == "date"


@pytest.mark.parametrize("cells", [["mars", "venus"], ["maison"], ["marketing"], ["avril", "printemps"], ["3 pommes"]])
def test_words_that_begin_like_a_month_are_no_dates(cells: list[str]) -> None:
    assert look(pd.Series(cells)).kind != "date"


def test_a_table_sorted_by_its_label_is_not_taken_for_one_class() -> None:
    rows = 6000
    table = pd.DataFrame(
        {
            "a": [f"The parcel number {place} has not arrived yet." for place in range(rows)],
            "b": ["no"] * (rows // 2) + ["yes"] * (rows // 2),
        }
    )
    assert guess_roles(table) == Roles(text="a", label="b")


@pytest.mark.parametrize(
    ("sample", "roles"),
    [
        ("courriers_mairie.csv", Roles(text="texte", question="question", label="étiquette")),
        ("fiches_pratiques.csv", Roles(text="texte", question="question", task="matching")),
        ("shop_messages.csv", Roles(text="text", label="label")),
    ],
)
def test_the_sample_tables_need_no_correction(sample: str, roles: Roles) -> None:
    assert guess_roles(read(SAMPLES / sample, sample).table) == roles


REAL = {
    "banking77_en": Roles(text="text", label="label"),
    "clinc150_en": Roles(text="text", label="label"),
    "cnil_faq_ouinon_fr": Roles(text="text", question="question", label="label"),
    "cnil_faq_themes_fr": Roles(text="text", question="question", label="label"),
    "piaf_pairs_fr": Roles(text="text", question="question", task="matching"),
    "piaf_qnli_fr": Roles(text="text", question="question", label="label"),
    "qnli_en": Roles(text="text", question="question", label="label"),
    "service_public_fr": Roles(text="text", label="label"),
    "stsb_fr": Roles(text="text", question="question", label="label", task="number"),
    "xed_fr": Roles(text="text", label="label", task="several_labels", separator="|"),
}


@pytest.mark.parametrize("name", REAL)
def test_real_tables_need_no_correction(shared_data: Path, name: str) -> None:
    paths = [path for path in (shared_data / name).glob("*.csv") if path.stat().st_size > 1000]
    assert paths
    for path in paths:
        assert guess_roles(read(path, path.name).table) == REAL[name], path


@pytest.mark.parametrize("name", sorted(set(REAL) - {"stsb_fr"}))
def test_real_tables_are_understood_without_their_names(shared_data: Path, name: str) -> None:
    """Questions of PIAF often end without a question mark, but most do not. Scores without a name say nothing."""
    path = next((shared_data / name).glob("t*.csv"))
    table = read(path, path.name).table
    roles = REAL[name]
    numbered = {column: f"column {place}" for place, column in enumerate(table.columns, start=1)}
    wanted = {role: numbered[column] for role, column in roles.model_dump().items() if column and column in numbered}
    assert guess_roles(table.rename(columns=numbered)) == roles.model_copy(update=wanted)


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
        check_roles(roles, list(table.columns))
        assert roles.text in table.columns
