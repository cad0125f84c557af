"""The languages of a table, text by text, of which the main one is what most agree on."""

from __future__ import annotations

from core.data.language import languages, main_language

FRENCH = "Bonjour, je voudrais savoir pourquoi mon colis n’est toujours pas arrivé"
ENGLISH = "Hello, I would like to know why my parcel has still not arrived"


def test_each_text_looked_at_has_its_language() -> None:
    assert languages([FRENCH, ENGLISH]) == [(0, "fr"), (1, "en")]
    assert main_language([FRENCH, FRENCH, ENGLISH]) == "fr"
    assert main_language([]) is None


def test_of_a_long_table_texts_from_all_of_it_are_looked_at() -> None:
    places = [place for place, _ in languages([FRENCH] * 1000)]
    assert places == list(range(0, 1000, 5))
