"""Damaged accents are repaired, and sound texts are never touched."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.data.mojibake import is_damaged, repair
from core.data.reading import read

SOUND = ["Où est mon colis ?", "l’été à Noël… « déjà »", "cœur € 10 – 20", "naïf garçon", "Ça coûte 5 €", "🙂 super"]


@pytest.mark.parametrize("text", SOUND)
@pytest.mark.parametrize("times", [1, 2])
def test_text_read_with_the_wrong_encoding_is_put_right(text: str, times: int) -> None:
    damaged = text
    for _ in range(times):
        # As Windows reads it: the five bytes without a character become control characters.
        damaged = "".join(bytes([b]).decode("cp1252", "replace").replace("\ufffd", chr(b)) for b in damaged.encode())
    assert is_damaged(damaged)
    assert repair(damaged) == text


@pytest.mark.parametrize("text", [*SOUND, "CAFÉ® et PÂTÉ", "Ångström", "Âge : 12", "Ã la carte", "â", ""])
def test_sound_text_stays(text: str) -> None:
    assert not is_damaged(text)
    assert repair(text) == text


def test_only_the_damaged_part_changes() -> None:
    assert repair("déjà rÃ©clamÃ© l’Ã©tÃ©") == "déjà réclamé l’été"


def test_real_french_texts_are_sound(shared_data: Path) -> None:
    path = shared_data / "cnil_faq_themes_fr" / "train.csv"
    texts = read(path, path.name).table["text"].tolist()
    assert any(not text.isascii() for text in texts)
    assert [text for text in texts if is_damaged(text)] == []
