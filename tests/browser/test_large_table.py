"""A table of 100,000 rows on the Data page: what a click sends to the browser is a page of it."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, WebSocket

from core.data.reading import read
from core.store.project import Project, create_project, keep_upload
from tests.browser.conftest import Visit, settled

pytestmark = pytest.mark.slow

ROWS = 100_000


@pytest.fixture
def large(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Thirty words a row, copies and near copies among them: 15 MB."""
    monkeypatch.setenv("PARAFINE_HOME", str(visit.server.home))
    chance = random.Random(3)
    words = ["".join(chance.choices("aeinorstludcmp", k=chance.randint(2, 10))) for _ in range(5000)]
    texts = [" ".join(chance.choices(words, k=30)) for _ in range(ROWS)]
    texts[1000:2000] = texts[:1000]
    lines = [f"{text},{chance.choice(['retard', 'facture', 'compte'])}\n" for text in texts]
    content = f"texte,motif\n{''.join(lines)}".encode()
    return keep_upload(create_project("large").id, content, "large.csv", read(content, "large.csv"))


def test_a_click_does_not_send_the_table_again(visit: Visit, large: Project) -> None:
    page = visit.open("/")
    sent: list[int] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: sent.append(len(frame)))

    page.on("websocket", listen)
    page.goto(f"{visit.server.url}/data?project={large.id}&lang=en")
    settled(page)
    page.get_by_text("Is it enough?").wait_for()
    table = (large.folder / "upload" / "large.csv").stat().st_size
    assert table > 12_000_000
    assert sum(sent) < table / 10, "the first look"

    def bytes_of(act: Callable[[Page], None]) -> int:
        sent.clear()
        act(page)
        settled(page)
        return sum(sent)

    turned = bytes_of(lambda page: page.get_by_role("button", name="Next rows").click())
    page.get_by_text("Rows 21 to 40 of 100,000").wait_for()
    opened = bytes_of(lambda page: page.get_by_text("Copies of a text with the same label").click())
    chosen = bytes_of(lambda page: page.get_by_role("button", name="Keep one of each").click())
    page.get_by_text("Copies set aside: ").wait_for()
    assert [turned < table / 20, opened < table / 20, chosen < table / 10] == [True] * 3, (turned, opened, chosen)
