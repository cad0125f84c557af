"""LibreTranslate: the public service or one's own, at any address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import urlsplit, urlunsplit

from core.augment.engines.engine import Limits
from core.augment.engines.exchange import Answer, Exchange, Refusal, json_of
from core.augment.engines.online import LOOPBACK, DeepTranslated

NO_KEY = "-"
"""deep-translator insists on a key where a server of one's own asks for none; it is not sent."""


def plain_address(url: str) -> str:
    """An address without what may be a secret: a name and password before the host, a key behind the path."""
    parts = urlsplit(url.strip())
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


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

    def _translator(self, source: str, target: str) -> Any:
        from deep_translator import LibreTranslator

        class Plain(LibreTranslator):  # type: ignore[misc]  # untyped library
            def _map_language_to_code(self, *languages: str) -> Any:
                yield from languages  # a server of one's own may know more languages than the library

        url = self._url if self._url.endswith("/") else f"{self._url}/"
        return Plain(source=source, target=target, api_key=self._key or NO_KEY, custom_url=url)

    def _judge(self, answer: Answer) -> None:
        data = json_of(answer, self.label)
        if not isinstance(data, dict) or not isinstance(data.get("translatedText"), str):
            raise Refusal(self._failed("not_a_translation"))
