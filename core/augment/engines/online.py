"""What the services on the net have in common: keys, addresses, long texts in pieces, one client a thread."""

from __future__ import annotations

import os
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from functools import cache
from html import unescape
from typing import Any, ClassVar
from urllib.parse import quote, urlsplit

from core.augment.engines.engine import Failed, Limits, Outcome, Translated
from core.augment.engines.exchange import Answer, Exchange, Refusal, bound, is_page
from core.augment.engines.pace import Pace
from core.augment.engines.pieces import cut, frame
from core.augment.engines.probing import probed
from core.keys import key as key_of

TIMEOUT = 20.0
"""Seconds for one whole answer."""

LOOPBACK = {"127.0.0.1", "::1", "localhost"}


@cache
def every_pair(codes: frozenset[str]) -> frozenset[tuple[str, str]]:
    """Of each language into each other one. A page asks some hundred times, and a service may know 130 languages."""
    return frozenset((one, other) for one in codes for other in codes if one != other)


class OnlineEngine(ABC):
    """A service that answers over HTTP. Its address: the argument, else the environment, else its public one."""

    name: ClassVar[str]
    label: ClassVar[str]
    """Its name for people."""
    url_variable: ClassVar[str]
    public_url: ClassVar[str]
    key_variable: ClassVar[str | None] = None
    usual: ClassVar[Limits]
    exchange_kind: ClassVar[type[Exchange]] = Exchange

    def __init__(
        self, url: str | None = None, key: str | None = None, limits: Limits | None = None, timeout: float = TIMEOUT
    ) -> None:
        """key: without it the one of core.keys, from the environment or a secrets.toml. timeout: seconds for one request."""
        self._url = url or os.environ.get(self.url_variable) or self.public_url
        self._key = key or (key_of(self.key_variable) if self.key_variable else None)
        self._limits = limits or self.usual
        self._timeout = timeout
        self._pace = Pace(self._limits.per_second)
        self._threads = threading.local()
        self._parts: dict[tuple[str, str, str], str] = {}

    @property
    def version(self) -> str:
        return self.name

    @property
    def sends_text_to(self) -> str | None:
        return f"{self.label} ({self._host})"

    @property
    def limits(self) -> Limits:
        return self._limits

    @property
    def needs_key(self) -> bool:
        return False

    @property
    def has_key(self) -> bool:
        return self._key is not None

    def languages(self) -> frozenset[tuple[str, str]] | None:
        return None

    def translate(self, texts: Sequence[str], source: str, target: str) -> list[Outcome]:
        if self.needs_key and self._key is None:
            return [self._failed("key_missing") for _ in texts]
        return [self._whole(text, source, target) for text in texts]

    def probe(self, source: str, target: str) -> Failed | None:
        return probed(self, source, target)

    def fits(self, text: str) -> bool:
        """Whether a text can be sent in one request."""
        return self._limits.characters is None or len(text) <= self._limits.characters

    @abstractmethod
    def _ask(self, text: str, source: str, target: str) -> str | None:
        """One request for a text without white space around it. None: it came back unchanged. Raises Refusal."""

    @abstractmethod
    def _judge(self, answer: Answer) -> None:
        """Looks at an answer of 2xx before the library does. Raises Refusal."""

    def _whole(self, text: str, source: str, target: str) -> Outcome:
        pieces = cut(text, self.fits)
        done = []
        for piece in pieces:
            before, core, after = frame(piece)
            known = self._parts.get((source, target, core)) if len(pieces) > 1 else None
            outcome = Translated(known) if known is not None else self._one(core, source, target)
            if isinstance(outcome, Failed):
                return outcome
            if len(pieces) > 1:  # a later piece may fail, and what was paid for is kept until the whole is there
                self._parts[source, target, core] = outcome.text
            done.append(before + outcome.text + after)
        for piece in pieces if len(pieces) > 1 else []:
            self._parts.pop((source, target, piece.strip()), None)
        return Translated("".join(done))

    def _one(self, text: str, source: str, target: str) -> Outcome:
        if not text or source == target:
            return Translated(text)
        try:
            answer = self._ask(text, source, target)
        except Refusal as refusal:
            return self._completed(refusal.failed, source, target)
        return self._judged(answer, text)

    def _completed(self, failed: Failed, source: str, target: str) -> Failed:
        return self._failed("language", source=source, target=target) if failed.code == "language" else failed

    def _judged(self, answer: str | None, text: str) -> Outcome:
        if answer is None:
            return Translated(text)
        if not isinstance(answer, str) or is_page(answer, text):
            return self._failed("not_a_translation")
        if not answer.strip():
            return self._failed("empty")
        return Translated(answer if unescape(text) != text else unescape(answer).strip())

    def _failed(self, code: str, retry_after: float | None = None, **facts: int | float | str) -> Failed:
        return Failed(code, {"service": self.label, **facts}, retry_after)

    @property
    def _host(self) -> str:
        return urlsplit(self._url).hostname or self._url

    def _exchange(self) -> Exchange:
        return self.exchange_kind(
            self.label,
            self._timeout,
            self._pace,
            self._judge,
            keyed=self._key is not None,
            local=self._host in LOOPBACK,
        )

    def _mine(self, what: object, make: Callable[[Exchange], Any]) -> Any:
        """This thread's own client for `what`, made at first use."""
        clients = self._threads.__dict__.setdefault("clients", {})
        if what not in clients:
            if "exchange" not in self._threads.__dict__:
                self._threads.exchange = self._exchange()
            clients[what] = make(self._threads.exchange)
        return clients[what]


class DeepTranslated(OnlineEngine):
    """A service that deep-translator speaks to."""

    def languages(self) -> frozenset[tuple[str, str]] | None:
        return every_pair(frozenset(code for code in self._codes() if len(code) == 2)) or None

    @property
    def version(self) -> str:
        from importlib.metadata import version

        return f"{self.name} deep-translator {version('deep-translator')}"

    def code_of(self, language: str) -> str:
        """What the service calls an ISO 639-1 language."""
        return language

    def _codes(self) -> set[str]:
        """The ISO 639-1 codes it is known to translate; none when that is unknown."""
        return set()

    @abstractmethod
    def _translator(self, source: str, target: str) -> Any:
        """A fresh translator of the library."""

    def _ask(self, text: str, source: str, target: str) -> str | None:
        def make(exchange: Exchange) -> Any:
            translator = self._translator(self.code_of(source), self.code_of(target))
            method = bound(type(translator).translate, exchange)
            return lambda given: method(translator, given)

        try:
            return self._mine((source, target), make)(text)  # type: ignore[no-any-return]
        except Exception as error:  # the library reads whatever came; what it trips over was no translation
            raise self._refusal(error) from None

    def _refusal(self, error: Exception) -> Refusal:
        if isinstance(error, Refusal):
            return error
        from core.augment.engines.pace import GivenUp

        if isinstance(error, GivenUp):
            raise error
        if type(error).__name__ in ("LanguageNotSupportedException", "InvalidSourceOrTargetLanguage"):
            return Refusal(self._failed("language"))
        return Refusal(self._failed("too_long" if type(error).__name__ == "NotValidLength" else "not_a_translation"))


def encoded_length(text: str) -> int:
    """Bytes of a text in a URL."""
    return len(quote(text, safe=""))
