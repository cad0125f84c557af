"""What the tests of pages share: both languages, projects at each stage, and one home with runs that ended in every way."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
import streamlit as st
from streamlit.components.v2 import manifest_scanner

from core.data.columns import Roles
from core.data.reading import read
from core.jobs.processes import supervisor_lock
from core.jobs.queue import claim, enqueue, finish
from core.models.choice import ModelChoice
from core.store.project import Project, create_project, keep_upload, open_project, set_roles
from core.store.run import Run
from core.train.settings import Settings
from core.use.predictor import Predictor
from core.words import LANGUAGES, Words
from tests.conftest import end_processes_of
from tests.pages.screen import file_of
from tests.tables import lay_down
from tests.waiting import wait_until


@pytest.fixture(scope="session", autouse=True)
def installed_components() -> Iterator[None]:
    """Streamlit reads what every installed package says of itself for each AppTest, and always finds the same."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests))
        yield


@pytest.fixture(params=sorted(LANGUAGES))
def words(request: pytest.FixtureRequest) -> Words:
    """Each test that asks for it runs in every language."""
    return Words(request.param)


@pytest.fixture
def project_of(home: Path) -> Callable[..., Project]:
    """`project_of("shop_messages.csv")`: a project with one of the sample tables, or with the bytes given."""

    def make(name: str, content: bytes | None = None) -> Project:
        content = file_of(name) if content is None else content
        return keep_upload(create_project(Path(name).stem).id, content, name, read(content, name))

    return make


@pytest.fixture
def held(home: Path) -> Iterator[None]:
    """The lock of the supervisor, held as one holds it, so that none starts."""
    with supervisor_lock().acquire(timeout=0):
        yield


@dataclass(frozen=True)
class Ended:
    """A project in French, and its runs by how they ended."""

    project: Project
    done: Run
    kept: Run
    """Stopped, with a model."""
    stopped: Run
    """Stopped before there was a model."""
    failed: Run
    diverged: Run
    interrupted: Run
    pair: Run
    """Done, from a text and a question."""

    def runs(self) -> dict[str, Run]:
        names = ("done", "kept", "stopped", "failed", "diverged", "interrupted", "pair")
        return {name: getattr(self, name) for name in names}


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory, tiny_bert: Path) -> Iterator[tuple[Path, Ended]]:
    """A home with the town hall's letters and seven runs, three of them really trained, from a very small model."""
    with filled_home(tmp_path_factory.mktemp("trained")) as folder:
        with at_home(folder):
            ended = _all_ends(tiny_bert)
        yield folder, ended


@contextmanager
def filled_home(parent: Path) -> Iterator[Path]:
    """A new home for several tests; the app's answering processes, which live as long as its cache, end with it."""
    folder = (parent / "home").resolve()
    folder.mkdir()
    yield folder
    st.cache_resource.clear()
    end_processes_of(folder)


@contextmanager
def at_home(folder: Path) -> Iterator[None]:
    """PARAFINE_HOME is this folder meanwhile."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PARAFINE_HOME", str(folder))
        patch.delenv("PARAFINE_DATABASE_URL", raising=False)
        yield


@contextmanager
def at_home_in_a_copy(of: Path, parent: Path) -> Iterator[None]:
    """A home of the test's own, in which it may do anything; a held lock keeps supervisors away."""
    folder = (parent / "home").resolve()
    shutil.copytree(of, folder)
    with at_home(folder), supervisor_lock().acquire(timeout=0):
        yield


@pytest.fixture
def ended(trained: tuple[Path, Ended], monkeypatch: pytest.MonkeyPatch) -> Ended:
    """The runs of the shared home, which a test only looks at."""
    monkeypatch.setenv("PARAFINE_HOME", str(trained[0]))
    monkeypatch.delenv("PARAFINE_DATABASE_URL", raising=False)
    return trained[1]


@pytest.fixture
def own(trained: tuple[Path, Ended], tmp_path: Path) -> Iterator[Ended]:
    """The same runs in a home of the test's own."""
    with at_home_in_a_copy(trained[0], tmp_path):
        yield trained[1]


@pytest.fixture(scope="session")
def predictor(trained: tuple[Path, Ended]) -> Iterator[Predictor]:
    """The model of the finished run, asked without the app."""
    folder, ended = trained
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PARAFINE_HOME", str(folder))
        asked = Predictor(ended.done)
        asked.probabilities(["Bonjour"], None)
    yield asked
    asked.close()


def _all_ends(model: Path) -> Ended:

    from core.train.train import train

    name = "courriers_mairie.csv"
    lines = file_of(name)
    project = keep_upload(create_project("Courriers").id, lines, name, read(lines, name))
    # Few rows and one text keep the training under a few seconds.
    set_roles(project.id, Roles(text="question", label="étiquette"))
    project = open_project(project.id)
    settings = Settings(
        model=ModelChoice(kind="folder", name=str(model)), epochs=2, batch_size=32, max_tokens=32, learning_rate=5e-4
    )
    done = _run(project, settings)
    train(done)
    _end(done, "done")
    kept = _run(project, settings.model_copy(update={"epochs": 100}))
    asking = threading.Thread(target=lambda: (wait_until(kept.metrics, every=0.001), kept.ask("stop")))
    asking.start()
    train(kept)
    asking.join()
    _end(kept, "stopped")
    stopped = _run(project, settings)
    _end(stopped, "stopped")
    failed = _run(project, settings)
    failed.log.write_text("Traceback\nRuntimeError: nobody foresaw this\n", encoding="utf-8")
    _end(failed, "failed", {"code": "worker_failed", "facts": {"reference": failed.id}})
    diverged = _run(project, settings)
    _end(diverged, "failed", {"code": "loss_not_finite", "facts": {"step": 7, "learning_rate": 0.01}})
    interrupted = _run(project, settings)
    _end(interrupted, "interrupted")
    set_roles(project.id, Roles(text="texte", question="question", label="étiquette"))
    project = open_project(project.id)
    pair = _run(project, settings)
    train(pair)
    _end(pair, "done")
    return Ended(project, done, kept, stopped, failed, diverged, interrupted, pair)


def _run(project: Project, settings: Settings) -> Run:
    run = lay_down(project, settings)
    enqueue(run)
    return run


def _end(run: Run, state: str, reason: dict[str, object] | None = None) -> None:
    job = claim("cpu")
    assert job is not None
    assert job.run == run
    finish(job, state, reason)
