"""Which encoding a text in other letters than western ones is in, told by the letters that its languages use.

A byte is another letter in each encoding, and the right one is that in which the text is made of frequent letters (Cyrillic, Greek,
Hebrew, Arabic) or of the accented letters of one language alone (Polish, Czech, Hungarian, Romanian, Turkish).
"""

from __future__ import annotations

import codecs
import re

FREQUENT = {
    "оеаинтсрвлкі": ("cp1251", "koi8-r", "koi8-u", "cp866", "iso8859-5"),
    "αοιετσνηυρπκάίόέήςύώ": ("cp1253", "iso8859-7"),
    "יוהלאתרבמשנ": ("cp1255",),
    "املنيرتبةوعد": ("cp1256",),
}
"""The letters that two thirds of such a text are made of, and the encodings that have them; the usual one first."""
FREQUENT_SHARE = 0.5

ACCENTED = {
    "ąćęłńóśźż": ("cp1250", "iso8859-2"),
    "áčďéěíňóřšťúůýžľĺŕôä": ("cp1250", "iso8859-2"),
    "áéíóöőúüű": ("cp1250", "iso8859-2"),
    "ăâîşţ": ("cp1250", "iso8859-2"),
    "çğıöşüâî": ("cp1254",),
}
WESTERN = ("àâäçéèêëîïôöùûüÿœæ", "äöüß", "áéíóúñüïçàè", "àèéìòùóú", "áâãàçéêíóôõúü", "åäöæøéü", "áðéíóúýþæö", "éëïöüèê")
"""French, German, Spanish and Catalan, Italian, Portuguese, of the North, Icelandic, Dutch."""
ACCENTED_SHARE, FURTHER, ENOUGH = 0.95, 0.1, 10
"""A language with hardly a foreign letter, further from it than any western one, in a text with some such letters."""

KANA, HANGUL = re.compile("[\u3041-\u3096]"), re.compile("[\uac00-\ud7a3]")
EASTERN = (("euc-jp", KANA, 0.15), ("shift-jis", KANA, 0.15), ("euc-kr", HANGUL, 0.85))
"""Signs that no other of these encodings is full of, and their share among those beyond ASCII."""


def of_other_letters(sample: bytes) -> str:
    """An encoding of words written in no Latin letters; "" where none fits."""
    for encoding, signs, share in EASTERN:
        try:
            text = codecs.getincrementaldecoder(encoding)().decode(sample)
        except UnicodeDecodeError:
            continue
        if len(signs.findall(text)) > share * sum(each > "\x7f" for each in text):
            return encoding
    best, found = FREQUENT_SHARE, ""
    for letters, encodings in FREQUENT.items():
        for encoding in encodings:
            share = _share(sample, encoding, letters)
            if share > best:
                best, found = share, encoding
    return found


def of_accented_letters(sample: bytes) -> str:
    """An encoding of a Latin alphabet that western ones lack letters of; "" where western ones will do."""
    if sum(byte > 0x7F for byte in sample) < ENOUGH:
        return ""
    western = max(_share(sample, "cp1252", letters) for letters in WESTERN)
    best, found = max(ACCENTED_SHARE, western + FURTHER), ""
    for letters, encodings in ACCENTED.items():
        for encoding in encodings:
            share = _share(sample, encoding, letters)
            if share > best:
                best, found = share, encoding
    return found


def _share(sample: bytes, encoding: str, letters: str) -> float:
    """Of the signs beyond ASCII that are letters in this encoding, or are none in any text, those among `letters`.

    A capital after a letter is misplaced: the sign of another encoding.
    """
    text = sample.decode(encoding, "replace")
    good = count = 0
    for place, sign in enumerate(text):
        if sign <= "\x7f" or sign in "«»„“”‘’–—…°§€\u00a0№":
            continue
        count += 1
        before = text[place - 1 : place]
        good += sign.lower() in letters and not (sign.isupper() and before.isalpha())
    return good / count if count else 0.0
