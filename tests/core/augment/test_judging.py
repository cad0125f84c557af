"""Which model judges: the chosen one reads, another one may read again, a stop is heard in the middle of a batch."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.augment.judging import Ended, judge_again, judge_arrivals
from core.augment.plan import EngineChoice
from core.augment.review import AT_ONCE, judge_new, read_again
from core.augment.similarity import SentenceModel, open_reader
from core.augment.work import augment
from core.errors import UserError
from core.jobs.augment import launch_augmentation, trainable
from core.jobs.compare import launch_comparison
from core.jobs.judge import launch_judging
from core.jobs.processes import supervisor_lock
from core.jobs.queue import jobs
from core.jobs.worker import WORK
from core.models.choice import ModelChoice, choice_of
from core.store.comparison import Way, newest_comparison
from core.store.database import engine
from core.store.judging import Judging, JudgingRecord, create_judging, newest_judging
from core.store.paraphrase_rows import ParaphraseRow
from core.store.paraphrases import judges
from core.store.project import Project, select_table
from core.store.run import utc_now
from tests.core.augment.reversing import Reversing, laid_down, plan
from tests.paraphrased import lay_down_paraphrases, paraphrase

UNJUDGED = {"similarity": None, "novelty": None, "doubt": None, "flags": None, "judged_by": None}


@pytest.fixture
def tiny(tiny_bert: Path) -> ModelChoice:
    return ModelChoice(kind="folder", name=str(tiny_bert))


@pytest.fixture(scope="session")
def reader(tiny_bert: Path) -> SentenceModel:
    return open_reader(ModelChoice(kind="folder", name=str(tiny_bert)), "none")


def kept() -> list[ParaphraseRow]:
    with Session(engine()) as session:
        return list(session.scalars(select(ParaphraseRow).order_by(ParaphraseRow.id)))


def some(count: int, **values: Any) -> list[dict[str, Any]]:
    return [
        paraphrase(place, origin_text=f"where is card {place}", text=f"the card {place} where is it", **values)
        for place in range(1, count + 1)
    ]


def test_what_arrived_is_read_by_the_chosen_model_and_its_name_stays_beside_it(
    project: Project, tiny: ModelChoice, reader: SentenceModel
) -> None:
    lay_down_paraphrases(project, [*some(3, **UNJUDGED), paraphrase(9)])
    augmentation = laid_down(project, plan(judge=tiny))
    name = judge_arrivals(augmentation, "en", lambda: None, tiny)
    assert name == Path(tiny.name).name
    assert [row.judged_by for row in kept()] == [tiny.key] * 3 + ["embedded:"]
    assert judges(project.id) == {tiny.key: 3, "embedded:": 1}
    assert choice_of(tiny.key) == tiny
    first = kept()[0]
    both = reader.embed([first.origin_text, str(first.text)])
    assert first.similarity == pytest.approx(float(both[0] @ both[1]), abs=1e-4)


def test_another_model_reads_again_and_flags_novelty_and_decisions_stay(
    project: Project, tiny: ModelChoice, reader: SentenceModel
) -> None:
    rows = some(2, flags=["number_lost"], similarity=0.1, novelty=0.37, doubt=9.0, decision="accepted")
    lay_down_paraphrases(project, [*rows, *some(1, job_id="later", **UNJUDGED), paraphrase(8, text=None, **UNJUDGED)])
    judging = create_judging(project.id, JudgingRecord(judge=tiny, created_at=utc_now()))
    assert judge_again(judging) == "done"
    again, waiting = kept()[:2], kept()[2:]
    for row in again:
        assert (row.similarity or 0) > 0.3
        assert (row.doubt or 9) < 5
        assert (row.novelty, row.decision, row.judged_by) == (0.37, "accepted", tiny.key)
        assert [flag["code"] for flag in row.flags or []] == ["number_lost"]
    assert [(row.doubt, row.judged_by) for row in waiting] == [(None, None)] * 2
    assert (judging.progress().phase, judging.progress().step) == ("over", 2)
    before = [row.doubt for row in again]
    assert read_again(project.id, reader, tiny.key) == 0
    assert [row.doubt for row in kept()[:2]] == before


def test_read_again_a_paraphrase_has_the_judgement_of_one_that_this_model_read_first(
    project: Project, reader: SentenceModel
) -> None:
    examples = select_table(project).examples
    lay_down_paraphrases(
        project, [*some(1, **UNJUDGED), *some(1, job_id="later", origin_question="why", question="when", **UNJUDGED)]
    )
    judge_new(project.id, examples, "en", reader, judged_by="folder:other")
    first = [(row.similarity, row.doubt) for row in kept()]
    assert read_again(project.id, reader, "folder:again") == 2
    for (similarity, doubt), row in zip(first, kept(), strict=True):
        assert (row.similarity, row.doubt) == (pytest.approx(similarity, abs=1e-5), pytest.approx(doubt, abs=1e-3))


def test_a_stop_is_heard_in_the_middle_of_a_batch_and_resumed_nothing_is_read_twice(
    project: Project, tiny: ModelChoice, reader: SentenceModel
) -> None:
    count = AT_ONCE + 5
    lay_down_paraphrases(project, some(count))
    seen: list[float] = []

    def cut(done: float) -> None:
        seen.append(done)
        if done > AT_ONCE:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_again(project.id, reader, tiny.key, cut)
    within = [done for done in seen if 0 < done < AT_ONCE]
    assert len(within) > 2
    assert seen == sorted(seen)
    assert judges(project.id) == {tiny.key: AT_ONCE, "embedded:": 5}
    assert read_again(project.id, reader, tiny.key) == 5


def test_a_pause_ends_the_job_as_asked(project: Project, tiny: ModelChoice) -> None:
    lay_down_paraphrases(project, some(3))
    judging = create_judging(project.id, JudgingRecord(judge=tiny, created_at=utc_now()))
    judging.ask("pause")
    assert judge_again(judging) == "paused"
    assert judges(project.id) == {"embedded:": 3}
    with pytest.raises(Ended):
        raise Ended("stop")


def test_a_model_that_cannot_be_had_is_said_before_anything_starts(project: Project, tmp_path: Path) -> None:
    missing = ModelChoice(kind="folder", name=str(tmp_path / "nowhere"))
    calls: list[Callable[[], object]] = [
        lambda: launch_augmentation(project.id, plan(judge=missing), Reversing()),
        lambda: launch_comparison(
            project, trainable(project), "en", [Way(engine="apertium", path="en>es>en")], missing
        ),
        lambda: launch_judging(project.id, missing),
    ]
    for call in calls:
        with pytest.raises(UserError) as caught:
            call()
        assert caught.value.code == "model_folder"
    assert (newest_comparison(project.id), newest_judging(project.id), jobs()) == (None, None, [])


def test_a_model_of_another_make_is_said_in_a_sentence(tiny_bert: Path, tmp_path: Path) -> None:
    folder = tmp_path / "no-filling"
    shutil.copytree(tiny_bert, folder)
    for name in ("tokenizer_config.json", "special_tokens_map.json"):
        file = folder / name
        if file.exists():
            told = json.loads(file.read_text("utf-8"))
            file.write_text(json.dumps({**told, "pad_token": None}), "utf-8")
    with pytest.raises(UserError) as caught:
        open_reader(ModelChoice(kind="folder", name=str(folder)), "none")
    assert caught.value.code == "model_folder"


def test_a_second_judgement_waits_in_the_queue_and_the_worker_knows_it(project: Project, tiny: ModelChoice) -> None:
    lay_down_paraphrases(project, some(2))
    with supervisor_lock().acquire(timeout=0):
        judging = launch_judging(project.id, tiny)
    [queued] = jobs()
    assert (queued.kind, queued.folder) == ("judge", Judging(project.id, judging.id))
    assert WORK["judge"](queued.folder, 1, lambda: None) == "done"
    assert judges(project.id) == {tiny.key: 2}


def test_the_job_and_the_comparison_take_the_judge_of_the_plan(project: Project, tiny: ModelChoice) -> None:
    lay_down_paraphrases(project, some(2, **UNJUDGED))
    wanted = plan(engine=EngineChoice(name="apertium"), judge=tiny)
    augmentation = laid_down(project, wanted, [])
    assert augment(augmentation) == "done"
    assert judges(project.id) == {tiny.key: 2}
    assert (augmentation.result() or {})["reader"] == Path(tiny.name).name
    with supervisor_lock().acquire(timeout=0):
        way = Way(engine="apertium", path="en>es>en")
        assert launch_comparison(project, trainable(project), "en", [way], tiny).record().judge == tiny
