"""Each thing a person can do or meet has a sentence, with every fact in it."""

from __future__ import annotations

import ast
import pickle
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import PROGRAMS, SENTENCES, UserError
from core.words import LANGUAGES, Words
from tests.conftest import ROOT


def fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def raised() -> Iterator[tuple[str, set[str], str]]:
    """Every `UserError("code", fact=…)` of the sources: code, names of the facts, place."""
    for path in [*(ROOT / "core").rglob("*.py"), *(ROOT / "pages").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_one = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "UserError"
            if is_one and node.args and isinstance(node.args[0], ast.Constant):
                names = {keyword.arg for keyword in node.keywords}
                yield node.args[0].value, names, f"{path.relative_to(ROOT)}:{node.lineno}"


def test_every_error_raised_has_a_sentence_and_gives_it_its_facts() -> None:
    found = list(raised())
    assert len(found) > 30
    for code, facts, place in found:
        assert code in SENTENCES, place
        wanted = fields(SENTENCES[code]) | fields(PROGRAMS.get(code, ""))
        assert wanted == facts or None in facts, place


def test_no_sentence_is_left_that_nothing_says() -> None:
    # These two are written by the worker and the supervisor into the database, as a code and facts.
    said = {code for code, _, _ in raised()} | {"out_of_memory", "worker_failed"}
    assert said == set(SENTENCES)
    for code in ("out_of_memory", "worker_failed"):
        assert any(f'"{code}"' in path.read_text(encoding="utf-8") for path in (ROOT / "core" / "jobs").glob("*.py"))


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_a_sentence_names_its_facts_and_ends_with_a_full_stop(code: str) -> None:
    facts = {name: f"<{name}>" for name in fields(SENTENCES[code])}
    sentence = str(UserError(code, **facts))
    assert all(value in sentence for value in facts.values())
    assert sentence.endswith(".")
    assert "{" not in sentence


@pytest.mark.parametrize("language", sorted(LANGUAGES))
@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_a_sentence_keeps_its_facts_in_every_language(code: str, language: str) -> None:
    assert fields(Words(language).gettext(SENTENCES[code])) == fields(SENTENCES[code])
    error = UserError(code, **{name: f"<{name}>" for name in fields(SENTENCES[code])})
    assert all(f"<{name}>" in error.sentence(Words(language)) for name in fields(SENTENCES[code]))


def test_numbers_in_a_sentence_are_written_as_the_language_does() -> None:
    error = UserError("too_large", name="a.csv", size=2_345_000_000, limit=1_000_000_000)
    assert "is 2.3\u00a0GB and" in str(error)
    assert "2,3\u00a0Go" in error.sentence(Words("fr"))
    error = UserError("nothing_left_to_train", label="z", validation=0.4, test=0.1)
    assert "With 40% for validation and 10% for the test" in str(error)
    assert "40\u00a0%" in error.sentence(Words("fr"))
    assert "(1,234)" in str(UserError("too_few_examples", rows=1234, minimum=20))
    assert "2e-5" in str(UserError("loss_not_finite", step=3, learning_rate=0.00002))


def test_facts_may_hold_braces_and_percent_signs() -> None:
    assert "“{name} 100 % {0}”" in str(UserError("empty_file", name="{name} 100 % {0}"))


def test_an_unknown_code_and_a_missing_fact_are_our_own_mistakes() -> None:
    with pytest.raises(KeyError):
        UserError("no_such_code")
    with pytest.raises(KeyError):
        UserError("empty_file")


def test_an_error_crosses_from_one_process_to_another() -> None:
    error = UserError("model_folder", folder=Path("models/mine"), problem="no config.json")
    copy = pickle.loads(pickle.dumps(error))
    assert (copy.code, copy.facts, str(copy)) == (error.code, error.facts, str(error))
