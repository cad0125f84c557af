"""A back-translation as a job: whose rows, who agreed, how it ends, and how it goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.augment.chosen import engine_of
from core.augment.plan import EngineChoice, Plan
from core.data.columns import Roles
from core.errors import UserError
from core.jobs.augment import agree, launch_augmentation, trainable, try_again
from core.jobs.control import pause, resume, state_of
from core.jobs.job_words import ended_of, phase_of, step_of, title_of
from core.jobs.kinds import FOLDERS
from core.jobs.overview import look, project_names
from core.jobs.processes import supervisor_lock
from core.jobs.queue import claim, job_of, jobs
from core.jobs.report import support_report
from core.jobs.slots import BESIDE
from core.store.arrivals import Arrival, counts, failures, keep_arrivals
from core.store.augmentation import Augmentation, DeviceAugmentation, create_augmentation, open_augmentation
from core.store.consents import consents
from core.store.database import engine as database
from core.store.draft import Draft, keep_draft
from core.store.job_folder import ENDED, Progress
from core.store.paraphrase_rows import ParaphraseRow
from core.store.project import Project, set_roles
from core.train.settings import Settings
from core.words import Words
from tests.core.augment.reversing import Reversing, laid_down, plan
from tests.services.engines import KEY
from tests.services.server import Service, served
from tests.tables import lay_down
from tests.waiting import wait_until


@pytest.fixture
def service() -> Iterator[Service]:
    with served("libretranslate") as running:
        yield running


def asked_of(service: Service, **values: object) -> Plan:
    choice = EngineChoice(name="libretranslate", options={"url": service.url})
    return plan(engine=choice, **values)


def launched(project: Project, wanted: Plan) -> Augmentation:
    return launch_augmentation(project.id, wanted, engine_of(wanted.engine))


def ended(augmentation: Augmentation) -> str:
    wait_until(lambda: state_of(augmentation) in ENDED, every=0.2)
    return state_of(augmentation)


def paraphrases(augmentation: Augmentation) -> list[ParaphraseRow]:
    with Session(database()) as session:
        return list(session.scalars(select(ParaphraseRow).where(ParaphraseRow.job_id == augmentation.id)))


def test_only_rows_that_the_next_training_learns_from_are_paraphrased(project: Project) -> None:
    before = trainable(project)
    frozen = lay_down(project, Settings()).examples()
    assert set(before.examples["id"]) == set(frozen.query("part == 'train'")["id"])
    assert before.held_out == (frozen["part"] != "train").sum()
    assert set(before.apart) == set(frozen.query("part != 'train'")["id"])
    # What a training held out stays out, also when the next one is divided otherwise.
    keep_draft(project, Draft(changed={"seed": 7, "validation_share": 0.2}))
    after = trainable(project)
    held_out = set(frozen.query("part != 'train'")["id"])
    assert held_out & set(after.examples["id"]) == set()
    assert after.held_out > before.held_out


def test_rows_that_cannot_be_divided_may_all_be_paraphrased(project: Project) -> None:
    set_roles(project.id, Roles(text="text"))
    from core.store.project import open_project

    rows = trainable(open_project(project.id))
    assert (len(rows.examples), rows.held_out) == (60, 0)


def test_no_text_leaves_without_a_yes(project: Project) -> None:
    with supervisor_lock().acquire(timeout=0):
        engine = Reversing(sends="Somewhere (example.org)")
        with pytest.raises(UserError) as caught:
            launch_augmentation(project.id, plan(), engine)
        assert caught.value.code == "consent_needed"
        assert "Somewhere (example.org)" in str(caught.value)
        assert jobs() == []
        assert not (project.folder / "augmentations").exists()
        agree(project.id, engine, 1234, "ada")
        assert launch_augmentation(project.id, plan(), engine).record().rows == 48
        # Another host is another question.
        engine.sends_text_to = "Elsewhere (example.net)"
        with pytest.raises(UserError, match="Elsewhere"):
            launch_augmentation(project.id, plan(), engine)
    assert [(each.host, each.person) for each in consents(project.id)] == [("Somewhere (example.org)", "ada")]


@pytest.mark.slow
def test_a_back_translation_runs_in_a_process_of_its_own_and_is_judged(project: Project, service: Service) -> None:
    augmentation = launched(project, asked_of(service))
    job = job_of(augmentation)
    assert job is not None
    assert (job.kind, job.folder) == ("augment", augmentation)
    assert ended(augmentation) == "done"
    found = paraphrases(augmentation)
    assert len(found) == 48
    assert all(row.text == f"en: es: {row.origin_text}" for row in found)
    assert all(row.doubt is not None and row.similarity is not None for row in found)
    result = augmentation.result()
    assert result is not None
    assert (result["made"], result["failed"], result["reader"]) == (48, 0, "all-MiniLM-L6-v2")
    assert augmentation.progress().phase == "over"
    assert ended_of(look(job_of(augmentation) or job, project_names()), Words("en")) == "48 paraphrases are there."


@pytest.mark.slow
def test_a_service_that_refuses_ends_the_work_with_a_reason_and_it_goes_on_later(
    project: Project, service: Service
) -> None:
    service.retry_after = "3600"
    service.fault = lambda number, texts: "429" if number > 30 else None
    augmentation = launched(project, asked_of(service))
    assert ended(augmentation) == "failed"
    job = job_of(augmentation)
    assert job is not None
    said = ended_of(look(job, project_names()), Words("fr"))
    assert "LibreTranslate" in said
    assert "refuse d’autres requêtes" in said
    assert failures(project.id) == []
    service.fault = lambda number, texts: None
    resume(augmentation)
    assert ended(augmentation) == "done"
    assert counts(augmentation) == (48, 0)
    assert set(service.answered.values()) == {1}


def test_rows_that_failed_are_tried_again_alone_or_with_another_engine(project: Project, held_supervisor: None) -> None:
    augmentation = laid_down(project, plan(paths=("en>es>en", "en>fr>en")))
    tasks = augmentation.tasks()
    reason = {"code": "timed_out", "facts": {"service": "Reversing", "seconds": 20}}
    keep_arrivals(augmentation, [Arrival(task, "reversing", None, None, reason) for task in (tasks[0], tasks[-1])])
    first, second = failures(project.id)
    one = try_again(project.id, [first.id], plan(), Reversing())
    assert one.tasks() == [first.task]
    other = plan(engine=EngineChoice(name="apertium"))
    both = try_again(project.id, [first.id, second.id, 999], other, Reversing())
    assert both.tasks() == [first.task, second.task]
    assert Plan.model_validate(both.record().plan).paths == ("en>es>en", "en>fr>en")
    assert both.record().plan["engine"]["name"] == "apertium"
    with pytest.raises(UserError) as caught:
        try_again(project.id, [999], plan(), Reversing())
    assert caught.value.code == "nothing_failed"
    with pytest.raises(UserError, match="would get"):
        try_again(project.id, [first.id], plan(), Reversing(sends="example.org"))


@pytest.fixture
def held_supervisor(home: object) -> Iterator[None]:
    with supervisor_lock().acquire(timeout=0):
        yield


def test_engines_of_the_processor_wait_for_a_device_and_the_others_do_not(
    project: Project, held_supervisor: None
) -> None:
    light = launch_augmentation(project.id, plan(), Reversing())
    heavy = launch_augmentation(project.id, plan(engine=EngineChoice(name="marian")), Reversing())
    assert isinstance(heavy, DeviceAugmentation)
    assert [(one := claim(BESIDE)) and one.run_id, claim(BESIDE), (one := claim("cpu")) and one.run_id] == [
        light.id,
        None,
        heavy.id,
    ]
    assert {kind for kind, folder in FOLDERS.items() if issubclass(folder, Augmentation)} == {
        job.kind for job in jobs()
    }
    assert open_augmentation(project.id, heavy.id).tasks() == heavy.tasks()


def test_a_back_translation_in_words(project: Project, held_supervisor: None) -> None:
    augmentation = launch_augmentation(project.id, plan(), Reversing())
    pause(augmentation)
    seen = look(job_of(augmentation) or jobs()[0], project_names())
    assert title_of(seen, Words("en")) == "Paraphrases"
    assert ended_of(seen, Words("en")).startswith("Paused.")
    progress = Progress(phase="translating", step=3, steps=48)
    assert phase_of("running", progress, Words("fr")) == "Traduction"
    assert step_of(progress, Words("en")) == "3 of 48 rows"


def test_an_unknown_back_translation_is_said(project: Project) -> None:
    for identifier in ("gone", "../../etc"):
        with pytest.raises(UserError) as caught:
            open_augmentation(project.id, identifier)
        assert caught.value.code == "augmentation_not_found"


def test_a_plan_of_an_engine_that_is_no_more_fails_with_its_name() -> None:
    with pytest.raises(UserError) as caught:
        engine_of(EngineChoice(name="babelfish"))
    assert caught.value.code == "engine_unknown"


def test_the_tasks_are_frozen_when_it_is_launched(make_project: Callable[..., Project]) -> None:
    project = make_project()
    augmentation = laid_down(project, plan())
    tasks = augmentation.tasks()
    (project.folder / "table.parquet").unlink()
    assert augmentation.tasks() == tasks
    empty = create_augmentation(project.id, augmentation.record(), [], on_device=False)
    assert empty.tasks() == []


def test_a_key_of_a_file_reaches_the_service_and_stands_nowhere_else(
    project: Project, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Worker and courier read the file themselves; then every byte of the home is looked through, database and logs too."""
    monkeypatch.delenv("DEEPL_API_KEY", raising=False)
    (home / "secrets.toml").write_text(f'DEEPL_API_KEY = "{KEY}"', encoding="utf-8")
    with served("deepl") as service:
        monkeypatch.setenv("PARAFINE_DEEPL_URL", service.url)
        wanted = plan(engine=EngineChoice(name="deepl"), rows="picked", picked=("r1", "r2", "r3", "r4", "r5", "r6"))
        engine = engine_of(wanted.engine)
        agree(project.id, engine, 100)
        good = launched(project, wanted)
        assert ended(good) == "done"
        assert all(KEY in str(headers) for headers in service.headers)
        assert not any(KEY in path for path in service.paths)
        service.fault = lambda number, texts: "403"
        refused = launched(project, wanted.model_copy(update={"paths": ("en>fr>en",)}))
        assert ended(refused) == "failed"
    job = job_of(refused)
    assert job is not None
    assert KEY not in str(job.reason)
    assert KEY not in support_report(job)
    assert len(paraphrases(good)) > 0
    holders = [path for path in home.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()]
    assert holders == [home / "secrets.toml"]
