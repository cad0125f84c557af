"""What a person may do to a page or a server, and what must be there afterwards."""

from __future__ import annotations

import itertools

import pytest

from tests.browser.conftest import Visit, settled
from tests.browser.test_journey import CURVES, points
from tests.waiting import wait_until

pytestmark = pytest.mark.slow


def start_training(visit: Visit, scheme: str = "light"):
    page = visit.open("/?lang=en", scheme=scheme)
    page.get_by_role("button", name="Try this example").nth(1).click()
    page.wait_for_url("**/data?*")
    settled(page)
    page.get_by_role("button", name="Go on to the training").click()
    page.wait_for_url("**/train?*")
    settled(page)
    page.get_by_role("button", name="Launch the training").click()
    page.wait_for_url("**run=*")
    return page


@pytest.mark.long
def test_the_server_is_killed_in_the_middle_of_a_run(visit: Visit) -> None:
    """The training goes on; the same URL shows the same run, its curve without a hole, and a stop keeps a model."""
    page = start_training(visit)
    wait_until(lambda: points(page) >= 3)
    url = page.url
    visit.server.kill()
    visit.server.start()
    page.goto(url)
    settled(page)
    wait_until(lambda: points(page) >= 3)
    seen = points(page)
    wait_until(lambda: points(page) > seen)
    epochs = page.locator(CURVES).first.evaluate("(node) => node.data[0].x")
    gaps = [later - earlier for earlier, later in itertools.pairwise(epochs)]
    assert max(gaps) <= 2.5 * min(gap for gap in gaps if gap > 0)
    second = visit.open(url.removeprefix(visit.server.url))
    wait_until(lambda: points(second) >= seen)
    page.get_by_role("button", name="Stop and keep what was learned").click()
    page.get_by_role("button", name="See the results").click(timeout=300_000)
    page.wait_for_url("**/results?*")
    settled(page)
    shown = page.inner_text("[data-testid=stMain]")
    assert "The best model so far was kept" in shown
    assert "validation part" in shown


def test_every_page_comes_back_after_a_refresh(visit: Visit) -> None:
    """Project, page and language are in the URL."""
    page = visit.open("/")
    page.get_by_role("button", name="Essayer cet exemple").nth(1).click()
    page.wait_for_url("**/data?*")
    settled(page)
    for name in ("Augmenter", "Entraîner", "Résultats", "Utiliser", "Données"):
        page.get_by_role("link", name=name).click()
        page.wait_for_selector(f"h1:has-text('{name}')")
        settled(page)
        before = page.inner_text("[data-testid=stMain]")
        page.reload()
        settled(page)
        assert page.inner_text("[data-testid=stMain]") == before
    page.get_by_role("radio", name="English").click()
    page.wait_for_selector("h1:has-text('Data')")
    assert "lang=en" in page.url
    page.reload()
    page.wait_for_selector("h1:has-text('Data')")
    page.get_by_role("link", name="Train").click()
    page.wait_for_selector("h1:has-text('Train')")
    assert "lang=en" in page.url
    assert "project=" in page.url


def test_the_first_visit_after_a_start_may_be_a_deep_link(visit: Visit) -> None:
    """A page asked for before any other still gets its frame: sidebar, language, project."""
    page = visit.open("/")
    page.get_by_role("button", name="Essayer cet exemple").nth(1).click()
    page.wait_for_url("**/data?*")
    address = page.url.removeprefix(visit.server.url).replace("/data?", "/train?")
    visit.server.kill()
    visit.server.start()
    again = visit.open(address)
    assert again.locator("h1").inner_text() == "Entraîner"
    assert again.get_by_role("link", name="Résultats").is_visible()
