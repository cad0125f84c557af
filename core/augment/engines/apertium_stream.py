"""Texts as Apertium's stream takes them, one after the other, and back again, each where it belongs."""

from __future__ import annotations

import re
import unicodedata

ADDRESS = r"\S*(?:://|www\.|@\w)\S*"
"""Of the net or of a mailbox: no words to be translated."""

ODD = r"[^\w\s.,;:!?'’\"“”«»()%°€£…–—-]|[\r\n\t\f\v\x00-\x1f\x7f-\x9f\u2028\u2029_]"
"""All that is neither a letter, a digit, a space nor everyday punctuation: the stream's own signs ^ $ / < > { } [ ] @ \\ ~,
those that mark something at a word's beginning (* # +), control characters, emoji. Escaping them is not enough: an escaped ^
makes some of the programs lose the next text."""

ASIDE = re.compile(f"{ADDRESS}|(?:{ODD})+")
HIDDEN = re.compile("[\u00ad\u200b\ufeff]")
"""Hyphenation points and the like, which part a word from its entry in the dictionary."""

BLANK = re.compile(r"\[(\d+|end \d+)\]")
TAG = re.compile(r"\\<[^<>\\]*\\>")
"""What a hole in a dictionary leaves behind a word; the texts' own < are set aside."""

END = "\0"
"""After each text, the programs hand over what they have and forget what they read."""


def written(texts: list[str]) -> tuple[bytes, list[list[str]]]:
    """The stream for these texts, and for each of them what was set aside: only its number is in the stream, as a blank."""
    asides: list[list[str]] = []
    parts = []
    for place, text in enumerate(texts):
        aside: list[str] = []
        plain = HIDDEN.sub("", unicodedata.normalize("NFC", text))
        numbered = ASIDE.sub(lambda found, aside=aside: _numbered(aside, found[0]), plain)  # type: ignore[misc]
        parts.append(f"{numbered}[end {place}]{END}")
        asides.append(aside)
    return "".join(parts).encode("utf-8", "replace"), asides


def _numbered(aside: list[str], piece: str) -> str:
    aside.append(piece)
    return f"[{len(aside) - 1}]"


def read(stream: bytes, asides: list[list[str]]) -> list[str] | None:
    """The texts again; None when one of them is missing, cut short, or in another's place."""
    parts = stream.decode("utf-8", "replace").split(END)
    if len(parts) < len(asides):
        return None
    texts = []
    for place, (part, aside) in enumerate(zip(parts, asides, strict=False)):
        blanks = BLANK.findall(part)
        if sorted(blanks) != sorted([*map(str, range(len(aside))), f"end {place}"]):
            return None
        plain = re.sub(r"\\(.)", r"\1", TAG.sub("", part))
        texts.append(BLANK.sub(lambda found, aside=aside: _put_back(aside, found[1]), plain))  # type: ignore[misc]
    return texts


def _put_back(aside: list[str], number: str) -> str:
    return aside[int(number)] if number.isdecimal() else ""
