"""A visit to the app as a person makes it: a page, a language, an address; and all that is said there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any, cast

from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Node

from core.errors import UserError
from core.words import Words, catalogue
from tests.conftest import ROOT

LOCALES = {"en": "en-GB", "fr": "fr-FR"}
LIMIT = 120.0
"""Seconds that a page may take on a busy machine."""

SPOKEN = {"body", "content", "help", "label", "options", "placeholder", "text"}
"""Fields of Streamlit's messages to the browser that people read."""

WRITTEN = {"alt", "hovertemplate", "name", "text", "title"}
"""Keys of what a component of ours is given, under which stand words."""


def visit(page: str, words: Words, **address: str) -> AppTest:
    """Opens a page in a new session. page: its file's name, or "start"; address: what follows "?" in the URL."""
    at = AppTest.from_file(Path(__file__).with_name("entry.py"), default_timeout=LIMIT)
    at.context = {"locale": LOCALES[words.language]}
    at.query_params.update(address)
    if page != "start":
        at.switch_page(str(ROOT / "pages" / f"{page}.py"))
    return run(at)


def run(at: AppTest) -> AppTest:
    """Runs the page; a traceback on screen, or the sentence for what nobody foresaw, fails the test."""
    at.run()
    assert not at.exception, [shown.stack_trace for shown in at.exception]
    return at


def click(at: AppTest, key: str) -> AppTest:
    at.button(key=key).click()
    return run(at)


def upload(at: AppTest, content: bytes, name: str) -> AppTest:
    """Drops a file on the page's only uploader."""
    assert len(at.file_uploader) == 1
    at.file_uploader[0].upload(name, content, "text/csv")
    return run(at)


def said(message: str, words: Words, **facts: str) -> str:
    """A message as the page says it; fails when the app has no such message any more."""
    assert message in messages(), message
    return words.gettext(message).format(**facts)


def messages() -> set[str]:
    """Every message of the app, in English."""
    texts = cast(Any, catalogue("fr"))._catalog
    return {text[0] if isinstance(text, tuple) else text for text in texts if text}


def sentence(words: Words, code: str, **facts: Any) -> str:
    return UserError(code, **facts).sentence(words)


def errors(at: AppTest) -> list[str]:
    """The sentences as they are read: signs escaped for Markdown stand for themselves."""
    return [re.sub(r"\\(?=[^A-Za-z0-9\s])", "", shown.value) for shown in at.error]


def titles(at: AppTest) -> list[str]:
    return [shown.value for shown in at.title]


def everything(at: AppTest) -> str:
    """All that the page says, one text a line."""
    return "\n".join(texts(at))


def texts(at: AppTest) -> list[str]:
    """Every text of the page and of the sidebar: labels, helps, options, tables, words of figures; without markup."""
    return [text for node in (*at.main, *at.sidebar) for text in _texts_of(node) if text]


def _texts_of(node: Node) -> Iterator[str]:
    message = getattr(node, "proto", None)
    if message is None:
        return
    if node.type == "bidi_component":
        yield from _words_of(data_of(node))
        return
    for text in _strings(message):
        yield from _parts(text)


def _parts(html: str) -> Iterator[str]:
    """A cell and a paragraph are texts of their own."""
    for part in re.split(r"</?(?:t[dhr]|p|div|span|table|thead|tbody)\b[^>]*>", html):
        yield unescape(re.sub(r"<[^>]+>", "", part)).strip()


def _strings(message: Any) -> Iterator[str]:
    """The strings that people read, of a protobuf message and of those within it."""
    for field, value in message.ListFields():
        values = value if field.is_repeated else [value]
        if field.type == field.TYPE_STRING and field.name in SPOKEN:
            yield from values
        elif field.type == field.TYPE_MESSAGE:
            for each in values:
                yield from _strings(each)


def _words_of(value: Any, key: str = "") -> Iterator[str]:
    """The texts in the data of a component of ours."""
    if isinstance(value, str):
        if key == "html":
            yield from _parts(value)
        elif key in WRITTEN:
            yield re.sub(r"%\{[^}]*\}|<[^>]+>", " ", value).strip()
    elif isinstance(value, list):
        for entry in value:
            yield from _words_of(entry, key)
    elif isinstance(value, dict):
        for name, entry in value.items():
            yield from _words_of(entry, "text" if key == "words" else name)


def data_of(node: Node) -> dict[str, Any]:
    """What a component of ours was given."""
    message = cast(Any, node).proto
    given = json.loads(message.json or message.mixed.json)
    return cast(dict[str, Any], given[0] if isinstance(given, list) else given)


def followed(at: AppTest, kind: str) -> list[str]:
    """HTML that the browser keeps fresh, whose outermost element has this class."""
    given = [data_of(node).get("html", "") for node in (*at.main, *at.sidebar) if node.type == "bidi_component"]
    return [html for html in given if f" class='{kind}'" in html.partition(">")[0]]


def progress(at: AppTest) -> tuple[int, str]:
    """How far the bar of a job is, in percent, and what stands above it."""
    [html] = followed(at, "progress")
    [share] = re.findall("aria-valuenow='([0-9]+)'", html)
    return int(share), next(text for text in _parts(html) if text)


def figures(at: AppTest) -> dict[str, dict[str, Any]]:
    """The charts of the page by the name of their picture: {"figure", "alt", "words", …}."""
    found = [data_of(node) for node in at.main if node.type == "bidi_component"]
    return {entry["file"]: entry for entry in found if "figure" in entry}


def table(at: AppTest, heading: str) -> list[list[str]]:
    """The cells of the first table of the page that has a column with this heading, its own heading included."""
    for html in at.html:
        rows = [
            [unescape(re.sub(r"<[^>]+>", "", cell)) for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.S)]
            for row in re.findall(r"<tr>(.*?)</tr>", html.value, re.S)
        ]
        if rows and any(heading in cell for cell in rows[0]):
            return rows
    raise AssertionError(heading)


def file_of(name: str) -> bytes:
    """One of the app's own sample tables."""
    return Path(ROOT / "assets" / "samples" / name).read_bytes()
