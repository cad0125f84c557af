"""What the pages of many people ask a server for while they watch a run, without their browsers, which in life are elsewhere."""

from __future__ import annotations

import heapq
import time
from collections import Counter
from http.client import HTTPConnection

from playwright.sync_api import Page, Request

from tests.benchmarks.background import Background

NOW = "/parafine/now/"
"""Where pages ask how something stands."""


def rhythm_of(pages: list[Page], seconds: float) -> list[dict[str, float]]:
    """For each page, the addresses that it asks again and again, with the seconds between two times."""
    seen: list[Counter[str]] = [Counter() for _ in pages]
    listeners = []
    for page, counts in zip(pages, seen, strict=True):

        def note(request: Request, counts: Counter[str] = counts) -> None:
            if NOW in request.url:
                counts[NOW + request.url.split(NOW)[1].split("?")[0]] += 1

        page.on("request", note)
        listeners.append(note)
    pages[0].wait_for_timeout(seconds * 1000)
    for page, note in zip(pages, listeners, strict=True):
        page.remove_listener("request", note)
    return [{address: seconds / count for address, count in counts.items()} for counts in seen]


class Askers(Background):
    """People who ask in their rhythms while its `with` block runs; who has the newest answer gets none, as in a browser."""

    def __init__(self, port: int, rhythms: list[dict[str, float]]) -> None:
        super().__init__()
        self._port = port
        self._rhythms = rhythms
        self.asked = 0
        self.failed = 0

    def _run(self) -> None:
        lines = [HTTPConnection("127.0.0.1", self._port, timeout=60) for _ in self._rhythms]
        known: dict[tuple[int, str], str] = {}
        now = time.monotonic()
        due = [
            (now + every * who / len(lines), who, address, every)
            for who, rhythm in enumerate(self._rhythms)
            for address, every in rhythm.items()
        ]
        heapq.heapify(due)
        while due and not self._over.wait(max(0.0, due[0][0] - time.monotonic())):
            _, who, address, every = due[0]
            lines[who].request("GET", f"{address}?have={known.get((who, address), '')}")
            answer = lines[who].getresponse()
            answer.read()
            self.asked += 1
            self.failed += answer.status not in (200, 204)
            known[who, address] = answer.getheader("X-Version") or known.get((who, address), "")
            # As a page does: the next time counts from the answer.
            heapq.heapreplace(due, (time.monotonic() + every, who, address, every))
        for line in lines:
            line.close()
