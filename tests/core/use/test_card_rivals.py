"""Simple models in the zip: its card tells of those that are measured, and of no others, whenever that was."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.home import write_json
from core.jobs.baselines import ask_for_baselines, ask_for_study_baselines
from core.jobs.control import delete
from core.jobs.folds import launch_folds, stop_all
from core.jobs.processes import supervisor_lock
from core.jobs.queue import claim, finish
from core.jobs.slots import BESIDE
from core.models.choice import ModelChoice
from core.results.beside import beside_run, beside_study
from core.results.verdict import sentence
from core.store.baselines import Baselines
from core.store.project import Project
from core.store.run import Run
from core.store.study import Study
from core.train.baselines import measure
from core.train.settings import Settings
from core.use.bundle import CARDS, at_hand, bundle_path, is_current, pack, renew
from core.use.card import model_card
from core.words import Words
from tests.beside_folds import answered, right, unlike, wrong
from tests.tables import lay_down
from tests.trained import one_thread, worker  # noqa: F401  # a fixture for the module

HEADINGS = {"en": "### Beside simple models", "fr": "### À côté de modèles simples"}


@pytest.fixture(autouse=True)
def held(home: Path) -> Iterator[None]:
    """No supervisor starts."""
    with supervisor_lock().acquire(timeout=0):
        yield


@pytest.fixture
def run(project: Project) -> Run:
    """Over, with figures and what stands for a model: the zip takes whatever lies in its folder."""
    made = lay_down(project)
    with_model(made)
    answered(made, wrong)
    return made


def with_model(run: Run) -> None:
    run.model_folder.mkdir()
    for name in ("model.safetensors", "config.json"):
        (run.model_folder / name).write_text("{}", encoding="utf-8")


def cards(run: Run) -> dict[str, str]:
    """Those in the zip as it lies on the disk, by language."""
    with zipfile.ZipFile(bundle_path(run)) as archive:
        assert archive.testzip() is None
        folder = f"parafine-{run.record().number}"
        return {language: archive.read(f"{folder}/{name}").decode() for name, language in CARDS.items()}


def ask(run: Run, *, are_measured: bool = True) -> Baselines:
    (found,) = ask_for_baselines(run)
    if are_measured:
        models, answers = measure(found.record(), found.examples(), unlike)
        found.keep({"baselines": models, "seconds": 1.0}, answers)
    return found


def test_measured_before_the_zip_was_packed_they_stand_on_its_card(run: Run) -> None:
    ask(run)
    pack(run)
    beside = beside_run(run)
    assert beside is not None
    assert beside.verdict is not None
    for language, card in cards(run).items():
        words = Words(language)
        assert HEADINGS[language] in card
        assert sentence(beside.verdict, words) in card
        reached = [words.percent(line.figures["accuracy"].mean) for line in beside.lines]
        lines = [
            line
            for line in card.splitlines()
            if words.gettext("Words and pieces of words, counted and weighed") in line
        ]
        assert lines[0].startswith(
            f"| {words.gettext('Words and pieces of words, counted and weighed')} | {reached[2]} |"
        )
        assert f"| {words.gettext('This training')} | {reached[0]} |" in card


def test_without_them_the_card_says_nothing_of_them(run: Run) -> None:
    ask(run, are_measured=False)
    pack(run)
    assert is_current(run)
    for language, card in cards(run).items():
        assert HEADINGS[language] not in card


@pytest.mark.slow
def test_the_worker_that_measures_them_puts_them_into_the_zips_that_are_there(run: Run, project: Project) -> None:
    pack(run)
    unfinished = lay_down(project, Settings(epochs=2))
    found = ask(run, are_measured=False)
    assert ask_for_baselines(unfinished) == [found]
    taken = claim(BESIDE)
    assert taken is not None
    with bundle_path(run).open("rb") as downloading:
        before = bundle_path(run).read_bytes()
        half = downloading.read(len(before) // 2)
        done = worker(taken)
        assert done.returncode == 0, found.log.read_text()
        if os.name == "posix":
            assert half + downloading.read() == before, "a download under way gets the file that it began with"
    assert (found.outcome() or {})["state"] == "done"
    assert is_current(run)
    for language, card in cards(run).items():
        assert HEADINGS[language] in card
        assert card == model_card(run, Words(language))
    assert not bundle_path(unfinished).exists()


def test_a_zip_that_was_not_renewed_is_by_who_asks_for_it(run: Run) -> None:
    first = pack(run).read_bytes()
    assert pack(run).read_bytes() == first
    found = ask(run)
    assert not is_current(run)
    assert pack(run).read_bytes() != first
    assert HEADINGS["fr"] in cards(run)["fr"]
    assert is_current(run)
    moment = bundle_path(run).stat().st_mtime_ns
    pack(run)
    assert bundle_path(run).stat().st_mtime_ns == moment, "packed once"
    # Gone again, the card no longer tells of them.
    job = claim(BESIDE)
    assert job is not None
    finish(job, "done")
    delete(found)
    pack(run)
    assert HEADINGS["fr"] not in cards(run)["fr"]


def test_a_damaged_zip_is_made_anew(run: Run) -> None:
    whole = pack(run).read_bytes()
    bundle_path(run).write_bytes(whole[: len(whole) // 2])
    assert not is_current(run)
    pack(run)
    assert set(cards(run)) == {"en", "fr"}


def test_what_cannot_be_packed_now_stays_as_it_was(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    before = pack(run).read_bytes()
    ask(run)
    (run.model_folder / "damaged").symlink_to(run.folder / "nowhere")
    renew(run)
    assert "Traceback" in capsys.readouterr().err
    assert at_hand(run).read_bytes() == before
    bundle_path(run).write_bytes(before[: len(before) // 2])
    with pytest.raises(OSError, match="damaged"):
        at_hand(run)
    (run.model_folder / "damaged").unlink()
    renew(run)
    assert is_current(run)


@pytest.mark.slow
def test_of_a_model_that_learned_from_all_rows_the_folds_speak(project: Project, tiny_bert: Path) -> None:
    study: Study = launch_folds(project.id, Settings(model=ModelChoice(kind="folder", name=str(tiny_bert))), 3)
    stop_all(study)
    for fold in study.folds():
        answered(fold, right)
    final = study.final()
    assert final is not None
    with_model(final)
    told = {"epochs": 2, "folds": 3, "figures": {"accuracy": {"mean": 1.0, "deviation": 0.0}}}
    write_json(final.folder / "result.json", {"state": "done", "from_folds": told})
    pack(final)
    found = ask_for_study_baselines(study)
    assert HEADINGS["en"] not in cards(final)["en"]
    taken = claim(BESIDE)
    assert taken is not None
    assert worker(taken).returncode == 0, found.log.read_text()
    beside = beside_study(study)
    assert beside is not None
    assert beside.verdict is not None
    for language, card in cards(final).items():
        assert HEADINGS[language] in card
        assert sentence(beside.verdict, Words(language)) in card
        assert f"| {Words(language).gettext('This cross-validation')} |" in card
        assert "±" in card
