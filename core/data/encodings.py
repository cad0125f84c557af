"""From bytes to UTF-8: what the file's own encoding is, and what to do with bytes that do not fit it."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from core.data.alphabets import of_accented_letters, of_other_letters
from core.data.dialect import Content, Note
from core.data.utf8 import is_utf8
from core.errors import UserError
from core.words import N_

SAMPLE = 262_144
"""Bytes that decide."""

BOMS = [
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
]

NAMES = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16 (big-endian)",
    "utf-32": "UTF-32",
    "cp1252": "Windows-1252",
    "latin-1": "ISO 8859-1",
    "iso8859-15": "ISO 8859-15",
    "mac-roman": "Mac Roman",
    "cp850": "DOS 850",
    "cp1250": "Windows-1250",
    "iso8859-2": "ISO 8859-2",
    "cp1251": "Windows-1251",
    "koi8-r": "KOI8-R",
    "koi8-u": "KOI8-U",
    "cp866": "DOS 866",
    "iso8859-5": "ISO 8859-5",
    "cp1253": "Windows-1253",
    "iso8859-7": "ISO 8859-7",
    "cp1254": "Windows-1254",
    "cp1255": "Windows-1255",
    "cp1256": "Windows-1256",
    "shift-jis": "Shift-JIS",
    "euc-jp": "EUC-JP",
    "gb18030": "GB 18030",
    "big5": "Big5",
    "euc-kr": "EUC-KR",
}
"""Those that a person may choose, as they are known; in the order in which they are offered."""

GUESSED = ["cp1252", "mac-roman", "cp850", "cp1250", "cp1251", "cp1253", "shift-jis", "gb18030", "big5"]
"""What is left to charset-normalizer to choose from."""

WESTERN = ("cp1252", "mac-roman", "cp850", "iso8859-15")
USUAL = frozenset("àâäçéèêëîïôöùûüÿœæñáíóúãõßåøÀÂÇÉÈÊËÎÏÔŒÖÜÄÑ€«»’‘“”–—…·°º§\u00a0²³½×ìòÙÛ¡¿")
"""What high bytes stand for in texts of western Europe, when they are read rightly."""

BY_CHANCE = re.compile("[\u0180-\u02ff\u0530-\u058f]")
"""Letters of no usual language, and Armenian, which bytes of Mac Roman make up when they are read as UTF-8."""

CONTROLS = re.compile(rb"[\x01-\x08\x0e-\x19\x7f]")


def guess_encoding(content: Content, name: str) -> str:
    """From the BOM, from where null bytes stand, from what decodes strictly, from what the letters then look like.

    "mixed": some lines are UTF-8 and others are not. Raises UserError("not_a_table") for what is no text at all.
    """
    for bom, encoding in BOMS:
        if content[: len(bom)] == bom:
            return encoding
    sample = content[:SAMPLE]
    wide = _two_bytes_a_character(sample)
    if wide:
        return wide
    if sample.count(0) * 5 > len(sample) or len(CONTROLS.findall(sample)) * 50 > len(sample):
        raise UserError("not_a_table", name=name, kind=N_("a file of another kind"))
    if is_utf8(content):
        return "utf-8"
    if any(not line.isascii() and _is_meant(line) for line in lines_of(content)):
        return "mixed"
    return _of_one_byte(b"".join(line for line in lines_of(content[: 16 * SAMPLE]) if not line.isascii())[:SAMPLE])


def to_utf8(content: Content, name: str, encoding: str, *, chosen: bool) -> tuple[Content, str, list[Note]]:
    """The text as UTF-8 without BOM and null bytes; the encoding to remember; what is worth saying.

    chosen: a person said it, so that what does not fit is refused: UserError("unreadable_text") with its line.
    """
    notes: list[Note] = []
    if encoding == "mixed":
        content, count = _line_by_line(content[:])
        notes.append(Note("mixed_encodings", {"encoding": NAMES["cp1252"], "count": count}))
        encoding = "utf-8"
    elif encoding in ("utf-8", "utf-8-sig"):
        content = content[3:] if content[:3] == codecs.BOM_UTF8 else content
        # A guess comes from having looked; only UTF-8 with BOM was taken at its word.
        if (chosen or encoding == "utf-8-sig") and not is_utf8(content):
            _decode(content[:], name, "utf-8")
    else:
        if chosen or encoding.startswith("utf"):
            text = _decode(content[:], name, encoding)
        else:
            text = content[:].decode(encoding, errors="replace")
            notes.append(Note("encoding_guessed", {"encoding": NAMES.get(encoding, encoding)}))
            lost = text.count("\ufffd")
            if lost:
                row = text[: text.index("\ufffd")].count("\n") + 1
                notes.append(Note("undecodable", {"count": lost, "row": row}))
        content = text.removeprefix("\ufeff").encode("utf-8", errors="replace")
    if content.find(b"\0") >= 0:
        nuls = content[:].count(0)
        content = content[:].replace(b"\0", b"")
        notes.append(Note("nuls_removed", {"count": nuls}))
    return content, encoding, notes


def _two_bytes_a_character(sample: bytes) -> str:
    """UTF-16 without BOM: every other byte of western text is null."""
    half = len(sample) // 2
    if half < 2:
        return ""
    low, high = sample[0::2].count(0), sample[1::2].count(0)
    if high * 3 > half and low * 20 < half:
        return "utf-16-le"
    if low * 3 > half and high * 20 < half:
        return "utf-16-be"
    return ""


def _of_one_byte(sample: bytes) -> str:
    """Windows-1252 unless another reading of the high bytes looks more like writing."""
    shares = {encoding: _usual_share(sample.decode(encoding, errors="replace")) for encoding in WESTERN}
    best = max(WESTERN, key=lambda encoding: (shares[encoding], encoding == "cp1252"))
    western = best if shares[best] > shares["cp1252"] else "cp1252"
    if len(sample) < 20:
        return western
    beginning = sample[:65_536]
    if not _in_a_row(sample):
        # An encoding of the west that fits but for a sign or two is never doubted.
        other = "" if western != "cp1252" and shares[best] > 0.95 else of_accented_letters(beginning)
        if other or shares[best] > 0.6:
            return other or western
    elif other := of_other_letters(beginning):
        return other

    from charset_normalizer import from_bytes

    found = from_bytes(beginning, cp_isolation=GUESSED).best()
    return found.encoding.replace("_", "-") if found is not None and found.encoding != "latin_1" else "cp1252"


def _in_a_row(sample: bytes) -> bool:
    """Whether most high bytes stand beside another: words written in no Latin letters."""
    runs = re.findall(rb"[\x80-\xff]+", sample)
    return sum(len(run) for run in runs if len(run) > 2) * 2 > sum(map(len, runs))


def _usual_share(text: str) -> float:
    """Among the letters beyond ASCII, those that western texts are made of, and in a place where they would stand."""
    high = [place for place, character in enumerate(text) if character > "\x7f"]
    if not high:
        return 0.0
    good = 0
    for place in high[:5000]:
        before, after = text[place - 1 : place], text[place + 1 : place + 2]
        misplaced = text[place].isupper() and before.islower() and before.isalpha()
        sign_in_word = not text[place].isalpha() and before.isalpha() and after.isalpha() and text[place] not in "’‘·"
        half_of_a_word = text[place] in "½¼¾" and after.isalpha()
        good += text[place] in USUAL and not (misplaced or sign_in_word or half_of_a_word)
    return good / min(len(high), 5000)


def lines_of(content: Content) -> Iterator[bytes]:
    return (found[0] for found in re.finditer(rb"[^\n\r]+", content))


def _decodes(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_meant(line: bytes) -> bool:
    """Whether a line is UTF-8, and not by chance, as "l’école" in Mac Roman, where "’é" is a letter of Armenian."""
    if not _decodes(line):
        return False
    high = [each for each in line.decode() if each > "\x7f"]
    return sum(bool(BY_CHANCE.match(each)) for each in high) * 2 < len(high)


def _line_by_line(content: bytes) -> tuple[bytes, int]:
    count = 0

    def each(found: re.Match[bytes]) -> bytes:
        nonlocal count
        line = found[0]
        if _decodes(line):
            return line
        count += 1
        return line.decode("cp1252", errors="replace").encode()

    return re.sub(rb"[^\n\r]+", each, content.removeprefix(codecs.BOM_UTF8)), count


def _decode(content: bytes, name: str, encoding: str) -> str:
    """Raises UserError("unreadable_text") with the line of the first bytes that make no character."""
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        row = content[: error.start].decode(encoding, errors="ignore").count("\n") + 1
        raise UserError("unreadable_text", name=name, row=row) from None
