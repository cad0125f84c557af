"""A file of settings gives what the page would give: what it leaves open the preset decides, for this table and model."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import UserError
from core.jobs.settings_file import complete, faults_of, read_settings_file
from core.models.choice import ModelChoice
from core.store.project import Project
from core.train.presets import Size, preset
from core.train.settings import Settings
from tests.tables import lay_down, messages


def test_what_is_left_open_the_preset_decides(project: Project, tmp_path: Path) -> None:
    lengths = [len(row["text"].split()) + 2 for row in messages()]
    (found,) = complete([{"preset": "quick"}], project.id, tmp_path)
    computed = preset("quick", Size(60, lengths, wide=False))
    assert found == Settings(**{**computed, "max_tokens": found.max_tokens})
    assert found.max_tokens % 8 == 0
    (unnamed,) = complete([{}], project.id, tmp_path)
    assert unnamed.preset == "balanced"
    assert unnamed.epochs > found.epochs


def test_settings_that_differ_from_the_preset_are_no_preset(project: Project, tmp_path: Path) -> None:
    values = [{"preset": "quick", "epochs": 7}, {"preset": "quick", "seed": 7, "test_share": 0.2}, {"preset": "own"}]
    own, quick, bare = complete(values, project.id, tmp_path)
    assert (own.preset, own.epochs) == ("own", 7)
    assert (quick.preset, quick.seed, quick.test_share) == ("quick", 7, 0.2)
    assert bare == Settings(preset="own")


def test_the_settings_of_a_run_come_back_as_they_were(project: Project, tmp_path: Path) -> None:
    settings = Settings(preset="own", epochs=7, learning_rate=3e-4)
    assert complete([settings.model_dump(mode="json")], project.id, tmp_path) == [settings]


def test_a_folder_is_meant_from_the_file_and_a_training_by_its_number(
    project: Project, tiny_bert: Path, tmp_path: Path
) -> None:
    near = tmp_path / "near"
    near.symlink_to(tiny_bert, target_is_directory=True)
    first = lay_down(project)
    kinds = [("folder", "near"), ("folder", str(tiny_bert)), ("run", "1"), ("run", first.id)]
    values = [{"preset": "own", "model": {"kind": kind, "name": name}} for kind, name in kinds]
    found = [settings.model for settings in complete(values, project.id, tmp_path)]
    folder = ModelChoice(kind="folder", name=str(tiny_bert.resolve()))
    assert found == [folder, folder, *[ModelChoice(kind="run", name=first.id)] * 2]
    with pytest.raises(UserError) as caught:
        complete([{"model": {"kind": "run", "name": "2"}}], project.id, tmp_path)
    assert caught.value.code == "run_not_found"


def test_a_table_without_labels_is_said(home: Path, tmp_path: Path) -> None:
    from core.store.project import create_project

    with pytest.raises(UserError) as caught:
        complete([{}], create_project("empty").id, tmp_path)
    assert caught.value.code == "no_label_role"


def test_a_mark_of_byte_order_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(b'\xef\xbb\xbf[{"epochs": 3}, {}]')
    assert read_settings_file(path) == [{"epochs": 3}, {}]


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ({}, []),
        ({"epochs": 3, "preset": "own", "model": {"kind": "embedded"}}, []),
        ({"epochs": 0}, ["settings_invalid"]),
        ({"learning_rate": float("nan")}, ["settings_invalid"]),
        ({"lr": 1}, ["settings_unknown"]),
        ({"model": "bert"}, ["settings_invalid"]),
        ({"model": {"kind": "hub", "path": "x"}}, ["settings_unknown"]),
        ({"lr": 1, "epochs": "many"}, ["settings_unknown", "settings_invalid"]),
    ],
)
def test_faults_are_found_all_at_once(values: dict[str, object], codes: list[str]) -> None:
    assert [error.code for error in faults_of(values)] == codes
