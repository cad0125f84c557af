"""A further table, in a real browser: dropped, added, told row by row, and removed; what was opened closes behind it."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.data.reading import read
from core.store.combining import files_of
from core.store.project import create_project, keep_upload, open_project
from tests.browser.conftest import Visit, settled
from tests.tables import as_csv, messages

pytestmark = pytest.mark.slow


def test_a_further_table_is_added_and_removed(visit: Visit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAFINE_HOME", str(visit.server.home))
    content = as_csv(messages())
    project = keep_upload(create_project("Messages").id, content, "first.csv", read(content, "first.csv"))
    second = tmp_path / "second.csv"
    rows = [{"Thème": row["label"], "Commentaire": f"{row['text']} again"} for row in messages(12)]
    second.write_bytes(as_csv(rows, ";").decode().encode("cp1252"))
    page = visit.open(f"/data?project={project.id}")
    adding = page.get_by_text("Ajouter un autre tableau")
    adding.click()
    page.get_by_text("Un autre tableau", exact=True).wait_for()
    settled(page)
    page.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files(second)
    page.get_by_role("button", name="Ajouter 12 lignes").click()
    page.get_by_text("Ensemble").wait_for()
    settled(page)
    kept = open_project(project.id).table
    assert kept is not None
    assert files_of(kept) == [("first.csv", 60), ("second.csv", 12)]
    assert not page.get_by_role("switch", name="Ajouter un autre tableau").is_checked()
    assert page.get_by_role("columnheader", name="Fichier").is_visible()
    page.get_by_role("button", name="Retirer").click()
    page.get_by_text("Ensemble").wait_for(state="detached")
    assert open_project(project.id) == project
