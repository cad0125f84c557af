"""From a sample to a downloaded model, in a French browser."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Visit, settled
from tests.waiting import wait_until

pytestmark = pytest.mark.slow

TEXT = "Le lampadaire devant chez nous est éteint depuis trois semaines et la rue est dangereuse le soir."
QUESTION = "Quand allez-vous réparer l'éclairage de la rue\u00a0?"

CURVES = ".parafine-chart[data-name^=curve_]"
RANGE = "(node) => node.layout.xaxis.range"


def points(page: Page) -> int:
    """Points on the two live curves."""
    found = page.locator(CURVES).evaluate_all("nodes => nodes.map((node) => Number(node.dataset.points || 0))")
    return sum(found)


def zoom(page: Page) -> list[float]:
    """Drags a rectangle over the middle of the first curve, as a person does; the range of epochs that is left."""
    chart = page.locator(CURVES).first
    before = chart.evaluate(RANGE)
    chart.scroll_into_view_if_needed()
    box = chart.locator(".nsewdrag").first.bounding_box()
    assert box is not None
    left, top = box["x"], box["y"]
    page.mouse.move(left + 0.2 * box["width"], top + 0.2 * box["height"])
    page.mouse.down()
    page.mouse.move(left + 0.8 * box["width"], top + 0.8 * box["height"], steps=8)
    page.mouse.up()
    wait_until(lambda: chart.evaluate(RANGE) != before)
    zoomed: list[float] = chart.evaluate(RANGE)
    return zoomed


def test_from_a_sample_to_a_model_that_answers_the_same(visit: Visit, tmp_path: Path) -> None:
    """Sample table, training, curves that grow in place, results, a sentence, the zip, the same probabilities."""
    page = visit.open("/")
    assert page.evaluate("document.documentElement.lang") == "fr"
    page.get_by_role("button", name="Essayer cet exemple").first.click()
    page.wait_for_url("**/data?*")
    settled(page)
    page.get_by_role("button", name="Passer à l’entraînement").click()
    page.wait_for_url("**/train?*")
    settled(page)
    page.get_by_role("radio", name="Rapide").click()
    settled(page)
    page.evaluate("window.neverReloaded = true")
    page.get_by_role("button", name="Lancer l’entraînement").click()
    page.wait_for_url("**run=*")

    wait_until(lambda: points(page) >= 4, limit=600)
    page.locator(CURVES).first.evaluate("(node) => { node.dataset.marked = 'yes'; }")
    zoomed = zoom(page)
    before = points(page)
    wait_until(lambda: points(page) > before + 3, limit=600)
    chart = page.locator(CURVES).first
    assert chart.get_attribute("data-marked") == "yes", "the node was drawn anew"
    assert chart.evaluate(RANGE) == zoomed, "the zoom was lost"
    assert page.evaluate("window.neverReloaded") is True

    page.get_by_role("button", name="Voir les résultats").click(timeout=600_000)
    page.wait_for_url("**/results?*")
    settled(page)
    shown = page.inner_text("[data-testid=stMain]")
    assert "Exactitude" in shown
    assert "Voirie" in shown

    page.get_by_role("link", name="Utiliser ce modèle").click()
    page.wait_for_url("**/use?*")
    settled(page)
    page.get_by_label("Texte", exact=True).fill(TEXT)
    page.get_by_label("Question", exact=True).fill(QUESTION)
    page.get_by_role("button", name="Étiqueter ce texte").click()
    page.wait_for_selector(".parafine-chart[data-points='6']")
    trace = page.locator(".parafine-chart").first.evaluate(
        "(node) => ({names: node.data[0].customdata, shares: node.data[0].x})"
    )
    on_page = dict(zip(trace["names"], trace["shares"], strict=True))

    with page.expect_download() as waiting:
        page.get_by_role("link", name="Télécharger le modèle").click()
    archive = tmp_path / "model.zip"
    waiting.value.save_as(archive)
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(tmp_path)
        folder = tmp_path / opened.namelist()[0].split("/")[0]
    assert ask(folder) == pytest.approx(on_page, abs=1e-4)
    answer = subprocess.run(
        [sys.executable, "predict.py", TEXT, QUESTION], cwd=folder, capture_output=True, text=True, check=True
    )
    assert answer.stdout.splitlines()[0].split("  ")[1] == max(on_page, key=lambda label: on_page[label])


def ask(folder: Path) -> dict[str, float]:
    """What transformers alone says, in a process that knows nothing of Parafine."""
    program = """
import json, sys, torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer
folder, text, question = sys.argv[1:]
model = AutoModelForSequenceClassification.from_pretrained(folder)
tokenizer = AutoTokenizer.from_pretrained(folder)
with torch.inference_mode():
    shares = torch.softmax(model(**tokenizer(text, question, truncation=True, return_tensors="pt")).logits, dim=-1)[0]
print(json.dumps({model.config.id2label[place]: float(share) for place, share in enumerate(shares)}))
"""
    answer = subprocess.run(
        [sys.executable, "-c", program, folder, TEXT, QUESTION], capture_output=True, text=True, check=True, cwd=folder
    )
    found: dict[str, float] = json.loads(answer.stdout)
    return found
