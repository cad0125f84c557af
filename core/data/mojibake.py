"""Text that was written in UTF-8 and read as Windows-1252: « Ã© » for « é ». Found, and put right where that is certain."""

from __future__ import annotations

import re

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
"""Stands where a program could not read a character: what it was is lost."""


def _undefined(byte: int) -> str:
    """The character of a byte in Windows-1252; the five that have none are read as control characters."""
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)


_BYTES = {_undefined(byte): byte for byte in range(0x80, 0x100)}
_LEADS = {size: "".join(_undefined(byte) for byte in leads) for size, leads in
          ((1, range(0xC2, 0xE0)), (2, range(0xE0, 0xF0)), (3, range(0xF0, 0xF5)))}  # fmt: skip
_FOLLOWS = re.escape("".join(_undefined(byte) for byte in range(0x80, 0xC0)))
_DAMAGE = re.compile("|".join(f"[{re.escape(leads)}][{_FOLLOWS}]{{{size}}}" for size, leads in _LEADS.items()))
"""One character of UTF-8 seen byte by byte. « Ã » before a letter is no damage, nor is « É » before a closing quote alone."""

_LIKELY = re.compile("[ÂÃâÅÄð]")


def is_damaged(text: str) -> bool:
    """Whether bytes of UTF-8 stand in the text as characters. One sign alone, as in « CAFÉ® », is none of our business."""
    return bool(_LIKELY.search(text)) and repair(text) != text


def repair(text: str) -> str:
    """The text with its damaged characters put right; what is not certain stays. Doubly damaged text is repaired twice."""
    for _ in range(2):
        if not _LIKELY.search(text):
            break
        text = _DAMAGE.sub(_whole, text)
    return text


def _whole(found: re.Match[str]) -> str:
    damaged = found[0]
    if not _LIKELY.match(damaged):
        return damaged
    try:
        return bytes(_BYTES[character] for character in damaged).decode("utf-8")
    except UnicodeDecodeError:
        return damaged
