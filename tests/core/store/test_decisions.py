"""Decisions: one, many, all above two thresholds; in one's own words; taken back; with who and when."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from core.errors import UserError
from core.store.database import engine
from core.store.decisions import accept_above, can_undo, decide, edit, reject_idle, undo
from core.store.paraphrase_rows import DecisionRow
from core.store.paraphrases import counts, kept, undecided_idle
from core.store.project import Project
from tests.paraphrased import lay_down_paraphrases, paraphrase, state_of


@pytest.fixture
def ids(project: Project) -> list[int]:
    return lay_down_paraphrases(project, [paraphrase(place, similarity=place / 10) for place in range(1, 10)])


def decisions(*identifiers: int) -> list[str | None]:
    return [state_of(identifier)["decision"] for identifier in identifiers]


def test_a_decision_is_kept_with_who_and_when_and_taken_back(project: Project, ids: list[int]) -> None:
    assert not can_undo(project.id)
    assert decide(project.id, [ids[0]], "accepted") == 1
    first = state_of(ids[0])
    assert (first["decision"], first["decided_by"]) == ("accepted", "local")
    assert first["decided_at"] is not None
    decide(project.id, [ids[0]], "rejected")
    assert undo(project.id) == 1
    assert state_of(ids[0]) == first
    assert undo(project.id) == 1
    assert (state_of(ids[0])["decision"], state_of(ids[0])["decided_at"]) == (None, None)
    assert undo(project.id) == 0


def test_several_are_decided_by_one_act_and_taken_back_together(project: Project, ids: list[int]) -> None:
    decide(project.id, ids[:1], "rejected")
    assert decide(project.id, ids[:3], "accepted") == 3
    assert decide(project.id, ids[:3], "accepted") == 0
    assert undo(project.id) == 3
    assert decisions(*ids[:3]) == ["rejected", None, None]
    decide(project.id, ids[:1], None)
    assert decisions(ids[0]) == [None]
    undo(project.id)
    assert decisions(ids[0]) == ["rejected"]


def test_words_of_one_s_own_are_accepted_and_what_came_back_is_kept(project: Project, ids: list[int]) -> None:
    edit(project.id, ids[0], "  in my words ")
    found = state_of(ids[0])
    assert (found["decision"], found["edited"], found["final_text"]) == ("accepted", True, "in my words")
    assert found["text"] == "paraphrase of 1"
    decide(project.id, [ids[0]], "rejected")
    assert (state_of(ids[0])["final_text"], state_of(ids[0])["edited"]) == (None, False)
    undo(project.id)
    assert state_of(ids[0]) == found
    edit(project.id, ids[0], "paraphrase of 1")
    assert (state_of(ids[0])["final_text"], state_of(ids[0])["edited"]) == (None, False)
    edit(project.id, ids[1], "paraphrase of 2", question="why?")
    assert (state_of(ids[1])["final_text"], state_of(ids[1])["final_question"]) == (None, "why?")
    assert state_of(ids[1])["edited"]


def test_an_empty_text_and_an_unknown_paraphrase_are_said(
    project: Project, ids: list[int], make_project: Callable[..., Project]
) -> None:
    with pytest.raises(UserError) as empty:
        edit(project.id, ids[0], "  ")
    assert empty.value.code == "paraphrase_empty"
    other = make_project(name="other.csv")
    with pytest.raises(UserError) as unknown:
        edit(other.id, ids[0], "x")
    assert unknown.value.code == "paraphrase_not_found"
    assert decide(other.id, ids, "accepted") == 0
    assert decisions(*ids) == [None] * 9


def test_all_above_the_thresholds_touches_neither_what_is_below_nor_what_is_decided(
    project: Project, ids: list[int]
) -> None:
    decide(project.id, [ids[8]], "rejected")
    edit(project.id, ids[7], "mine")
    assert accept_above(project.id, 0.45, 0.1) == 3
    assert decisions(*ids) == [None] * 4 + ["accepted"] * 4 + ["rejected"]
    assert state_of(ids[7])["final_text"] == "mine"
    assert accept_above(project.id, 0.45, 0.1) == 0
    assert undo(project.id) == 3
    assert decisions(*ids) == [None] * 7 + ["accepted", "rejected"]
    assert accept_above(project.id, 0.0, 0.9) == 0


def test_what_says_nothing_new_is_rejected_together_and_accepted_by_no_threshold(project: Project) -> None:
    flags = (["unchanged"], ["same_as_paraphrase"], ["number_lost"], [], ["same_as_row"])
    ids = lay_down_paraphrases(project, [paraphrase(place, flags=some) for place, some in enumerate(flags)])
    decide(project.id, ids[4:], "accepted")
    assert kept(project.id, 0.5, 0.0) == (2, 2)
    assert undecided_idle(project.id) == 2
    assert reject_idle(project.id) == 2
    assert decisions(*ids) == ["rejected", "rejected", None, None, "accepted"]
    assert undecided_idle(project.id) == 0
    assert undo(project.id) == 2
    assert accept_above(project.id, 0.5, 0.0) == 2
    assert decisions(*ids) == [None, None, "accepted", "accepted", "accepted"]


def test_twenty_thousand_are_accepted_by_a_handful_of_statements(project: Project) -> None:
    ids = lay_down_paraphrases(project, [paraphrase(place) for place in range(20_000)])
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(engine(), "before_cursor_execute", note)
    assert accept_above(project.id, 0.5, 0.1) == 20_000
    event.remove(engine(), "before_cursor_execute", note)
    assert len(statements) <= 5
    assert counts(project.id).accepted == 20_000
    with Session(engine()) as session:
        acts = set(session.scalars(select(DecisionRow.act)))
    assert len(acts) == 1
    assert undo(project.id) == 20_000
    assert counts(project.id).undecided == len(ids)


def test_what_another_person_decided_since_stays(project: Project, ids: list[int]) -> None:
    decide(project.id, ids[:2], "accepted", "anna")
    decide(project.id, ids[:1], "rejected", "ben")
    assert undo(project.id, "anna") == 1
    assert decisions(*ids[:2]) == ["rejected", None]
    assert state_of(ids[0])["decided_by"] == "ben"
    assert undo(project.id, "ben") == 1
    assert decisions(ids[0]) == ["accepted"]


def test_a_project_that_goes_takes_its_decisions_along(project: Project, ids: list[int]) -> None:
    from core.store.project import delete_project

    decide(project.id, ids, "accepted")
    delete_project(project.id)
    with Session(engine()) as session:
        assert session.scalars(select(DecisionRow)).all() == []
