"""What is no table at all, told by its first bytes: pictures, documents, programs, and web pages named .xls."""

from __future__ import annotations

import re

from core.data.dialect import Content
from core.errors import UserError
from core.words import N_

SIGNATURES = {
    b"\x89PNG": N_("a PNG picture"),
    b"\xff\xd8\xff": N_("a JPEG picture"),
    b"GIF8": N_("a GIF picture"),
    b"RIFF": N_("a picture, a sound or a film"),
    b"II*\0": N_("a TIFF picture"),
    b"MM\0*": N_("a TIFF picture"),
    b"%PDF": N_("a PDF document"),
    b"{\\rtf": N_("a text document"),
    b"PK\x03\x04": N_("a zip file of another kind"),
    b"PK\x05\x06": N_("an empty zip file"),
    b"Rar!": N_("a RAR archive"),
    b"7z\xbc\xaf\x27\x1c": N_("a 7-Zip archive"),
    b"\x28\xb5\x2f\xfd": N_("a zstd archive"),
    b"SQLite format": N_("a database"),
    b"PARE": N_("an encrypted Parquet file"),
    b"\x7fELF": N_("a program"),
    b"MZ\x90\0": N_("a program"),
    b"\x93NUMPY": N_("an array of numbers"),
    b"ID3": N_("a sound"),
}
"""First bytes of what is often renamed or exported by mistake."""

WEB = re.compile(
    rb"(?:<!--.*?-->\s*)?<(?:!doctype html|html|head|body|table|meta|div|style)\b", re.IGNORECASE | re.DOTALL
)
XML = re.compile(rb"<(?:\?xml\b|!DOCTYPE\b(?! html))", re.IGNORECASE)


def refuse_what_is_no_table(content: Content, name: str, other: str = "") -> None:
    """other: what the file was found to be already, "" for unknown. Raises UserError: empty_file, not_a_table, html_file, xml_file."""
    if not content[:4096].strip(b"\xef\xbb\xbf \t\r\n") and not content[:].strip(b"\xef\xbb\xbf \t\r\n"):
        raise UserError("empty_file", name=name)
    if other:
        raise UserError("not_a_table", name=name, kind=other)
    for signature, kind in SIGNATURES.items():
        if content[: len(signature)] == signature:
            raise UserError("not_a_table", name=name, kind=kind)
    start = content[:2048].lstrip(b"\xef\xbb\xbf \t\r\n")
    if WEB.match(start):
        raise UserError("html_file", name=name)
    if XML.match(start):
        if b"<html" in start.lower():
            raise UserError("html_file", name=name)
        raise UserError("xml_file", name=name)
