"""Rows through other languages and back: each text once, each row once, whatever fails or is cut off meanwhile."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.augment.back_translation import back_translate
from core.augment.engines.engine import Failed
from core.augment.patience import Interrupted
from core.augment.plan import Plan
from core.store.arrivals import arrived, counts, failures
from core.store.augmentation import Augmentation, Task
from core.store.database import engine as database
from core.store.paraphrase_rows import ParaphraseRow
from core.store.project import Project
from tests.core.augment.reversing import Cut, Directly, Reversing, laid_down, plan
from tests.tables import as_csv


def work(augmentation: Augmentation, wanted: Plan, engine: Reversing) -> None:
    back_translate(augmentation, wanted, lambda variant: engine, Directly(engine))


def rows(augmentation: Augmentation) -> list[tuple[object, ...]]:
    """What is in the database, ids aside, in the order of the ids."""
    row = ParaphraseRow
    asked = select(row.origin, row.label, row.path, row.variant, row.text, row.question, row.reason, row.origin_text)
    with Session(database()) as session:
        found = session.execute(asked.where(row.job_id == augmentation.id).order_by(row.id))
        return [tuple(each) for each in found]


def test_rows_come_back_along_every_path_and_each_text_is_asked_for_once(
    make_project: Callable[..., Project],
) -> None:
    table = [{"text": f"one two {place % 20}", "label": "ab"[place % 2]} for place in range(60)]
    project = make_project(as_csv(table))
    wanted = plan(paths=("en>es>en", "en>ca>de>en"))
    augmentation = laid_down(project, wanted)
    engine = Reversing()
    work(augmentation, wanted, engine)
    tasks = augmentation.tasks()
    assert [(row[0], row[2]) for row in rows(augmentation)] == [(task.origin, task.path) for task in tasks]
    task = tasks[0]
    one, two, number = task.text.split()
    by_path = {row[2]: row[4] for row in rows(augmentation) if row[0] == task.origin}
    assert by_path["en>es>en"] == f"{one}|es {two} {number}|en"
    assert str(by_path["en>ca>de>en"]).startswith(f"{number}|de")
    assert set(engine.asked.values()) == {1}
    assert len({task.text for task in tasks}) < len({task.origin for task in tasks})
    progress = augmentation.progress()
    assert (progress.phase, progress.step, progress.steps) == ("translating", len(tasks), len(tasks))


def test_text_and_question_are_translated_together_or_one_of_them(make_project: Callable[..., Project]) -> None:
    table = [
        {"text": f"long text {place}", "question": f"why {place}" if place else "", "label": "ab"[place % 2]}
        for place in range(30)
    ]
    project = make_project(as_csv(table))
    tasks = [
        Task(f"r{place}", "a", f"long text {place}", f"why {place}" if place else "", "en>es>en", 1)
        for place in range(3)
    ]
    for parts, changed in (("text", (True, False)), ("question", (False, True)), ("both", (True, True))):
        augmentation = laid_down(project, plan(parts=parts), tasks if parts != "question" else tasks[1:])
        work(augmentation, plan(parts=parts), Reversing())
        for row, task in zip(rows(augmentation), augmentation.tasks(), strict=True):
            assert (row[4] != task.text, row[5] != task.question) == (changed[0], changed[1] and bool(task.question))


def test_an_interrupted_job_ends_with_the_same_table_and_asks_for_nothing_twice(
    project: Project,
) -> None:
    wanted = plan(paths=("en>es>en", "en>fr>en"))
    undisturbed = laid_down(project, wanted)
    work(undisturbed, wanted, Reversing(version="undisturbed"))

    augmentation, engine = laid_down(project, wanted), Reversing()
    for most in (2, 0, 1):
        with pytest.raises(Cut):
            back_translate(augmentation, wanted, lambda variant: engine, Directly(engine, most))
    assert len(rows(augmentation)) < len(rows(undisturbed))
    work(augmentation, wanted, engine)
    assert rows(augmentation) == rows(undisturbed)
    assert set(engine.asked.values()) == {1}


def test_another_job_and_another_project_pay_nothing_again(
    project: Project, make_project: Callable[..., Project]
) -> None:
    engine = Reversing()
    for place in (project, project, make_project()):
        augmentation = laid_down(place, plan())
        work(augmentation, plan(), engine)
        assert counts(augmentation) == (len(augmentation.tasks()), 0)
    assert set(engine.asked.values()) == {1}
    other = Reversing(version="2")
    work(laid_down(project, plan()), plan(), other)
    assert other.asked == engine.asked


def test_variants_are_remembered_apart(project: Project) -> None:
    engine = Reversing()
    wanted = plan(variants=2)
    augmentation = laid_down(project, wanted)
    work(augmentation, wanted, engine)
    assert set(engine.asked.values()) == {2}
    assert {row[3] for row in rows(augmentation)} == {1, 2}


def test_a_row_that_fails_says_why_and_gives_way_when_it_is_tried_again(project: Project) -> None:
    long = {"r1", "r3"}
    augmentation = laid_down(project, plan())
    texts = {task.text for task in augmentation.tasks() if task.origin in long}
    engine = Reversing(lambda text: Failed("too_long", {"service": "Reversing"}) if text in texts else None)
    work(augmentation, plan(), engine)
    failed = failures(project.id)
    assert {failure.task.origin for failure in failed} == long & {task.origin for task in augmentation.tasks()}
    assert failed
    assert failed[0].reason == {"code": "too_long", "facts": {"service": "Reversing"}}
    assert counts(augmentation) == (len(augmentation.tasks()) - len(failed), len(failed))
    again = laid_down(project, plan(), [failure.task for failure in failed])
    work(again, plan(), Reversing())
    assert failures(project.id) == []
    assert counts(augmentation) == (len(augmentation.tasks()) - len(failed), 0)
    assert counts(again) == (len(failed), 0)


def test_a_resumed_job_tries_what_failed_and_keeps_its_place(project: Project) -> None:
    augmentation = laid_down(project, plan())
    first = augmentation.tasks()[0]
    work(augmentation, plan(), Reversing(lambda text: Failed("too_long") if text == first.text else None))
    before = [row[0] for row in rows(augmentation)]
    work(augmentation, plan(), Reversing())
    assert [row[0] for row in rows(augmentation)] == before
    assert len(arrived(augmentation)) == len(before)


def test_an_engine_that_gives_up_loses_nothing_that_came(project: Project) -> None:
    augmentation, engine = laid_down(project, plan()), Reversing()
    engine.fails = lambda text: Failed("quota", {"service": "Reversing"}) if len(engine.asked) > 30 else None
    with pytest.raises(Interrupted) as caught:
        work(augmentation, plan(), engine)
    assert caught.value.reason.code == "quota"
    assert failures(project.id) == []
    refused = Reversing()
    work(augmentation, plan(), refused)
    assert counts(augmentation) == (len(augmentation.tasks()), 0)
    # What was answered before was not asked for again.
    total = len({task.text for task in augmentation.tasks()}) * 2
    assert len(refused.asked) < total
