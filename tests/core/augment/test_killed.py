"""Real workers really killed, at random moments: the table is that of an undisturbed job, and no text was translated twice."""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from core.augment.chosen import engine_of
from core.augment.plan import EngineChoice, Plan, path_through
from core.jobs.augment import launch_augmentation, trainable
from core.jobs.control import resume, state_of
from core.store.arrivals import failures
from core.store.augmentation import Augmentation
from core.store.database import engine
from core.store.job_folder import ENDED
from core.store.paraphrase_rows import TranslationRow
from core.store.project import Project
from tests.conftest import processes_of
from tests.core.augment.test_back_translation import rows
from tests.core.jobs.at_work import WORKER
from tests.services.server import served
from tests.tables import as_csv, messages
from tests.waiting import wait_until

KILLS = int(os.environ.get("PARAFINE_TEST_KILLS", "2"))
"""Ten by hand: PARAFINE_TEST_KILLS=10."""


def launched(project: Project, url: str) -> Augmentation:
    choice = EngineChoice(name="libretranslate", options={"url": url})
    paths = (path_through("en", "es"), path_through("en", "de", "fr"))
    return launch_augmentation(project.id, Plan(engine=choice, source="en", paths=paths), engine_of(choice))


def ended(augmentation: Augmentation) -> str:
    wait_until(lambda: state_of(augmentation) in ENDED, every=0.2)
    return state_of(augmentation)


def worker(home: Path) -> psutil.Process | None:
    return next(iter(processes_of(home, WORKER)), None)


@pytest.mark.slow
def test_kills_double_nothing_and_lose_nothing(home: Path, make_project: Callable[..., Project]) -> None:
    chance = random.Random(5)
    with served("libretranslate", delay=0.15) as calm:
        undisturbed = launched(make_project(as_csv(messages(100))), calm.url)
        assert ended(undisturbed) == "done"
    with served("libretranslate", delay=0.15) as service:
        project = make_project(as_csv(messages(100)), "again.csv")
        with Session(engine()) as session, session.begin():
            # It is the home's, and would know everything by now.
            session.execute(delete(TranslationRow))
        augmentation = launched(project, service.url)
        total = calm.answered.total()
        for kill in range(KILLS):
            wanted = (kill + chance.random()) * total / (KILLS + 1)
            wait_until(lambda least=wanted: service.answered.total() >= least, every=0.01)
            found = wait_until(lambda: worker(home), every=0.01)
            threading.Event().wait(chance.random() * 0.15)
            found.kill()
            assert ended(augmentation) == "interrupted"
            resume(augmentation)
        assert ended(augmentation) == "done"
    assert rows(augmentation) == rows(undisturbed)
    assert failures(project.id) == []
    assert len(rows(augmentation)) == len(trainable(project).examples) * 2
    doubled = {text: count for text, count in service.answered.items() if count != calm.answered[text]}
    assert doubled == {}
    assert service.answered == calm.answered
