"""One exchange with a service: with a time-out, a pace, a limit on size, and a sober look at what came back."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import FunctionType
from typing import Any

from core.augment.engines.engine import Failed
from core.augment.engines.pace import Pace

MOST_BYTES = 4_000_000
"""Of one answer; no translation is longer."""

PAGE = re.compile(r"<(?:!doctype|html|head|body|title|script)\b", re.IGNORECASE)
PAGE_WORDS = re.compile(
    r"error \d{3} \([^)]*\)!!1|that[’']s an error\..*that[’']s all we know|unusual traffic from your computer network"
    r"|\b(?:429 too many requests|50[0234] (?:bad gateway|service unavailable|gateway time-?out|internal server error))\b",
    re.IGNORECASE | re.DOTALL,
)


STATUSES = {
    402: "quota",
    408: "unavailable",
    413: "too_long",
    414: "too_long",
    425: "unavailable",
    429: "refused",
    456: "quota",
}
QUOTA = re.compile("quota|limit (?:was |is )?(?:exceeded|reached)", re.IGNORECASE)
KEY = re.compile("api.?key", re.IGNORECASE)
COMPLAINTS = [
    (re.compile("exceeds text limit|too long|maximum.{0,40}length", re.IGNORECASE), "too_long"),
    (re.compile("api.?key", re.IGNORECASE), "key_refused"),
    (re.compile("not supported|language.{0,30}(?:not|in)valid|invalid.{0,30}lang", re.IGNORECASE), "language"),
]
"""What services write beside the status 400."""


class Refusal(Exception):
    """What a service did instead of translating."""

    def __init__(self, failed: Failed) -> None:
        super().__init__(failed.code)
        self.failed = failed


@dataclass(frozen=True)
class Answer:
    """What a client library looks at in an answer."""

    status_code: int
    text: str
    retry_after: float | None = None
    location: str = ""

    def json(self) -> Any:
        return json.loads(self.text)

    def close(self) -> None:
        """The connection was given back when the body was whole."""


class Exchange:
    """Stands where a client library says `requests`, for one thread of one engine.

    deep-translator calls `requests.get` and `requests.post` without any time-out, takes an error page for an answer, and
    forgets what the headers said. `bound` gives its methods this object under the name `requests`, in copies of their
    own: the library stays as it is for everybody else.
    """

    def __init__(
        self, service: str, timeout: float, pace: Pace, judge: Callable[[Answer], None], *, keyed: bool, local: bool
    ) -> None:
        """timeout: seconds, for the whole answer. judge: raises Refusal for an answer of 2xx that is none.

        keyed: whether a key is sent, so that 403 speaks of it. local: no proxy leads to this machine itself.
        """
        import requests

        self.exceptions = requests.exceptions
        self._session = requests.Session()
        self._session.trust_env = not local
        self._keyed = keyed
        self._service = service
        self._timeout = timeout
        self._pace = pace
        self._judge = judge

    def get(self, url: str, params: Mapping[str, Any] | None = None, **_: Any) -> Answer:
        return self.send("GET", url, params=params)

    def post(self, url: str, params: Mapping[str, Any] | None = None, **given: Any) -> Answer:
        kept = {name: value for name, value in given.items() if name in ("json", "data", "headers")}
        return self.send("POST", url, params=params, **kept)

    def close(self) -> None:
        self._session.close()

    def send(self, method: str, url: str, **given: Any) -> Answer:
        """An answer that may hold a translation. Raises Refusal for every other, GivenUp while it waits for its turn."""
        self._pace.wait()
        try:
            answer = self._received(method, url, given)
        except (self.exceptions.Timeout, TimeoutError):
            raise Refusal(Failed("timed_out", {"service": self._service, "seconds": round(self._timeout, 1)})) from None
        except (self.exceptions.RequestException, OSError) as error:
            code = "unreachable" if _never_there(error) else "cut_off"
            raise Refusal(Failed(code, {"service": self._service})) from None
        self._look(answer)
        self._judge(answer)
        return answer

    def _received(self, method: str, url: str, given: dict[str, Any]) -> Answer:
        from urllib3.exceptions import HTTPError, ReadTimeoutError

        deadline = time.monotonic() + self._timeout
        # A redirection leads the text to a host that nobody has agreed to.
        response = self._session.request(
            method, url, timeout=self._timeout, stream=True, allow_redirects=False, **given
        )
        try:
            body = b""
            while piece := response.raw.read1(65_536, decode_content=True):
                body += piece
                if time.monotonic() > deadline:
                    raise TimeoutError
                if len(body) > MOST_BYTES:
                    raise Refusal(Failed("not_a_translation", {"service": self._service}))
        except BaseException as error:
            response.close()
            if isinstance(error, ReadTimeoutError):
                raise TimeoutError from None
            if isinstance(error, HTTPError):
                raise ConnectionResetError from None
            raise
        response.raw.release_conn()
        text = body.decode(response.encoding or "utf-8", "replace")
        headers = response.headers
        return Answer(response.status_code, text, seconds_of(headers.get("Retry-After")), headers.get("Location", ""))

    def _look(self, answer: Answer) -> None:
        if 200 <= answer.status_code < 300 and answer.text.strip():
            return
        code = self._code_of(answer)
        status = {"status": answer.status_code} if code in ("unavailable", "bad_request") else {}
        raise Refusal(Failed(code, {"service": self._service, **status}, answer.retry_after))

    def _code_of(self, answer: Answer) -> str:
        status = answer.status_code
        if 200 <= status < 300:
            return "empty"
        if 300 <= status < 400:
            return "refused" if "/sorry/" in answer.location else "not_a_translation"
        if status in STATUSES:
            return STATUSES[status]
        if status in (401, 403):
            if QUOTA.search(answer.text):
                return "quota"
            if self._keyed:
                return "key_refused"
            return "key_missing" if KEY.search(answer.text) else "refused"
        if status == 400:
            return next((code for words, code in COMPLAINTS if words.search(answer.text)), "bad_request")
        return "unavailable" if status >= 500 else "bad_request"


def bound(method: Callable[..., Any], exchange: Exchange) -> Callable[..., Any]:
    """The same method, in whose eyes `requests` is this exchange."""
    assert isinstance(method, FunctionType)
    world = {**method.__globals__, "requests": exchange}
    copy = FunctionType(method.__code__, world, method.__name__, method.__defaults__, method.__closure__)
    copy.__kwdefaults__ = method.__kwdefaults__
    return copy


def json_of(answer: Answer, service: str) -> Any:
    """What a JSON service says. Raises Refusal when it is no JSON."""
    try:
        return answer.json()
    except ValueError:
        code = "not_a_translation" if answer.text.lstrip().startswith("<") else "cut_off"
        raise Refusal(Failed(code, {"service": service})) from None


def is_page(answer: str, text: str) -> bool:
    """Whether what came back for `text` is a page for people, or its words."""
    return any(look.search(answer) and not look.search(text) for look in (PAGE, PAGE_WORDS))


def seconds_of(retry_after: str | None) -> float | None:
    """Retry-After in seconds, from seconds or from a date."""
    if not retry_after:
        return None
    with suppress(ValueError):
        return max(float(retry_after), 0.0)
    with suppress(ValueError, TypeError):
        moment = parsedate_to_datetime(retry_after)
        return max((moment - datetime.now(UTC)).total_seconds(), 0.0)
    return None


def _never_there(error: BaseException) -> bool:
    """Whether no connection came about, as far as the chain of causes tells."""
    from requests.exceptions import InvalidURL, ProxyError, SSLError
    from urllib3.exceptions import NameResolutionError, NewConnectionError

    if isinstance(error, (ProxyError, SSLError, InvalidURL)):
        return True
    inner = [*error.args, getattr(error, "reason", None), error.__cause__]
    return isinstance(error, (NewConnectionError, NameResolutionError, ConnectionRefusedError)) or any(
        _never_there(one) for one in inner if isinstance(one, BaseException)
    )
