"""Judging what arrived: each paraphrase once, beside the rows as they are, also when it is cut off in between."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.augment.review import AT_ONCE, held_out, judge_new
from core.store.database import engine
from core.store.paraphrase_rows import ParaphraseRow
from core.store.project import Project, select_table
from tests.paraphrased import lay_down_paraphrases, paraphrase
from tests.tables import lay_down

UNJUDGED = {"similarity": None, "novelty": None, "doubt": None, "flags": None}


def judged() -> list[tuple[float | None, list[str]]]:
    with Session(engine()) as session:
        rows = session.scalars(select(ParaphraseRow).order_by(ParaphraseRow.id))
        return [(row.doubt, [flag["code"] for flag in row.flags or []]) for row in rows]


def test_what_arrived_is_judged_and_what_failed_is_not(project: Project) -> None:
    examples = select_table(project).examples
    first, second = examples["text"][:2]
    rows = [
        paraphrase(1, origin_text=first, text=first, **UNJUDGED),
        paraphrase(2, origin_text=second, text=first, **UNJUDGED),
        paraphrase(3, text=None, question=None, **UNJUDGED),
        paraphrase(4, origin_text="I have 12 cards", text="I have cards", **UNJUDGED),
        paraphrase(5, origin_text="we have cards", text="I have cards", **UNJUDGED),
    ]
    lay_down_paraphrases(project, rows)
    assert judge_new(project.id, examples, "en", None) == 4
    found = judged()
    assert [codes for _, codes in found] == [
        ["unchanged"],
        ["same_as_row", "number_lost", "number_new"],
        [],
        ["number_lost"],
        ["same_as_paraphrase"],
    ]
    assert [doubt is None for doubt, _ in found] == [False, False, True, False, False]
    assert judge_new(project.id, examples, "en", None) == 0
    lay_down_paraphrases(project, [paraphrase(6, origin_text="they have cards", text="I have  cards", **UNJUDGED)])
    judge_new(project.id, examples, "en", None)
    assert judged()[-1][1] == ["same_as_paraphrase"]


def test_cut_off_in_between_it_goes_on_where_it_was(project: Project) -> None:
    rows = [paraphrase(place, origin_text=f"o {place}", text=f"t {place}", **UNJUDGED) for place in range(AT_ONCE + 9)]
    lay_down_paraphrases(project, rows)

    def cut(_done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        judge_new(project.id, select_table(project).examples, "en", None, cut)
    assert sum(doubt is not None for doubt, _ in judged()) == AT_ONCE
    seen: list[int] = []
    assert judge_new(project.id, select_table(project).examples, "en", None, seen.append) == 9
    assert seen == [9]


def test_rows_that_measure_the_last_training_are_held_out(project: Project) -> None:
    examples = select_table(project).examples
    assert held_out(project.id, examples) == []
    # Before the first one, those that the next will keep for it.
    assert [identifier for identifier, _, _ in held_out(project.id, examples, ["r3", "r5"])] == ["r3", "r5"]
    run = lay_down(project)
    frozen = run.examples()
    measured = set(frozen.loc[frozen["part"].isin(["validation", "test"]), "id"])
    assert {identifier for identifier, _, _ in held_out(project.id, examples)} == measured
    assert 0 < len(measured) < len(examples)
