"""Personal data are found when they are whole, and nothing else is taken for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.data.personal import find, mask
from core.data.reading import read


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("écrivez à anna.b+x@mairie-de-lyon.fr.", "écrivez à [EMAIL]."),
        ("Appelez le 06 12 34 56 78 demain", "Appelez le [TEL] demain"),
        ("tél. 0612345678, merci", "tél. [TEL], merci"),
        ("+33 (0)6.12.34.56.78 ou 0033 6 12 34 56 78", "[TEL] ou [TEL]"),
        ("call +44 20 7946 0958 now", "call [TEL] now"),
        ("IBAN FR76 3000 6000 0112 3456 7890 189 au nom de Anna", "IBAN [IBAN] au nom de Anna"),
        ("mon iban fr7630006000011234567890189", "mon iban [IBAN]"),
        ("GB82WEST12345698765432 please", "[IBAN] please"),
        ("NIR 2 55 08 14 168 025 38", "NIR [NIR]"),
        ("sécu 255081416802538.", "sécu [NIR]."),
        ("Corse 1 85 05 2A 004 062 {key}", "Corse [NIR]"),
    ],
)
def test_what_is_personal_is_masked_and_the_rest_stays(text: str, masked: str) -> None:
    text = text.format(key=97 - 1850519004062 % 97)
    assert mask(text) == masked
    assert mask(masked) == masked


@pytest.mark.parametrize(
    "text",
    [
        "colis 1Z999AA10123456784 du 12/03/2024 à 10:30",
        "FR76 3000 6000 0112 3456 7890 188",  # one digit of the key is wrong
        "255081416802537",
        "commande 061234567, facture 2024-06-12-34",
        "prix 1 234,50 € @ 20 %",
        "le 06 12 34 56",
        "12 345 678 901 234",
        "",
    ],
)
def test_numbers_that_look_alike_are_left(text: str) -> None:
    assert (list(find(text)), mask(text)) == ([], text)


def test_each_is_counted_once_by_its_kind() -> None:
    found = list(find("anna@example.org et bob@example.org, 06 12 34 56 78"))
    assert found == [("email", "anna@example.org"), ("email", "bob@example.org"), ("phone", "06 12 34 56 78")]


def test_real_texts_without_personal_data_stay_as_they_are(shared_data: Path) -> None:
    """Bank messages full of amounts and dates; none has an address or a number of a person."""
    path = shared_data / "banking77_en" / "test.csv"
    texts = read(path, path.name).table["text"].tolist()
    assert len(texts) > 1000
    assert [text for text in texts if mask(text) != text] == []
