"""Text that was written in UTF-8 and read as Windows-1252: « Ã© » for « é ». Found, and put right where that is certain."""

from __future__ import annotations

import re

from core.data.dialect import Content

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
"""Stands where a program could not read a character: what it was is lost."""


def _character(byte: int) -> str:
    """Of Windows-1252; the five bytes that have none there are read as control characters."""
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)


BYTES = {chr(byte): byte for byte in range(0x80, 0xA0)} | {_character(byte): byte for byte in range(0x80, 0x100)}
"""The byte that each character beyond ASCII was, in Windows-1252 or in Latin-1, whose first 32 are control characters."""

_LEADS = {size: "".join(_character(byte) for byte in leads) for size, leads in
          ((1, range(0xC2, 0xE0)), (2, range(0xE0, 0xF0)), (3, range(0xF0, 0xF5)))}  # fmt: skip
_FOLLOWS = re.escape("".join(_character(byte) for byte in range(0x80, 0xC0)))
_DAMAGE = re.compile("|".join(f"[{re.escape(leads)}][{_FOLLOWS}]{{{size}}}" for size, leads in _LEADS.items()))
"""One character of UTF-8 seen byte by byte. « Ã » before a letter is no damage, nor is « É » before a closing quote alone."""

BEGINNING = 4 * 1024 * 1024
"""Bytes of a file that are looked at for it."""

TWICE = re.compile(b"\xc3[\x82\x83]\xc2[\x80-\xbf]|\xc3\xa2(?:\xe2\x82\xac|\xc2\x80)")
"""UTF-8 that was taken for Windows-1252 or Latin-1 and encoded again: "Ã©", "Â ", "â€"."""

_RUN = re.compile("[" + re.escape("".join(BYTES)) + "]{2,}")
"""Signs that may all come from bytes of UTF-8."""

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
        return bytes(BYTES[each] for each in damaged).decode("utf-8")
    except UnicodeDecodeError:
        return damaged


def encoded_twice(content: Content) -> int:
    """How often UTF-8 text holds what two encodings in a row leave, in its first megabytes."""
    return sum(1 for _ in TWICE.finditer(content[:BEGINNING]))


def repair_bytes(content: bytes) -> bytes:
    """Encoded twice becomes once; what was right stays as it is."""
    return _RUN.sub(lambda found: _once(found[0]), content.decode("utf-8")).encode("utf-8")


def _once(run: str) -> str:
    try:
        return bytes(BYTES[each] for each in run).decode("utf-8")
    except UnicodeDecodeError:
        return run
