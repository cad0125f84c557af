"""Every page in a real browser: reachable by everybody, in its language, light and dark, nothing sideways."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from core.jobs.control import delete, rename, stop
from core.jobs.processes import supervisor_lock
from core.jobs.queue import claim, enqueue, finish
from core.store.job_folder import Progress
from core.store.project import Project, open_project
from core.store.run import Run
from tests.browser.conftest import Visit, settled
from tests.tables import lay_down

pytestmark = pytest.mark.slow

STREAMLIT_OWN = {"list", "listitem"}
"""Rules that Streamlit's own frame breaks whatever a page does."""
GROUND = "Number(getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor.match(/\\d+/)[0])"
"""How much red is in the ground of the page, of 255."""
NOTE_SPINNERS = """() => {
  window.said = [];
  const look = () => {
    document.querySelectorAll("[data-testid=stSpinner]").forEach((node) => window.said.push(node.innerText));
    requestAnimationFrame(look);
  };
  look();
}"""
"""Notes, picture by picture, what spinners say."""


@pytest.mark.parametrize(
    ("locale", "example", "schemes"),
    [
        ("fr-FR", "Essayer cet exemple", ("light", "dark")),
        pytest.param("en-US", "Try this example", ("light",), marks=pytest.mark.long),
    ],
)
def test_everybody_can_use_every_page(
    visit: Visit, monkeypatch: pytest.MonkeyPatch, locale: str, example: str, schemes: tuple[str, ...]
) -> None:
    """No fault that axe finds, and nothing wider than a 1280-pixel screen; colours are the same in both languages."""
    monkeypatch.setenv("PARAFINE_HOME", str(visit.server.home))
    page = visit.open("/", locale=locale)
    addresses = ["/"]
    page.get_by_role("button", name=example).nth(1).click()
    page.wait_for_url("**/data?*")
    settled(page)
    query = page.url.split("?")[1]
    addresses += [f"/{name}?{query}" for name in ("data", "augment", "train", "results", "use")]
    with supervisor_lock().acquire(timeout=60):
        runs = with_jobs(open_project(page.url.split("project=")[1][:12]))
        addresses += [f"/train?{query}&run={run.id}" for run in runs]
        addresses += [f"/jobs?{query}", "/jobs"]
        faults = [fault for address in addresses for fault in faults_of(page, visit.server.url + address, *schemes)]
    assert faults == []


def with_jobs(project: Project) -> list[Run]:
    """Fills queue, list of ends and bin; the runs: at work, interrupted, waiting."""
    gone, interrupted, working, *waiting = [lay_down(project) for _ in range(5)]
    enqueue(gone, interrupted, working, *waiting)
    stop(gone)
    delete(gone)
    for progress in (Progress(), Progress(phase="training", step=40, steps=160, epoch=1, epochs=4, seconds_left=75)):
        job = claim("cpu")
        assert job is not None
        job.folder.report(progress)
        if job.run == interrupted:
            finish(job, "interrupted")
    rename(waiting[0], "Un nom fort long, d’un seul tenant ou presque" + "x" * 30)
    return [working, interrupted, waiting[0]]


def faults_of(page: Page, address: str, *schemes: str) -> list[str]:
    """What axe finds on a page, first in light, and whether it scrolls sideways."""
    page.goto(address)
    settled(page)
    name = address.split("/", 3)[3][:20]
    main = "document.querySelector('[data-testid=stMain]')"
    faults = [f"{name} scrolls sideways"] if page.evaluate(f"{main}.scrollWidth > {main}.clientWidth") else []
    for scheme in schemes:
        # Streamlit's pages follow the system while they are open.
        in_scheme(page, scheme)
        faults += [f"{scheme} {name} {fault}" for fault in _found_by_axe(page)]
    in_scheme(page, "light")
    return faults


