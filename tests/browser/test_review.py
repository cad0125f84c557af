"""The review of paraphrases in a real browser: by keys alone, as fast as they are pressed; a dot opens its pair."""

from __future__ import annotations

import csv
import io

import pytest
from playwright.sync_api import Page, expect

from core.data.reading import read
from core.store.paraphrases import ALL, counts, page
from core.store.project import Project, create_project, keep_upload
from tests.browser.conftest import Visit, settled
from tests.browser.test_pages import faults_of
from tests.paraphrased import lay_down_paraphrases, paraphrase, state_of
from tests.tables import as_csv, messages
from tests.waiting import wait_until

pytestmark = pytest.mark.slow

MANY = 50


@pytest.fixture
def paraphrased(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> tuple[Project, list[int]]:
    """Fifty paraphrases of the rows of a table, the first the most doubtful; one of them would be markup."""
    monkeypatch.setenv("PARAFINE_HOME", str(visit.server.home))
    rows = messages(MANY)
    content = as_csv(rows)
    project = keep_upload(create_project("Relecture").id, content, "a.csv", read(content, "a.csv"))
    made = [
        paraphrase(
            place,
            origin_text=row["text"],
            text=row["text"].replace("my", "<img src=x onerror=alert(1)>" if place == 2 else "our"),
            label=row["label"],
            doubt=3 - place / MANY,
            similarity=0.5 + place / MANY / 2,
            novelty=place / MANY / 2,
            flags=[{"code": "number_lost", "facts": {"number": str(place)}}],
        )
        for place, row in enumerate(rows, start=1)
    ]
    return project, lay_down_paraphrases(project, made)


def opened(visit: Visit, project: Project, **how: str) -> Page:
    shown = visit.open(f"/augment?project={project.id}", **how)
    shown.locator(".parafine-review article").first.wait_for()
    return shown


def test_keys_alone_decide_edit_take_back_and_turn_the_page(
    visit: Visit, paraphrased: tuple[Project, list[int]]
) -> None:
    project, ids = paraphrased
    shown = opened(visit, project)
    cards = shown.locator(".parafine-review article")
    assert cards.count() == 20
    assert "Le nombre 1 a disparu." in cards.first.inner_text()
    # What a text says is shown as it is said, and does nothing.
    assert "<img src=x onerror=alert(1)>" in cards.nth(1).inner_text()
    assert shown.locator(".parafine-review img").count() == 0
    assert cards.first.locator("del").inner_text() == "my"
    assert cards.first.locator("ins").inner_text() == "our"
    cards.first.focus()
    # Faster than the server answers: none may be lost, none counted twice.
    for key in "aaraaaruuaa":
        shown.keyboard.press(key)
    wait_until(lambda: counts(project.id).undecided == MANY - 7)
    settled(shown)
    decided = [state_of(identifier)["decision"] for identifier in ids[:8]]
    assert decided == ["accepted", "accepted", "rejected", "accepted", "accepted", "accepted", "accepted", None]
    shown.keyboard.press("e")
    shown.keyboard.press("Control+a")
    shown.keyboard.type("a réclamation in my own words")
    shown.keyboard.press("Control+Enter")
    wait_until(lambda: counts(project.id).edited == 1)
    settled(shown)
    assert shown.locator(".parafine-review article.active .decision").inner_text() == "acceptée dans vos mots"
    for _ in range(25):
        shown.keyboard.press("ArrowDown")
        settled(shown) if cards.last.evaluate("card => card.classList.contains('active')") else None
    settled(shown)
    first = int(cards.first.get_attribute("data-id") or 0)
    assert first == ids[20], "the second page begins after the twenty that were there"
    assert shown.evaluate("document.activeElement.closest('article') !== null")
    shown.keyboard.press("Escape")
    shown.keyboard.press("u")
    wait_until(lambda: counts(project.id).edited == 0)
    assert page(project.id, ALL, "row", 0, 1)[0].decision == "accepted"


def test_a_dot_opens_its_pair_and_the_file_has_what_was_accepted(
    visit: Visit, paraphrased: tuple[Project, list[int]]
) -> None:
    project, ids = paraphrased
    shown = opened(visit, project, locale="en-GB")
    chart = shown.locator(".parafine-chart[data-name=review_dots]")
    chart.scroll_into_view_if_needed()
    expect(chart).to_have_attribute("data-points", str(MANY))
    chart.locator(".nsewdrag").wait_for()
    where = chart.evaluate(
        """(node, id) => {
          const [trace] = node._fullData, place = trace.customdata.indexOf(id), box = node.getBoundingClientRect();
          const { xaxis, yaxis } = node._fullLayout;
          return [box.x + xaxis._offset + xaxis.d2p(trace.x[place]), box.y + yaxis._offset + yaxis.d2p(trace.y[place])];
        }""",
        ids[44],
    )
    shown.mouse.move(*where)
    shown.mouse.click(*where)
    active = shown.locator(f".parafine-review article.active[data-id='{ids[44]}']")
    active.wait_for()
    shown.keyboard.press("a")
    wait_until(lambda: counts(project.id).accepted == 1)
    settled(shown)
    with shown.expect_download() as download:
        shown.locator("a.download").first.click()
    content = download.value.path().read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content)))
    assert download.value.suggested_filename == "a-parafine.csv"
    assert len(rows) == MANY + 1
    assert [row["origin"] for row in rows if row["origin"]] == ["45"]


def test_everybody_can_use_the_review(visit: Visit, paraphrased: tuple[Project, list[int]]) -> None:
    project, _ = paraphrased
    shown = opened(visit, project)
    assert faults_of(shown, f"{visit.server.url}/augment?project={project.id}", "light", "dark") == []
