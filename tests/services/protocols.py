"""How the services are asked and how they answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from urllib.parse import parse_qs

Asked = tuple[list[str], str, str]
"""Texts, source, target."""


@dataclass(frozen=True)
class Protocol:
    """path: of the address that an engine is given. read: from query and body. write: the answer's body."""

    path: str
    kind: str
    read: Callable[[dict[str, str], bytes], Asked]
    write: Callable[[list[str], str, str], str]


def translated(text: str, target: str) -> str:
    """What these services make of a text: it shows where it came from and where it went."""
    return f"{target.lower().partition('-')[0]}: {text}"


def _google_read(query: dict[str, str], body: bytes) -> Asked:
    return [query["q"]], query["sl"], query["tl"]


def _google_write(texts: list[str], source: str, target: str) -> str:
    return (
        "<!DOCTYPE html><html><head><title>Google Translate</title></head><body>"
        f'<div class="root-container"><form><input name="q" value="{escape(texts[0])}"></form>'
        f'<div class="result-container">{escape(translated(texts[0], target), quote=True)}</div>'
        '<div class="links-container"><ul><li><a href="https://www.google.com/m">Google home</a></li></ul></div>'
        "</div></body></html>"
    )


def _mymemory_read(query: dict[str, str], body: bytes) -> Asked:
    source, _, target = query["langpair"].partition("|")
    return [query["q"]], source, target


def _mymemory_write(texts: list[str], source: str, target: str) -> str:
    return mymemory_says(escape(translated(texts[0], target)))


def mymemory_says(text: str, status: int | str = 200, details: str = "") -> str:
    response = {"translatedText": text, "match": 0.85}
    other = {"translation": "a translation of something else", "match": 0.6}
    return json.dumps(
        {"responseData": response, "responseDetails": details, "responseStatus": status, "matches": [other]}
    )


def _microsoft_read(query: dict[str, str], body: bytes) -> Asked:
    return [entry["text"] for entry in json.loads(body)], query["from"], query["to"]


def _microsoft_write(texts: list[str], source: str, target: str) -> str:
    return json.dumps([{"translations": [{"text": translated(text, target), "to": target}]} for text in texts])


def _libre_read(query: dict[str, str], body: bytes) -> Asked:
    given = json.loads(body) if body else query  # the library itself puts everything into the address
    return [given["q"]], given["source"], given["target"]


def _libre_write(texts: list[str], source: str, target: str) -> str:
    return json.dumps({"translatedText": translated(texts[0], target)})


def libre_languages(**pairs: str) -> str:
    """What LibreTranslate says at /languages: `libre_languages(en="fr es", fr="en")`."""
    names = {"ca": "Catalan", "en": "English", "es": "Spanish", "fr": "French"}
    return json.dumps(
        [{"code": code, "name": names.get(code, code), "targets": targets.split()} for code, targets in pairs.items()]
    )


def _deepl_read(query: dict[str, str], body: bytes) -> Asked:
    given = json.loads(body) if body[:1] == b"{" else parse_qs(body.decode())
    return list(given["text"]), given.get("source_lang", ""), given["target_lang"]


def _deepl_write(texts: list[str], source: str, target: str) -> str:
    answers = [
        {"detected_source_language": source, "text": translated(text, target), "billed_characters": len(text)}
        for text in texts
    ]
    return json.dumps({"translations": answers})


JSON = "application/json; charset=utf-8"
PROTOCOLS = {
    "google": Protocol("/m", "text/html; charset=utf-8", _google_read, _google_write),
    "mymemory": Protocol("/get", JSON, _mymemory_read, _mymemory_write),
    "microsoft": Protocol("/translate?api-version=3.0", JSON, _microsoft_read, _microsoft_write),
    "libretranslate": Protocol("/", JSON, _libre_read, _libre_write),
    "deepl": Protocol("/", JSON, _deepl_read, _deepl_write),
}
