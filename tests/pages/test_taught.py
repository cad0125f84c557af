"""A preset that has counted words teach, and what the Train page says of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.store.project import Project
from core.words import Words
from tests.pages.screen import errors, texts, visit
from tests.tables import as_csv, messages

FEELINGS = ("la joie|la surprise", "la peur", "la joie", "la peur|la surprise")
LINES = (
    "Je suis content de vous voir ce matin, numéro {}.",
    "Nous avons entendu du bruit dans la cave, numéro {}.",
    "Quelle belle journée pour se promener, numéro {}.",
    "Il faut partir avant que la nuit ne tombe, numéro {}.",
)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_counted_words_teach_several_labels_where_the_model_does_not_read_the_language(
    project_of: Callable[..., Project], words: Words, language: str
) -> None:
    """And the page says so; where the texts are English it does not."""
    rows = [{"text": LINES[n % 4].format(n), "label": FEELINGS[n % 4]} for n in range(60)]
    if language == "en":
        rows = [row | {"text": message["text"]} for row, message in zip(rows, messages(60), strict=True)]
    at = visit("train", words, project=project_of("feelings.csv", as_csv(rows)).id)
    assert errors(at) == []
    line = words.gettext(
        "{share} of what is learned comes from a simple model that counts words, which helps a model that does not read the language of "
        "the texts well. To change it: All settings, Finer settings."
    ).format(share=words.percent(0.75, 0))
    assert any(line in text for text in texts(at)) == (language == "fr")
