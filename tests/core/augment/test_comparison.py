"""Ways compared on a few rows: what each keeps, changes, costs, and what fails; the one to propose."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from core.augment.comparison import ROWS, best, choose_rows, compare, there_and_back, try_out
from core.augment.engines.apertium import Apertium
from core.augment.engines.engine import Failed, Limits, Outcome, Translated
from core.augment.patience import Interrupted
from core.store.comparison import Comparison, ComparisonRecord, Way, create_comparison, newest_comparison
from core.store.memory import Asked, get_many
from core.store.project import Project
from core.store.run import utc_now

TEXTS = [("r1", "the card is lost"), ("r2", "I have 12 cards"), ("r3", "nothing came")]


class Turning:
    """Turns the words of a text round at each leg; the text of a row may be refused."""

    name, version, sends_text_to, limits = "turning", "1", None, Limits(texts=2)

    def __init__(self, refused: str = "") -> None:
        self.refused = refused

    def languages(self) -> None:
        return None

    def probe(self, source: str, target: str) -> None:
        return None

    def translate(self, texts: Sequence[str], source: str, target: str) -> list[Outcome]:
        return [
            Failed("empty", {"service": "Turning"}) if self.refused and self.refused in text else Translated(text[::-1])
            for text in texts
        ]


def at_once(engine: Turning, texts: Sequence[str], source: str, target: str) -> Iterator[tuple[int, Outcome]]:
    """Backwards, as answers may come."""
    yield from reversed(list(enumerate(engine.translate(texts, source, target))))


def test_a_row_goes_through_all_languages_and_a_failure_stays_its_own() -> None:
    found = there_and_back(Turning("21"), [text for _, text in TEXTS], "en>es>ca>en", at_once)
    assert found == [
        Translated("tsol si drac eht"),
        Failed("empty", {"service": "Turning"}),
        Translated("emac gnihton"),
    ]


def test_what_an_engine_that_gave_up_left_has_its_reason() -> None:
    reason = Failed("quota", {"service": "Turning"})

    def gives_up(engine: Turning, texts: Sequence[str], _source: str, _target: str) -> Iterator[tuple[int, Outcome]]:
        yield len(texts) - 1, Translated(texts[-1].upper())
        raise Interrupted(reason)

    found = there_and_back(Turning(), ["a", "b", "c"], "en>es>en", gives_up)
    assert found == [reason, reason, Translated("C")]


def test_a_trial_counts_what_came_back() -> None:
    trial = try_out(Turning("drac"), "en>es>en", TEXTS, "en", None, at_once)
    assert (trial.rows, trial.failed, trial.unchanged, trial.flagged) == (3, 2, 1, 0)
    assert trial.problem == {"code": "empty", "facts": {"service": "Turning"}}
    assert (trial.similarity, trial.novelty) == (None, 0.0)
    assert trial.samples == [("nothing came", "nothing came")]
    nothing = try_out(Turning("a"), "en>es>en", TEXTS, "en", None, at_once)
    assert (nothing.failed, nothing.novelty, nothing.samples) == (3, None, [])
    one_leg = try_out(Turning(), "en>es", TEXTS, "en", None, at_once)
    assert (one_leg.unchanged, one_leg.flagged) == (0, 2), "a number and a negation turned round are lost"


def trial(path: str, similarity: float | None, novelty: float, failed: int = 0) -> dict[str, Any]:
    return {"engine": "x", "path": path, "rows": 20, "failed": failed, "similarity": similarity, "novelty": novelty}


def test_the_way_to_propose_keeps_the_meaning_and_changes_most() -> None:
    tried = [trial("a", 0.90, 0.2), trial("b", 0.89, 0.4), trial("c", 0.7, 0.9), trial("d", 0.95, 0.5, failed=3)]
    assert best(tried) == tried[1]
    assert best([trial("a", 0.99, 0.0), trial("b", None, 0.3)]) is None
    assert best([]) is None


def test_the_same_twenty_rows_are_chosen_each_time_and_none_twice() -> None:
    rows = [(f"r{place}", f"text {place % 90}") for place in range(1, 200)]
    chosen = choose_rows(rows)
    assert len(chosen) == len({text for _, text in chosen}) == ROWS
    assert chosen == choose_rows(rows)
    assert chosen == sorted(chosen, key=lambda row: int(row[0][1:]))
    assert choose_rows(rows[:5]) == rows[:5]


def test_a_comparison_is_made_way_by_way_and_taken_up_where_it_was(project: Project) -> None:
    if shutil.which("apertium") is None:
        pytest.skip("apertium is not installed here")
    engine = Apertium()
    pairs = engine.languages()
    if not {("en", "es"), ("es", "en"), ("en", "ca"), ("ca", "en")} <= pairs:
        pytest.skip("apertium does not know English, Spanish and Catalan here")
    rows = [(f"r{place}", f"I have not received my card number {place} yet") for place in range(1, 6)]
    ways = [Way(engine="apertium", path=path) for path in ("en>es>en", "en>xx>en", "en>ca>en")]
    record = ComparisonRecord(language="en", rows=rows, ways=ways, created_at=utc_now())
    comparison = create_comparison(project.id, record)
    assert newest_comparison(project.id) == comparison
    comparison.ask("stop")
    assert compare(comparison) == "stopped"
    assert comparison.trials() == []
    comparison.forget_requests()
    assert compare(comparison) == "done"
    spanish, unknown, catalan = Comparison(project.id, comparison.id).trials()
    for found in (spanish, catalan):
        assert (found["rows"], found["failed"]) == (5, 0)
        assert found["similarity"] > 0.6
        assert found["seconds"] > 0
        assert len(found["samples"]) == 3
    assert (unknown["failed"], unknown["similarity"], unknown["problem"]["code"]) == (5, None, "language")
    # What was translated is not asked for again by a back-translation that follows.
    known = get_many(Asked("apertium", engine.version, "en", "es", 1), [text for _, text in rows])
    assert len(known) == 5
    comparison.keep_trials([spanish])
    assert compare(comparison) == "done"
    assert comparison.trials()[0] == spanish
    assert [each["path"] for each in comparison.trials()] == ["en>es>en", "en>xx>en", "en>ca>en"]
