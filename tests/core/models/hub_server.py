"""A hub on 127.0.0.1: the part of its protocol that huggingface_hub 2 asks for, over real folders."""

from __future__ import annotations

import hashlib
import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

SHA = "5c0ffee5" * 5
PROPOSED = "0ffe12ed" * 5


@dataclass
class Hub:
    """What is served, what was asked, and what goes wrong."""

    models: dict[str, Path]
    asked: list[str] = field(default_factory=list)
    """Method and path of every request."""
    cut: str = ""
    """A file whose transfer breaks off halfway."""
    is_down: bool = False
    """Every answer is 503."""
    proposed: dict[str, Path] = field(default_factory=dict)
    """What the robot of the hub proposes for a model, as its pull request 3."""
    page: str = ""
    """Every answer is this page, as a proxy or a hotel gives it."""
    counted: dict[str, Any] = field(default_factory=dict)
    """What the hub knows of the weights of every model."""
    address: str = ""

    def root(self, name: str, revision: str) -> Path:
        return self.proposed[name] if revision in (PROPOSED, "refs/pr/3") else self.models[name]

    def files(self, root: Path) -> list[Path]:
        return sorted(path for path in root.rglob("*") if path.is_file())


class Closing(ThreadingHTTPServer):
    """Ends the connections that clients keep, or their sockets would be found open in a test that has nothing to do with them."""

    daemon_threads = False

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.kept: list[socket.socket] = []

    def process_request(self, request: Any, client_address: Any) -> None:
        self.kept.append(request)
        super().process_request(request, client_address)

    def server_close(self) -> None:
        for connection in self.kept:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        super().server_close()


@contextmanager
def serving(hub: Hub) -> Iterator[Hub]:
    """The hub answers at `hub.address` until the end of the block."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            answer(self, hub)

        def do_HEAD(self) -> None:
            answer(self, hub)

        def log_message(self, *_: object) -> None:
            pass

    server = Closing(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    hub.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield hub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def answer(request: BaseHTTPRequestHandler, hub: Hub) -> None:
    path = unquote(urlsplit(request.path).path)
    hub.asked.append(f"{request.command} {path}")
    if hub.is_down:
        return send(request, 503, b"down")
    if hub.page:
        return send(request, 200, hub.page.encode())
    if about := re.fullmatch(r"/api/models/(.+?)(/discussions|/(?:revision|tree)/(refs/pr/3|[^/]+)(?:/.*)?)?", path):
        name, what = about[1], about[2] or ""
        if name not in hub.models:
            return missing(request, "RepoNotFound")
        if what == "/discussions":
            return send(request, 200, json.dumps(discussions(hub, name)).encode())
        root = hub.root(name, about[3] or "main")
        files = [(str(file.relative_to(root).as_posix()), file) for file in hub.files(root)]
        if what.startswith("/tree"):
            tree = [
                {"type": "file", "path": place, "size": file.stat().st_size, "oid": digest(file)}
                for place, file in files
            ]
            return send(request, 200, json.dumps(tree).encode())
        sha = PROPOSED if root == hub.proposed.get(name) else SHA
        siblings = [{"rfilename": place, "size": file.stat().st_size} for place, file in files]
        facts = {"_id": "1", "id": name, "modelId": name, "sha": sha, "private": False, "siblings": siblings}
        facts |= {"safetensors": hub.counted} if hub.counted else {}
        return send(request, 200, json.dumps(facts).encode())
    if file := re.fullmatch(r"/(.+?)/resolve/([^/]+)/(.+)", path):
        name, revision, place = file.groups()
        if name not in hub.models:
            return missing(request, "RepoNotFound")
        root = hub.root(name, revision)
        found = root / place
        if found not in hub.files(root):
            return missing(request, "EntryNotFound")
        sha = PROPOSED if root == hub.proposed.get(name) else SHA
        return send(request, 200, found.read_bytes(), etag=digest(found), is_cut=place == hub.cut, commit=sha)
    return missing(request, "RepoNotFound")


def discussions(hub: Hub, name: str) -> dict:
    """A question of somebody's, and the robot's proposal where there is one."""
    common = {"status": "open", "createdAt": "2026-01-01T00:00:00.000Z", "repo": {"name": name, "type": "model"}}
    asked = {"title": "Licence?", "num": 2, "author": {"name": "somebody"}, "isPullRequest": False}
    proposed = {"title": "safetensors", "num": 3, "author": {"name": "SFconvertbot"}, "isPullRequest": True}
    found = [common | asked, *([common | proposed] if name in hub.proposed else [])]
    return {"count": len(found), "start": 0, "discussions": found}


def digest(file: Path) -> str:
    return hashlib.sha1(file.read_bytes(), usedforsecurity=False).hexdigest()


def missing(request: BaseHTTPRequestHandler, code: str) -> None:
    send(request, 404, b"not found", error=code)


def send(
    request: BaseHTTPRequestHandler,
    status: int,
    body: bytes,
    etag: str = "",
    error: str = "",
    is_cut: bool = False,
    commit: str = SHA,
) -> None:
    request.send_response(status)
    request.send_header("Content-Length", str(len(body)))
    request.send_header("X-Repo-Commit", commit)
    if etag:
        request.send_header("ETag", f'"{etag}"')
    if error:
        request.send_header("X-Error-Code", error)
    request.end_headers()
    if request.command == "GET":
        request.wfile.write(body[: len(body) // 2] if is_cut else body)
        request.close_connection = request.close_connection or is_cut