def in_scheme(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.wait_for_function(f"(dark) => dark === ({GROUND} < 128)", arg=scheme == "dark")
    settled(page)


def _found_by_axe(page: Page) -> list[str]:
    found = [each for each in Axe().run(page).response["violations"] if each["id"] not in STREAMLIT_OWN]
    return [f"{each['id']}: {[node['target'] for node in each['nodes']][:4]}" for each in found]


def test_a_picture_renamed_csv_is_a_sentence_and_loses_nothing(guest: Visit) -> None:
    """The table that was there stays."""
    page = guest.open("/")
    page.get_by_role("button", name="Essayer cet exemple").nth(1).click()
    page.wait_for_url("**/data?*")
    settled(page)
    page.get_by_text("Remplacer ce tableau").click()
    picture = {"name": "photo.csv", "mimeType": "text/csv", "buffer": b"\x89PNG\r\n\x1a\n" + bytes(1500)}
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(picture)
    said = page.locator("[data-testid=stAlert]", has_text="photo.csv")
    said.wait_for()
    assert "PNG" in said.inner_text()
    assert "1,5\u00a0ko" in page.inner_text("[data-testid=stFileUploader]")
    assert "shop_messages.csv" in page.inner_text("[data-testid=stMain]")


def test_a_name_in_the_data_makes_the_browser_ask_nobody(guest: Visit) -> None:
    """The only column bears the address of a picture; the visit fails when the page asks that host."""
    page = guest.open("/")
    page.get_by_role("textbox").first.fill("![](http://other.example/name.png)")
    page.get_by_role("button", name="Créer le projet").click()
    page.wait_for_url("**/data?*")
    settled(page)
    spy = {"name": "a.csv", "mimeType": "text/csv", "buffer": b"![](http://other.example/p.png)\nbonjour\n"}
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(spy)
    page.wait_for_selector("[data-testid=stAlert]")
    assert "![](http://other.example/p.png)" in page.inner_text("[data-testid=stAlert]")
    page.goto(guest.server.url)
    settled(page)
    assert "![](http://other.example/name.png)" in page.inner_text("[data-testid=stMain]")


def test_a_column_keeps_its_name_in_a_list_whatever_it_is(guest: Visit) -> None:
    """Streamlit's own words are put in French, and nobody else's."""
    page = guest.open("/")
    page.get_by_role("textbox").first.fill("Noms")
    page.get_by_role("button", name="Créer le projet").click()
    page.wait_for_url("**/data?*")
    settled(page)
    table = {"name": "a.csv", "mimeType": "text/csv", "buffer": b"B,Upload\nbonjour,oui\nmerci,non\n"}
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(table)
    page.wait_for_selector("text=a.csv")
    settled(page)
    page.get_by_role("combobox").first.click()
    page.wait_for_selector("[role=option]")
    assert page.get_by_role("option").all_inner_texts() == ["B", "Upload"]
    page.keyboard.type("zzz")
    page.wait_for_selector("text=Aucun résultat", timeout=15000)


@pytest.mark.long
def test_an_idle_server_is_small_and_fifty_megabytes_leave_the_page_usable(visit: Visit) -> None:
    """The list of projects served, under 200 MB; then 50 MB of CSV are read, shown, and the next page of rows opens."""
    page = visit.open("/")
    assert visit.server.resident() < 200_000_000
    row = "Une phrase assez ordinaire qui revient souvent, mais jamais avec le même numéro {place} ni la même fin {place}.;{label}\n"
    rows = 420_000
    content = "texte;étiquette\n" + "".join(
        row.format(place=place, label=f"classe {place % 7}") for place in range(rows)
    )
    content += "une cellule;de trop;ici\n"  # so that it is read row by row, longer than Streamlit's spinner hesitates
    assert len(content.encode()) > 50_000_000
    page.get_by_role("textbox").first.fill("Grand tableau")
    page.get_by_role("button", name="Créer le projet").click()
    page.wait_for_url("**/data?*")
    settled(page)
    large = visit.server.home / "grand.csv"
    large.write_text(content, encoding="utf-8")
    page.evaluate(NOTE_SPINNERS)
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(large)
    page.wait_for_selector("button:has-text('Lignes suivantes')", timeout=300_000)
    assert any("grand.csv" in said for said in page.evaluate("window.said")), "a wait that nobody explains"
    page.get_by_role("button", name="Lignes suivantes").click()
    page.wait_for_selector("text=Lignes 21 à 40 sur 420\u202f000")
    settled(page)
    assert "classe 6" in page.inner_text("[data-testid=stMain]")
