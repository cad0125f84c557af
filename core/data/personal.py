"""Personal data in texts: e-mail addresses, telephone numbers, IBANs, French social security numbers; found and masked.

Numbers with a key count only when the key is right: a parcel number is no IBAN.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

MASKS = {"email": "[EMAIL]", "iban": "[IBAN]", "security": "[NIR]", "phone": "[TEL]"}
"""Kinds of personal data, in the order in which they are looked for, and what replaces each."""

_GAP = r"[ .\-\u00a0\u202f]?"
_PATTERNS = {
    "email": re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+(?!\w)"),
    "iban": re.compile(r"\b[A-Z]{2}\d{2}(?:[ \u00a0]?[A-Z0-9]){11,30}\b", re.IGNORECASE),
    "security": re.compile(
        rf"(?<!\d)[1-478]{_GAP}\d\d{_GAP}\d\d{_GAP}(?:\d\d|2[AB]){_GAP}\d{{3}}{_GAP}\d{{3}}{_GAP}\d\d(?!\d)",
        re.IGNORECASE,
    ),
    # France (0 1 to 0 9, +33, 0033), then any number written in the international way.
    "phone": re.compile(
        rf"(?<![\d+])(?:(?:\+33|0033){_GAP}(?:\(0\))?{_GAP}[1-9]|0[1-9])(?:{_GAP}\d\d){{4}}(?!\d)"
        rf"|(?<![\d+])\+\d{{1,3}}(?:{_GAP}\(?\d{{1,4}}\)?){{2,5}}(?!\d)"
    ),
}
_SIGNS = re.compile(r"@|\d{2}")
"""Without one of these there is nothing to look for."""

_IBAN_LENGTHS = {
    "AT": 20, "BE": 16, "CH": 21, "DE": 22, "ES": 24, "FI": 18, "FR": 27, "GB": 22, "IE": 22, "IT": 27,
    "LU": 20, "MC": 27, "NL": 18, "PL": 28, "PT": 25, "SE": 24,
}  # fmt: skip
"""Of the countries met most here; elsewhere the key alone decides."""


def find(text: str) -> Iterator[tuple[str, str]]:
    """The kinds of personal data in the text, each with what was found."""
    if _SIGNS.search(text):
        for kind in MASKS:
            for found in _PATTERNS[kind].finditer(text):
                kept = _valid(kind, found[0])
                if kept:
                    yield kind, kept
            text = _mask(kind, text)


def mask(text: str) -> str:
    """The text with its personal data replaced by what kind they are."""
    if _SIGNS.search(text):
        for kind in MASKS:
            text = _mask(kind, text)
    return text


def _mask(kind: str, text: str) -> str:
    def replaced(found: re.Match[str]) -> str:
        kept = _valid(kind, found[0])
        return MASKS[kind] + found[0][len(kept) :] if kept else found[0]

    return _PATTERNS[kind].sub(replaced, text)


def _valid(kind: str, found: str) -> str:
    """The part of what was found that is really of its kind; "" for none."""
    if kind == "iban":
        return _iban(found)
    if kind == "security":
        return found if _security_key(re.sub(r"\W", "", found).upper()) else ""
    if kind == "phone":
        return found if 8 <= sum(character.isdigit() for character in found) <= 15 else ""
    return found


def _iban(found: str) -> str:
    """The IBAN at the start of `found`, which may run on into the words after it."""
    ends = [place + 1 for place, character in enumerate(found) if character.isalnum()]
    length = _IBAN_LENGTHS.get(found[:2].upper())
    for count in [length] if length else range(min(len(ends), 34), 14, -1):
        if len(ends) >= count:
            kept = found[: ends[count - 1]]
            code = re.sub(r"\s", "", kept).upper()
            digits = "".join(str(int(character, 36)) for character in code[4:] + code[:4])
            if int(digits) % 97 == 1 and not found[len(kept) : len(kept) + 1].isalnum():
                return kept
    return ""


def _security_key(number: str) -> bool:
    """Whether the last two digits are the key of the thirteen before them; Corsica is 2A or 2B (NIR, INSEE)."""
    body = number[:13].replace("2A", "19").replace("2B", "18") if number[5:7] in ("2A", "2B") else number[:13]
    return body.isdigit() and number[13:].isdigit() and 97 - int(body) % 97 == int(number[13:])
