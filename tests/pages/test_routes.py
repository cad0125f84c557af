"""What the server gives beside its pages: plotly's script, and files of the home behind signed addresses."""

from __future__ import annotations

from pathlib import Path

import pytest
from plotly import __version__ as plotly_version
from starlette.applications import Starlette
from starlette.testclient import TestClient

from core.words import Words
from pages.parts.routes import download_address, plotly_address, routes
from tests.pages.screen import LOCALES, said


@pytest.fixture
def server() -> TestClient:
    return TestClient(Starlette(routes=routes()))


def test_plotly_comes_from_the_installed_package_and_is_kept_by_the_browser(server: TestClient) -> None:
    assert plotly_version in plotly_address()
    answer = server.get(plotly_address())
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "immutable" in answer.headers["cache-control"]
    assert f"plotly.js v{'.'.join(answer.text.split('plotly.js v')[1].split('.')[:1])}" in answer.text[:300]
    assert len(answer.content) > 1_000_000


def test_a_file_of_the_home_is_saved_under_the_name_given(server: TestClient, home: Path) -> None:
    (home / "model.zip").write_bytes(b"PK all of it")
    answer = server.get(download_address(home / "model.zip", "parafine-3.zip"))
    assert (answer.status_code, answer.content) == (200, b"PK all of it")
    assert 'filename="parafine-3.zip"' in answer.headers["content-disposition"]


def test_a_file_that_is_gone_is_said_in_the_browser_s_language(server: TestClient, home: Path, words: Words) -> None:
    (home / "model.zip").write_bytes(b"PK")
    address = download_address(home / "model.zip", "parafine-3.zip")
    (home / "model.zip").unlink()
    answer = server.get(address, headers={"accept-language": f"{LOCALES[words.language]},de;q=0.5"})
    assert (answer.status_code, answer.text) == (
        404,
        said("This file is not there any more: open the page again.", words),
    )


def test_an_address_that_was_not_signed_here_opens_nothing(server: TestClient, home: Path, words: Words) -> None:
    (home / "parafine.db").write_bytes(b"secret")
    prefix, token, name = download_address(home / "parafine.db", "x").rsplit("/", 2)
    for forged in ("parafine.db", ("A" if token[0] != "A" else "B") + token[1:], "." + token):
        answer = server.get(f"{prefix}/{forged}/{name}", headers={"accept-language": LOCALES[words.language]})
        assert (answer.status_code, answer.text) == (403, said("This link has expired: open the page again.", words))


def test_nothing_outside_the_home_can_be_given_an_address(home: Path) -> None:
    with pytest.raises(ValueError, match="subpath"):
        download_address(home.parent / "other.txt", "other.txt")
