"""LibreTranslate: the public service or one's own, at any address; which languages it knows is asked of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, ClassVar
from urllib.parse import urlsplit, urlunsplit

from core.augment.engines.engine import Limits
from core.augment.engines.exchange import Answer, Exchange, Refusal, json_of
from core.augment.engines.online import LOOPBACK, DeepTranslated

LISTING = 3.0
"""Seconds that its list of languages may take: a page waits for it."""
LISTED, UNLISTED = 600.0, 30.0
"""Seconds that a list serves, and that a server which gave none is not asked again."""
NO_KEY = "-"
"""deep-translator insists on a key where a server of one's own asks for none; it is not sent."""


def plain_address(url: str) -> str:
    """An address without what may be a secret: a name and password before the host, a key behind the path."""
    parts = urlsplit(url.strip())
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


Pairs = frozenset[tuple[str, str]]


class Lists:
    """Which pairs each address has said to translate, for all engines of this process."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[float, Pairs | None]] = {}
        self._turn = threading.Lock()

    def of(self, address: str, ask: Callable[[], Pairs | None]) -> Pairs | None:
        """One at a time: who comes meanwhile takes what the first was told."""
        with self._turn:
            until, pairs = self._known.get(address, (0.0, None))
            if time.monotonic() >= until:
                pairs = ask()
                self._known[address] = time.monotonic() + (UNLISTED if pairs is None else LISTED), pairs
            return pairs

    def forget(self) -> None:
        """Everybody is asked again."""
        with self._turn:
            self._known.clear()


LISTS = Lists()


class InTheBody(Exchange):
    """Sends text and key in the body: the library puts them into the address, where logs keep them and long texts overflow."""

    def post(self, url: str, params: Mapping[str, Any] | None = None, **_: Any) -> Answer:
        return self.send("POST", url, json={name: value for name, value in (params or {}).items() if value != NO_KEY})


class LibreTranslate(DeepTranslated):
    name: ClassVar[str] = "libretranslate"
    label: ClassVar[str] = "LibreTranslate"
    url_variable: ClassVar[str] = "PARAFINE_LIBRETRANSLATE_URL"
    public_url: ClassVar[str] = "https://libretranslate.com/"
    key_variable: ClassVar[str | None] = "LIBRE_API_KEY"
    usual: ClassVar[Limits] = Limits(at_once=8, per_second=20, characters=2_000)
    exchange_kind: ClassVar[type[Exchange]] = InTheBody

    @property
    def needs_key(self) -> bool:
        return self._url == self.public_url

    @property
    def version(self) -> str:
        return f"{super().version} {self._host}"

    @property
    def sends_text_to(self) -> str | None:
        return None if self._host in LOOPBACK else super().sends_text_to

    def languages(self) -> Pairs | None:
        """As the server lists them; None where it does not answer, or would not without a key. No text and no key is sent."""
        if self.needs_key and not self.has_key:
            return None
        return LISTS.of(self._address, self._listed)

    def _listed(self) -> Pairs | None:
        exchange = Exchange(self.label, LISTING, self._pace, lambda _: None, keyed=False, local=self._host in LOOPBACK)
        try:
            return pairs_of(json_of(exchange.get(f"{self._address}languages"), self.label))
        except Refusal:
            return None
        finally:
            exchange.close()

    @property
    def _address(self) -> str:
        return self._url if self._url.endswith("/") else f"{self._url}/"

    def _translator(self, source: str, target: str) -> Any:
        from deep_translator import LibreTranslator

        class Plain(LibreTranslator):  # type: ignore[misc]  # untyped library
            def _map_language_to_code(self, *languages: str) -> Any:
                yield from languages  # a server of one's own may know more languages than the library

        return Plain(source=source, target=target, api_key=self._key or NO_KEY, custom_url=self._address)

    def _judge(self, answer: Answer) -> None:
        data = json_of(answer, self.label)
        if not isinstance(data, dict) or not isinstance(data.get("translatedText"), str):
            raise Refusal(self._failed("not_a_translation"))


def pairs_of(listed: Any) -> Pairs | None:
    """What a server says of itself: [{"code": "en", "targets": ["fr", …]}, …]; None for anything else.

    Servers before 1.3 name no targets: each language goes to each. A script behind a code may be left away: zh is zh-Hans.
    """
    if not isinstance(listed, list):
        return None
    entries = [each for each in listed if isinstance(each, dict) and isinstance(each.get("code"), str)]
    codes = [each["code"] for each in entries]
    found = set()
    for entry in entries:
        targets = entry.get("targets", codes)
        for target in targets if isinstance(targets, list) else codes:
            if isinstance(target, str) and target != entry["code"]:
                found |= {(one, other) for one in _names(entry["code"]) for other in _names(target)}
    return frozenset(found) or None


def _names(code: str) -> tuple[str, ...]:
    return (code, "zh") if code in ("zh-Hans", "zh-CN") else (code,)
