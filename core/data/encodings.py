"""From bytes to UTF-8: what the file's own encoding is, and what to do with bytes that do not fit it."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa

from core.data.dialect import Content, Note
from core.errors import UserError
from core.words import N_

PART = 8 * 1024 * 1024
"""Bytes checked by one thread at a time."""
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
    "cp1251": "Windows-1251",
    "cp1253": "Windows-1253",
    "iso8859-7": "ISO 8859-7",
    "shift-jis": "Shift-JIS",
    "gb18030": "GB 18030",
    "big5": "Big5",
}
"""Those that a person may choose, as they are known; in the order in which they are offered."""

WESTERN = ("cp1252", "mac-roman", "cp850")
USUAL = frozenset("àâäçéèêëîïôöùûüÿœæñáíóúãõßåøÀÂÇÉÈÊËÎÏÔŒÖÜÄÑ€«»’‘“”–—…·°º§\u00a0²³½×ìòÙÛ¡¿")
"""What high bytes stand for in texts of western Europe, when they are read rightly."""

TWICE = re.compile(b"\xc3[\x82\x83]\xc2[\x80-\xbf]|\xc3\xa2(?:\xe2\x82\xac|\xc2\x80)")
"""UTF-8 that was taken for Windows-1252 or Latin-1 and encoded again: "Ã©", "Â ", "â€"."""

CONTROLS = re.compile(rb"[\x01-\x08\x0e-\x19\x7f]")


def is_utf8(content: Content) -> bool:
    """Arrow's check, in parts side by side: no second copy of the text, unlike `bytes.decode`."""
    cuts = [0]
    while cuts[-1] < len(content):
        cut = min(cuts[-1] + PART, len(content))
        # Not within a character; text that is no UTF-8 may have no other place for a while.
        while cut < len(content) and content[cut] & 0xC0 == 0x80 and cut > cuts[-1] + PART - 4:
            cut -= 1
        cuts.append(cut)
    whole = pa.py_buffer(content)

    def holds(start: int, end: int) -> bool:
        offsets = pa.array([0, end - start], pa.int64()).buffers()[1]
        part = pa.Array.from_buffers(pa.large_utf8(), 1, [None, offsets, whole.slice(start, end - start)])
        try:
            part.validate(full=True)
        except pa.ArrowInvalid:
            return False
        return True

    if len(cuts) <= 2:
        return holds(0, len(content))
    with ThreadPoolExecutor(max_workers=pa.cpu_count()) as threads:
        return all(threads.map(holds, cuts[:-1], cuts[1:]))


def guess_encoding(content: Content, name: str) -> str:
    """From the BOM, from where null bytes stand, from what decodes strictly, from what the letters then look like.

    "mixed": most lines are UTF-8 and others are not. Raises UserError("not_a_table") for what is no text at all.
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
    valid = sum(not line.isascii() and _decodes(line) for line in lines_of(content))
    if valid:
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


def encoded_twice(content: Content) -> int:
    """How often UTF-8 text holds what two encodings in a row leave, in its first megabytes."""
    return sum(1 for _ in TWICE.finditer(content[: 16 * SAMPLE]))


_HIGH = re.compile("[" + "".join(sorted({bytes([b]).decode("cp1252", "replace") for b in range(128, 256)} - {"\ufffd"}))
                   + "\x80-\xff]{2,}")  # fmt: skip


def repair(content: bytes) -> bytes:
    """Encoded twice becomes once; what was right stays as it is."""
    return _HIGH.sub(lambda found: _once(found[0]), content.decode("utf-8")).encode("utf-8")


def _once(run: str) -> str:
    raw = b"".join(_byte(character) for character in run)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return run


def _byte(character: str) -> bytes:
    try:
        return character.encode("cp1252")
    except UnicodeEncodeError:
        return bytes([ord(character)])  # one of the five that Windows-1252 leaves out


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
    if len(sample) < 20 or (shares[best] > 0.6 and not _in_a_row(sample)):
        return best if shares[best] > shares["cp1252"] else "cp1252"

    from charset_normalizer import from_bytes

    found = from_bytes(sample[:65_536], cp_isolation=[n for n in NAMES if not n.startswith("utf")]).best()
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
        good += text[place] in USUAL and not misplaced and not sign_in_word
    return good / min(len(high), 5000)


def lines_of(content: Content) -> Iterator[bytes]:
    return (found[0] for found in re.finditer(rb"[^\n\r]+", content))


def _decodes(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


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
