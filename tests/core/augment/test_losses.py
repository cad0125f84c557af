"""What is lost or comes in, proven both ways: a loss is flagged, its nearest harmless neighbour is not."""

from __future__ import annotations

import pytest

from core.augment.losses import losses, names, negations
from core.augment.number_words import spelled
from core.augment.numbers import dates

PAIRS = [
    # numbers
    ("fr", "Il reste 12 jours", "Il reste des jours", {("number_lost", "12")}),
    ("fr", "Il reste 12 jours", "Il reste douze jours", set()),
    ("fr", "Il reste 12 jours", "Il reste treize jours", {("number_lost", "12"), ("number_new", "treize")}),
    ("en", "It takes twenty-five days", "It takes 25 days", set()),
    ("en", "It takes twenty-five days", "It takes 20 days", {("number_lost", "twenty-five"), ("number_new", "20")}),
    ("fr", "Elle coûte 1 234,50 €", "Elle coûte 1,234.5 €", set()),
    ("fr", "Elle coûte 1 234,50 €", "Elle coûte 1 235,50 €", {("number_lost", "1 234,50"), ("number_new", "1 235,50")}),
    ("fr", "Elle coûte 1\u202f234 €", "Elle coûte 1.234 €", set()),
    ("en", "a rate of 3.5%", "a rate of 3,5 %", set()),
    ("en", "a rate of 3.5%", "a rate of 35%", {("number_lost", "3.5"), ("number_new", "35")}),
    ("fr", "un article neuf", "un article récent", set()),
    ("fr", "quatre-vingt-dix-sept euros", "97 euros", set()),
    ("fr", "quatre-vingt-dix-sept euros", "80 euros", {("number_lost", "quatre-vingt-dix-sept"), ("number_new", "80")}),
    # dates and times
    ("en", "sent on 12/03/2024", "sent on March 12, 2024", set()),
    (
        "en",
        "sent on 12/03/2024",
        "sent on March 13, 2024",
        {("date_lost", "12/03/2024"), ("date_new", "March 13, 2024")},
    ),
    ("fr", "reçu le 12 mars 2024", "reçu le 2024-03-12", set()),
    ("fr", "reçu le 12 mars 2024", "reçu le 12 mars", set()),
    (
        "fr",
        "reçu le 12 mars 2024",
        "reçu le 12 mars 2023",
        {("date_lost", "12 mars 2024"), ("date_new", "12 mars 2023")},
    ),
    ("fr", "reçu le 12 mars 2024", "reçu en retard", {("date_lost", "12 mars 2024")}),
    ("en", "at 2:30 pm", "at 14:30", set()),
    ("en", "at 2:30 pm", "at 2:30", {("date_lost", "2:30 pm"), ("date_new", "2:30")}),
    ("fr", "ouvert à 9 h", "ouvert à 9h00", set()),
    # negations
    ("fr", "La carte n’est pas arrivée", "La carte est arrivée", {("negation_lost",)}),
    ("fr", "La carte n'est pas arrivée", "La carte n'est jamais arrivée", set()),
    ("fr", "La carte est arrivée", "Aucune carte n'est arrivée", {("negation_new",)}),
    ("fr", "Je veux plus de détails", "Je voudrais davantage de détails", set()),
    ("fr", "Je ne veux plus de détails", "Je veux davantage de détails", {("negation_lost",)}),
    ("fr", "Je ne fais que passer", "Je passe seulement", set()),
    ("en", "I did not get it", "I didn’t get it", set()),
    ("en", "I did not get it", "I got it", {("negation_lost",)}),
    ("en", "It works", "It never works", {("negation_new",)}),
    ("en", "It is not only slow", "It is slow, and worse", set()),
    ("en", "I now know it", "I know it now", set()),
    # names
    ("fr", "Je pars de Lyon demain", "Je pars demain", {("name_lost", "Lyon")}),
    ("fr", "Je pars de Lyon demain", "Demain je pars de lyon", set()),
    ("fr", "Demain je pars. Lyon est loin", "Demain je pars. La ville est loin", set()),
    ("fr", "L’Oréal a répondu", "Loréale a répondu", set()),
    ("fr", "j’écris à l’Oréal", "j’écris à la société", {("name_lost", "Oréal")}),
    ("en", "ask the CNIL", "ask the cnil", set()),
    ("en", "ask the CNIL", "ask the office", {("name_lost", "CNIL")}),
    ("en", "ask the office", "ask the KNOW", {("name_new", "KNOW")}),
    ("en", "WHERE IS MY CARD", "Where is my card", set()),
    ("en", "the bank of the United Kingdom", "the bank of the country", {("name_lost", "United Kingdom")}),
    ("en", "a card of the United Kingdom", "a card of the united kingdom", set()),
    ("en", "I live in the United  Kingdom", "I live in the Kingdom", {("name_lost", "United Kingdom")}),
    (
        "en",
        "from Paris, London and New York",
        "from there",
        {("name_lost", n) for n in ("Paris", "London", "New York")},
    ),
    ("fr", "écrire à Jean-Paul Martin", "écrire à Paul", {("name_lost", "Jean-Paul Martin")}),
    ("fr", "saisir : les agents ;Officiers de police", "saisir : les agents ;Policiers", set()),
    ("en", "on Monday I paid", "I paid at the start of the week", set()),
    ("en", "i paid on 3 May", "I paid on 3 may", set()),
]


@pytest.mark.parametrize(("language", "origin", "paraphrase", "expected"), PAIRS)
def test_what_is_lost_or_new(language: str, origin: str, paraphrase: str, expected: set[tuple[str, ...]]) -> None:
    found = {(flag.code, *map(str, flag.facts.values())) for flag in losses(origin, paraphrase, language)}
    assert found == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("fr", "vingt et un, deux mille trois cents", [21, 2300]),
        ("fr", "quatre-vingts, soixante-dix-sept, deux et quatre", [80, 77, 2, 4]),
        ("fr", "un million deux cent mille", [1_200_000]),
        ("en", "two thousand three hundred and five or ninety-nine", [2305, 99]),
        ("en", "one, two, three", [1, 2, 3]),
        ("de", "zwölf two deux", []),
    ],
)
def test_numbers_in_words_are_read(language: str, text: str, expected: list[int]) -> None:
    assert [value for _, value, _ in spelled(text, language)] == expected


def test_a_date_takes_its_digits_with_it() -> None:
    found, rest = dates("le 12/03/2024 à 14h30, 7 colis")
    assert [each.written for each in found] == ["12/03/2024", "14h30"]
    assert "7" in rest
    assert not {"12", "03", "2024", "14"} & set(rest.replace(",", " ").split())


def test_a_language_without_rules_denies_nothing() -> None:
    assert negations("Das ist nicht da", "de") == 0
    assert negations("Ce n'est pas là, et rien d'autre", "fr") == 2


def test_at_most_three_names_are_told() -> None:
    text = "from Paris to Lyon, Nice, Lille, Brest and Metz"
    assert len(names(text)) == 6
    assert [flag.code for flag in losses(text, "from one town to another", "en")] == ["name_lost"] * 3
