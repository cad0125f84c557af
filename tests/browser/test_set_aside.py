"""What a person takes home of the rows set aside: all of them, whole, and nothing that their spreadsheet would execute."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.browser.conftest import Visit, settled

pytestmark = pytest.mark.slow


def test_rows_set_aside_are_downloaded_whole_and_harmless(visit: Visit, tmp_path: Path) -> None:
    long = "mot " * 2000
    fit = "".join(f"texte {place};{'ab'[place % 2]}\n" for place in range(30))
    spilt = "".join(f"trop;=1+{place};{long}\n" for place in range(120))
    upload = tmp_path / "courriers.csv"
    upload.write_text(f"texte;thème\n{fit}{spilt}", encoding="cp1252")

    page = visit.open("/")
    page.get_by_role("button", name="Essayer cet exemple").first.click()
    page.wait_for_url("**/data?*")
    settled(page)
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(upload)
    aside = page.get_by_text("120 lignes mises de côté")
    aside.wait_for()
    settled(page)
    aside.click()
    settled(page)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Télécharger ces lignes").click()
    taken = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(taken)

    with taken.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file, delimiter=";"))
    assert rows[0][:2] == ["Ligne du fichier", "Raison"]
    why = "plus de cellules que de colonnes"
    assert rows[1:] == [[str(32 + place), why, "trop", f"'=1+{place}", long] for place in range(120)]
