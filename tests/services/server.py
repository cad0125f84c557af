"""A real HTTP server in the place of a translation service: it counts, waits, and fails as it is told."""

from __future__ import annotations

import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from core.augment.engines.libre import LISTS
from tests.services.protocols import PROTOCOLS, Protocol

FAULTS = ("429", "500", "time-out", "page", "empty", "cut")
"""What a service may do instead of translating; `page` is an HTML error page with status 200."""

ERROR_PAGE = (
    "<!DOCTYPE html><html><head><title>Error 500 (Server Error)!!1</title></head><body>"
    "<b>500.</b> That’s an error. There was an error. Please try again later. That’s all we know.</body></html>"
)

Programme = Callable[[int, list[str]], str | None]
"""What goes wrong with the n-th request, counted from 0, for these texts; None when it is answered."""


@dataclass
class Service:
    """What a test sets and reads. delay: seconds before each answer."""

    protocol: Protocol
    delay: float = 0.0
    fault: Programme = lambda number, texts: None
    retry_after: str = "0"
    asked: list[tuple[float, list[str]]] = field(default_factory=list)
    """Each request's moment (monotonic) and texts, failed ones too."""
    answered: Counter[str] = field(default_factory=Counter)
    """How often each text was translated."""
    languages: str | None = None
    """What is said of the languages it knows, as JSON; None says nothing of them (404)."""
    listed: int = 0
    """How often that was asked."""
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    connections: int = 0
    url: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)
    closing: threading.Event = field(default_factory=threading.Event)

    def most_in_a_second(self) -> int:
        """The largest number of requests that came within any second."""
        moments = sorted(moment for moment, _ in self.asked)
        first = most = 0
        for last, moment in enumerate(moments):
            while moment - moments[first] >= 1.0:
                first += 1
            most = max(most, last - first + 1)
        return most


@contextmanager
def served(name: str, **settings: object) -> Iterator[Service]:
    """A running service of the kind `google`, `mymemory`, `microsoft`, `libretranslate` or `deepl`."""
    service = Service(PROTOCOLS[name], **settings)  # type: ignore[arg-type]
    LISTS.forget()  # another server may have had this port
    server = _Server(("127.0.0.1", 0), _Handler)
    server.service = service
    service.url = f"http://127.0.0.1:{server.server_address[1]}{service.protocol.path}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        service.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    service: Service
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        with self.server.service.lock:
            self.server.service.connections += 1

    def log_message(self, *_: object) -> None:
        """Silent."""

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers.get("Content-Length", 0))))

    def _answer(self, body: bytes) -> None:
        service = self.server.service
        if urlsplit(self.path).path.endswith("/languages"):
            self._list()
            return
        query = {
            name: values[-1] for name, values in parse_qs(urlsplit(self.path).query, keep_blank_values=True).items()
        }
        texts, source, target = service.protocol.read(query, body)
        with service.lock:
            number = len(service.asked)
            service.asked.append((time.monotonic(), texts))
            service.headers.append(dict(self.headers))
            service.paths.append(self.path)
        if service.delay:
            service.closing.wait(service.delay)
        fault = service.fault(number, texts)
        if fault is not None:
            self._fail(fault, texts, source, target)
            return
        with service.lock:
            service.answered.update(texts)
        self._send(200, service.protocol.kind, service.protocol.write(texts, source, target))

    def _list(self) -> None:
        service = self.server.service
        with service.lock:
            service.listed += 1
            service.headers.append(dict(self.headers))
            service.paths.append(self.path)
        if service.delay:
            service.closing.wait(service.delay)
        if service.languages is None:
            self._send(404, "text/html", ERROR_PAGE)
        else:
            self._send(200, service.protocol.kind, service.languages)

    def _fail(self, fault: str, texts: list[str], source: str, target: str) -> None:
        service = self.server.service
        if fault == "time-out":
            service.closing.wait(30)
            self.close_connection = True
        elif fault == "page":
            self._send(200, "text/html; charset=utf-8", ERROR_PAGE)
        elif fault == "empty":
            self._send(200, service.protocol.kind, "")
        elif fault == "cut":
            self._cut(service.protocol.write(texts, source, target).encode())
        elif fault in ("429", "503"):
            self._send(int(fault), "text/html", "<html>Too many requests</html>", {"Retry-After": service.retry_after})
        elif fault.isdecimal():
            self._send(int(fault), "text/html", ERROR_PAGE)
        else:
            self._send(200, service.protocol.kind, fault)  # word for word

    def _cut(self, body: bytes) -> None:
        """Half of a good answer, in turn with its full length announced and without any, then the end of the connection."""
        self.send_response(200)
        self.send_header("Content-Type", self.server.service.protocol.kind)
        if len(self.server.service.asked) % 2:
            self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        place = body.find(b"result-container")  # of a page the half that ends within the translation
        self.wfile.write(body[: place + 25] if place > 0 else body[: len(body) // 2])
        self.wfile.flush()
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _send(self, status: int, kind: str, text: str, headers: dict[str, str] | None = None) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
