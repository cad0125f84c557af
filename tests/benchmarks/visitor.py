"""A tab left open on a page, without a browser: a session over the server's websocket that comes back whatever happens."""

from __future__ import annotations

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from tests.benchmarks.background import Background

AGAIN = 1.0
"""Seconds between two looks at the page, and before a server that went away is tried again."""
LIMIT = 60.0
"""Seconds that the server may take for a page; then the session is given up and another begun."""


class Visitor(Background):
    """Opens the page of the present address again and again while its `with` block runs."""

    def __init__(self, server: str) -> None:
        """server: http://127.0.0.1:8501."""
        super().__init__()
        self._server = server.replace("http", "ws", 1)
        self._page, self._query = "", ""
        self.views = 0
        """Pages that were shown to their end."""

    def go(self, page: str, query: str) -> None:
        """The address from the next look on."""
        self._page, self._query = page, query

    def _run(self) -> None:
        while not self._over.wait(AGAIN):
            try:
                with connect(
                    f"{self._server}/_stcore/stream", subprotocols=["streamlit"], max_size=None, close_timeout=1
                ) as socket:
                    while not self._over.is_set():
                        self._look(socket)
                        self._over.wait(AGAIN)
            except (OSError, WebSocketException):
                continue

    def _look(self, socket: ClientConnection) -> None:
        wish = BackMsg()
        wish.rerun_script.page_name, wish.rerun_script.query_string = self._page, self._query
        socket.send(wish.SerializeToString())
        shown = ForwardMsg()
        while not self._over.is_set() and shown.WhichOneof("type") != "script_finished":
            shown.ParseFromString(socket.recv(timeout=LIMIT))
        self.views += 1
