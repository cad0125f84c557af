"""Every message of the code is translated into good French, and nothing else is kept in the translations."""

from __future__ import annotations

import ast
import re
import string
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from core.errors import PHRASES
from core.words import LOCALE_FOLDER, NO_BREAK_SPACE, Words
from tests.conftest import ROOT

SOURCES = [ROOT / "app.py", *sorted((ROOT / "core").rglob("*.py")), *sorted((ROOT / "pages").rglob("*.py"))]
FRENCH = LOCALE_FOLDER / "fr" / "LC_MESSAGES" / "parafine.po"
THE_SAME = {
    "AUC",
    "MRR",
    "F1",
    "Macro-F1",
    "Micro-F1",
    "Paraphrases",
    "ROUGE-L",
    "chrF",
    "Question",
    "Versions",
    "macro-F1",
    "minutes",
    "questions",
    "{count} minute",
    "{count} minutes",
    "question",
    "simple",
    "{number} points",
    "validation",
}
"""English words that French writes alike."""
LANGUAGES = {"English", "French", "German", "Italian", "Spanish"}
"""Their names have a capital in English only."""

PLAIN = {"_": 1, "gettext": 1, "N_": 1, "ngettext": 2}
"""The functions that mark a message, and how many of their arguments are messages."""

Text = str | tuple[str, ...]


