"""What a page shows when something goes wrong: a sentence, never a traceback; and a page opened without its frame."""

from __future__ import annotations

import logging
import re

import pytest
from streamlit.testing.v1 import AppTest

from core.store.project import Project
from core.words import Words
from pages.parts.plain import plain, unmarked
from pages.parts.shell import PAGES
from tests.conftest import ROOT
from tests.pages.screen import LIMIT, LOCALES, errors, messages, run, sentence, titles

UNFORESEEN = (
    "Something went wrong on our side; nothing of yours is lost. Reload the page. If it happens again, give this "
    "reference to the person who runs Parafine: {reference}."
)


def failing(code: str) -> None:
    from core.errors import UserError
    from pages.parts.errors import show_failure

    show_failure(UserError(code) if code else ZeroDivisionError("a secret of the machine"))


def failed(words: Words, code: str) -> AppTest:
    at = AppTest.from_function(failing, args=(code,), default_timeout=LIMIT)
    at.context = {"locale": LOCALES[words.language]}
    return run(at)


def test_what_nobody_foresaw_is_a_reference_on_screen_and_a_traceback_in_the_log(
    words: Words, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, logger="parafine"):
        [shown] = errors(failed(words, ""))
    assert UNFORESEEN in messages()
    before, after = words.gettext(UNFORESEEN).split("{reference}")
    reference = shown.removeprefix(before).removesuffix(after)
    assert re.fullmatch("[0-9A-F]{6}", reference)
    assert "secret" not in shown
    [record] = [record for record in caplog.records if record.name == "parafine"]
    assert reference in record.getMessage()
    assert record.exc_info is not None
    assert record.exc_info[0] is ZeroDivisionError


def test_what_a_person_did_is_its_sentence_wherever_it_is_caught(words: Words) -> None:
    assert errors(failed(words, "no_label_role")) == [sentence(words, "no_label_role")]


def test_a_page_opened_before_the_app_draws_the_frame_around_itself(project: Project, words: Words) -> None:
    """Beside a folder `pages`, the first deep link after a server's start runs the page's file alone."""
    at = AppTest.from_file(ROOT / "app.py", default_timeout=LIMIT)
    at.context = {"locale": LOCALES[words.language]}
    at.query_params["project"] = project.id
    at.switch_page("pages/train.py")
    at = run(at)
    assert titles(at) == [words.gettext("Train")]
    assert len(at.page_link) == len([*PAGES, "jobs"])


def test_what_people_wrote_is_no_instruction_to_the_page() -> None:
    name = "![](https://other.example/p.png) **prix_$** :material/home: <b>"
    assert plain(name) == ("!\\[\\](https://other.example/p.png) \\*\\*prix\\_\\$\\*\\* \\:material/home: \\<b\\>")
    assert unmarked("<a href='x'>R&D</a>") == "&lt;a href='x'&gt;R&amp;D&lt;/a&gt;"
