"""Paraphrases from an uploaded table to a training, in a French browser: what was decided is learned from, and nothing else."""

from __future__ import annotations

import csv
import os
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page

from core.augment.engines.apertium import Apertium
from core.data.kin import content_key
from core.store.project import open_project
from core.store.run import Run, list_runs
from tests.browser.conftest import Visit, settled
from tests.conftest import SAMPLES
from tests.paraphrased import state_of
from tests.tables import as_csv
from tests.waiting import wait_until

pytestmark = pytest.mark.slow

ROWS = 40
MINE = "My own words about it: please send the parcel to the office on Monday morning."
CARDS = ".parafine-review article"


@pytest.fixture
def apertium() -> None:
    """Skips where Apertium does not go from English to Catalan and back; CI has it."""
    is_here = shutil.which("apertium") is not None
    pairs = (Apertium().languages() if is_here else None) or set()
    if not {("en", "ca"), ("ca", "en")} <= set(pairs):
        if os.environ.get("CI") == "true":
            pytest.fail("CI needs Apertium with English and Catalan: see start.py test")
        pytest.skip("Apertium with English and Catalan is not installed on this machine")


def some_messages() -> list[dict[str, str]]:
    """Ten messages of each of the four labels of a sample table."""
    with (SAMPLES / "shop_messages.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    labels = sorted({row["label"] for row in rows})
    return [row for label in labels for row in [each for each in rows if each["label"] == label][: ROWS // len(labels)]]


def figure(page: Page, name: str) -> str:
    """One of the figures above the list: how many are accepted, in one's words, rejected, to decide."""
    return page.locator(".figures div", has=page.locator(f".name:text-is('{name}')")).locator(".value").inner_text()


def upload(page: Page, folder: Path) -> str:
    """A new project with the forty rows; its id."""
    table = folder / "messages.csv"
    table.write_bytes(as_csv(some_messages()))
    page.get_by_label("Nom d’un nouveau projet").fill("Quarante messages")
    page.get_by_role("button", name="Créer le projet").click()
    page.wait_for_url("**/data?*")
    settled(page)
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(table)
    page.get_by_role("button", name="Passer à l’entraînement").wait_for()
    settled(page)
    return page.url.split("project=")[1].split("&")[0]


def paraphrase(page: Page) -> None:
    """Paraphrases of all the rows that the training will learn from, with what the form proposes."""
    page.get_by_role("link", name="Augmenter").click()
    page.wait_for_url("**/augment?*")
    settled(page)
    assert "Hors ligne" in page.locator(".mark.offline").inner_text()
    page.get_by_role("button", name="paraphrases").filter(has_text="Faire").click()
    page.locator(CARDS).first.wait_for()
    settled(page)


def words_of(page: Page) -> tuple[str, str]:
    """The id of the pair that is active, and the text that came back, as it is kept and as it is shown."""
    card = page.locator(f"{CARDS}.active")
    identifier = str(card.get_attribute("data-id"))
    text = str(state_of(int(identifier))["text"])
    assert card.locator(".side").nth(1).inner_text().split() == text.split()
    return identifier, text


def review(page: Page) -> tuple[dict[str, str], dict[str, str]]:
    """Accepts three, one of them by its button, after two of which the page is loaded anew; edits one, rejects one.

    Returns what should be learned from, and what should not, by ids.
    """
    wanted, unwanted = {}, {}
    page.locator(CARDS).first.focus()
    for _ in range(2):
        identifier, text = words_of(page)
        wanted[identifier] = text
        page.keyboard.press("a")
    # At once: what the server has not heard of yet must not be lost either.
    page.reload()
    page.locator(CARDS).first.wait_for()
    wait_until(lambda: figure(page, "Acceptées") == "2")
    settled(page)
    open_ones = page.locator(f"{CARDS}[data-decision=undecided]")
    assert not {str(card.get_attribute("data-id")) for card in open_ones.all()} & set(wanted)
    open_ones.first.focus()
    identifier, text = words_of(page)
    wanted[identifier] = text
    page.locator(f"{CARDS}.active").get_by_role("button", name="Accepter").click()
    identifier, _text = words_of(page)
    wanted[identifier] = MINE
    page.keyboard.press("e")
    page.keyboard.press("Control+a")
    page.keyboard.type(MINE)
    page.keyboard.press("Control+Enter")
    page.keyboard.press("ArrowDown")
    identifier, text = words_of(page)
    unwanted[identifier] = text
    page.keyboard.press("r")
    decided = ("Acceptées", "Dont dans vos mots", "Rejetées")
    wait_until(lambda: [figure(page, name) for name in decided] == ["4", "1", "1"])
    settled(page)
    return wanted, unwanted


def train(page: Page, project: str) -> Run:
    """The quickest training there is; its run, once it has begun."""
    page.get_by_role("link", name="Passer à l’entraînement").click()
    page.wait_for_url("**/train?*")
    settled(page)
    page.get_by_role("radio", name="Rapide").click()
    settled(page)
    assert page.get_by_role("checkbox", name="Apprendre aussi de 4 paraphrases acceptées").is_checked()
    page.get_by_role("button", name="Lancer l’entraînement").click()
    page.wait_for_url("**run=*")
    page.get_by_role("button", name="Voir les résultats").click(timeout=600_000)
    page.wait_for_url("**/results?*")
    settled(page)
    [run] = list_runs(project)
    return run


def test_what_was_accepted_is_learned_from_and_nothing_else(
    visit: Visit, apertium: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARAFINE_HOME", str(visit.server.home))
    page = visit.open("/")
    project = upload(page, tmp_path)
    assert open_project(project).table is not None
    paraphrase(page)
    wanted, unwanted = review(page)
    run = train(page, project)

    examples = run.examples()
    originals = examples[examples["origin"] == ""].set_index("id")
    learned = examples[examples["origin"] != ""]
    assert len(originals) == ROWS
    assert dict(zip(learned["id"], learned["text"], strict=True)) == {f"p{key}": text for key, text in wanted.items()}
    assert set(learned["part"]) == {"train"}
    for row in learned.itertuples():
        origin = originals.loc[row.origin]
        assert (origin["part"], origin["label"]) == ("train", row.label)
    said = [content_key(row.text, row.question) for row in examples.itertuples()]
    for text in wanted.values():
        assert said.count(content_key(text, "")) == 1
    assert content_key(next(iter(unwanted.values())), "") not in said
    assert run.record().paraphrases == 4