def calls(path: Path) -> Iterator[tuple[ast.Call, str, bool]]:
    """The calls of a file: the call, the last part of the function's name, whether it stands in an f-string."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside = {id(node) for whole in ast.walk(tree) if isinstance(whole, ast.JoinedStr) for node in ast.walk(whole)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            yield node, name, id(node) in inside


def messages_of(path: Path) -> Iterator[tuple[Text, str]]:
    """The messages of a file, a plural one as a pair, each with its place."""
    for call, name, _ in calls(path):
        arguments = call.args[: PLAIN.get(name, 0)]
        if arguments and all(isinstance(argument, ast.Constant) for argument in arguments):
            texts = tuple(argument.value for argument in arguments if isinstance(argument, ast.Constant))
            yield texts if len(texts) > 1 else texts[0], f"{path.relative_to(ROOT)}:{call.lineno}"


def catalogue() -> Catalog:
    with FRENCH.open("rb") as file:
        return read_po(file, locale="fr")


def translated() -> list[Message]:
    return [message for message in catalogue() if message.id]


def forms(message: Message) -> list[tuple[str, str]]:
    """The message as pairs (English, French), one for each plural form."""
    if isinstance(message.id, str):
        return [(message.id, str(message.string))]
    return list(zip(message.id, message.string, strict=True))


def all_forms() -> list[tuple[str, str]]:
    return [pair for message in translated() for pair in forms(message)]


def test_every_message_of_the_code_is_in_the_translations() -> None:
    known = {message.id for message in translated()}
    missing = [f"{place}: {text!r}" for path in SOURCES for text, place in messages_of(path) if text not in known]
    assert not missing


def test_no_translation_is_kept_that_the_code_does_not_say() -> None:
    said = {text for path in SOURCES for text, _ in messages_of(path)}
    assert len(said) > 250
    assert [message.id for message in translated() if message.id not in said] == []
    assert not catalogue().obsolete


def test_no_message_hides_in_an_f_string() -> None:
    """There the extraction of Python 3.11 does not see it, and what is put together from pieces translates badly."""
    hidden = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path in SOURCES
        for call, name, in_f_string in calls(path)
        if name in PLAIN
        and ((in_f_string and isinstance(call.args[0], ast.Constant)) or isinstance(call.args[0], ast.JoinedStr))
    ]
    assert not hidden


def test_a_fact_that_is_a_phrase_is_marked_for_translation() -> None:
    unmarked = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path in SOURCES
        for call, name, _ in calls(path)
        if name == "UserError"
        for keyword in call.keywords
        if keyword.arg in PHRASES and isinstance(keyword.value, ast.Constant | ast.JoinedStr)
    ]
    assert not unmarked


def test_the_header_says_what_the_file_is() -> None:
    found = catalogue()
    assert (found.charset, str(found.locale), found.project) == ("utf-8", "fr", "Parafine")
    assert found.plural_forms == "nplurals=2; plural=(n > 1);"


def test_every_message_is_translated_and_none_is_a_guess() -> None:
    assert [message.id for message in translated() if message.fuzzy] == []
    assert [english for english, french in all_forms() if not french.strip()] == []
    assert [english for english, french in all_forms() if french == english and english not in THE_SAME] == []


def placeholders(text: str) -> Counter[str]:
    return Counter(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def test_a_translation_fills_in_the_same_facts() -> None:
    assert [english for english, french in all_forms() if placeholders(english) != placeholders(french)] == []


@pytest.mark.parametrize("mark", ["**", "<br>", "`", "\n", " · "])
def test_a_translation_keeps_the_marks_of_its_message(mark: str) -> None:
    assert [english for english, french in all_forms() if english.count(mark) != french.count(mark)] == []


def test_a_translation_begins_and_ends_as_its_message_does() -> None:
    for english, french in all_forms():
        assert french == french.strip(), french
        assert french[-1] == english[-1] or not {french[-1], english[-1]} & set(".…:?!"), french
        if english not in LANGUAGES and french[0].isalpha() and english[0].isalpha():
            assert french[0].isupper() == english[0].isupper(), french


FAULTS = {
    "a no-break space before : ; ? ! »": f"(?<!{NO_BREAK_SPACE})[:;?!»]",
    "a no-break space after «": rf"«(?!{NO_BREAK_SPACE})",
    "a no-break space before %": r"\d ?%",
    "a no-break space before a unit": r"\d ?(?:o|ko|Mo|Go)\b",
    "the quotation marks « »": '[“”"]',
    "the apostrophe ’": "['‘`´]",
    "the ellipsis …": r"\.\.\.",
    "one space at a time": r"\s\s",
}


@pytest.mark.parametrize("wanted", FAULTS)
def test_french_is_set_as_french_is(wanted: str) -> None:
    faults = [french for _, french in all_forms() if re.search(FAULTS[wanted], without_code(french))]
    assert not faults, wanted


def without_code(text: str) -> str:
    """The text without what stands between backticks, which is typed as it is."""
    return re.sub("`[^`]*`", "x", text)


@pytest.mark.parametrize(
    ("wanted", "wrong", "right"),
    [
        ("a no-break space before : ; ? ! »", "Raison : x", f"Raison{NO_BREAK_SPACE}: x"),
        ("a no-break space before : ; ? ! »", "Pourquoi?", f"Pourquoi{NO_BREAK_SPACE}?"),
        ("a no-break space before : ; ? ! »", f"«{NO_BREAK_SPACE}x »", f"«{NO_BREAK_SPACE}x{NO_BREAK_SPACE}»"),
        ("a no-break space after «", "« x", f"«{NO_BREAK_SPACE}x"),
        ("a no-break space before %", "de 0 à 100 %", f"100{NO_BREAK_SPACE}% (% des lignes)"),
        ("the quotation marks « »", "le “texte”", f"«{NO_BREAK_SPACE}texte{NO_BREAK_SPACE}»"),
        ("the apostrophe ’", "l'étiquette", "l’étiquette"),
    ],
)
def test_a_fault_of_typography_is_seen(wanted: str, wrong: str, right: str) -> None:
    assert re.search(FAULTS[wanted], wrong)
    assert not re.search(FAULTS[wanted], right)


def test_the_app_speaks_these_translations() -> None:
    french = Words("fr")
    assert french.gettext("Data") == "Données"
    assert french.ngettext("{count} row", "{count} rows", 0) == "0 ligne"
    assert french.ngettext("{count} row", "{count} rows", 1200) == "1\u202f200 lignes"
