"""What the Train page says of a table, and of a model for this machine, before anybody launches; the table stays as it is."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from streamlit.testing.v1 import AppTest

from core.data.columns import Roles, TaskName
from core.jobs.queue import jobs
from core.models.choice import ModelChoice
from core.store.draft import Draft, keep_draft, read_draft
from core.store.project import Project, set_roles
from core.store.run import list_runs
from core.train.footprint import footprint
from core.train.settings import Settings
from core.words import Words
from tests.pages.screen import click, errors, everything, said, sentence, visit
from tests.tables import as_csv, asked, messages


class Room(NamedTuple):
    total: int
    used: int
    free: int


def form(project: Project, words: Words, **draft: object) -> AppTest:
    keep_draft(project, Draft.model_validate(draft))
    return visit("train", words, project=project.id)


def warnings(at: AppTest) -> str:
    return "\n".join(shown.value.replace("\\", "") for shown in at.warning)


def test_labels_that_nothing_judges_are_named_and_the_launch_stays_possible(
    make_project: Callable[..., Project], words: Words
) -> None:
    rare = [{"text": f"quite another matter {place}", "label": "rare"} for place in range(2)]
    project = make_project(as_csv([*messages(40), {"text": "the only one", "label": "alone"}, *rare]))
    at = form(project, words)
    alone = (
        "Labels with one row only, or whose rows say the same or are kept together: {count} ({labels}). They are learned from, so "
        "neither validation nor the test can say whether the model knows these labels. Add rows, merge these labels with others, "
        "or set their rows aside on the Data page."
    )
    assert said(alone, words, count="1", labels="alone") in warnings(at)
    # Two rows: one to learn from, and one for one of the two parts at most.
    places = (
        "Labels of which no row is in validation or test: {count} ({labels}). No figure says whether the model knows them.",
        "Labels of which no row is in validation: {count} ({labels}). The training is watched without them.",
        "Labels of which no row is in the test: {count} ({labels}). It cannot say whether the model knows them.",
    )
    assert sum(said(place, words, count="1", labels="rare") in everything(at) for place in places) == 1
    assert not at.button(key="launch").disabled


def test_more_labels_than_half_the_rows_are_probably_no_labels(
    make_project: Callable[..., Project], words: Words
) -> None:
    rows = [{**row, "label": row["label"] if place < 18 else f"case {place}"} for place, row in enumerate(messages(40))]
    project = make_project(as_csv([{**row, "text": row["text"] * 3} for row in rows]))
    set_roles(project.id, Roles(text="text", label="label"))
    at = form(project, words, changed={"max_tokens": 8})
    assert said(
        "Nearly a label for each row: {labels} labels in {rows} rows", words, labels="25", rows="40"
    ) in warnings(at)
    cut = (
        "Every text is longer than {longest} word pieces, so the model would read only the beginning of each. "
        "Raise the longest input in the settings; this model reads up to {most}."
    )
    assert said(cut, words, longest="8", most="512") in warnings(at)
    assert not at.button(key="launch").disabled


def test_a_model_that_cannot_write_is_refused_before_the_launch(
    make_project: Callable[..., Project], words: Words, tiny_bert: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(tiny_bert, folder)
    project = make_project(as_csv(asked()))
    set_roles(project.id, Roles(text="text", question="question", task="generation"))
    choice = {"kind": "folder", "name": str(folder)}
    assert not form(project, words, model=choice).button(key="launch").disabled
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"model_type": "distilbert"}))
    at = form(project, words, model=choice)
    assert errors(at) == [sentence(words, "model_cannot_write", model=folder, kind="distilbert")]
    assert at.button(key="launch").disabled
    assert (list_runs(project.id), jobs()) == ([], [])


@pytest.mark.parametrize("task", ["classes", "matching", "generation"])
def test_a_model_whose_tokenizer_is_damaged_is_refused_and_every_page_opens(
    make_project: Callable[..., Project], words: Words, tiny_bert: Path, tmp_path: Path, task: TaskName
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(tiny_bert, folder)
    project = make_project(as_csv(messages(40) if task == "classes" else asked()))
    if task != "classes":
        project = set_roles(project.id, Roles(text="text", question="question", task=task))
    choice = {"kind": "folder", "name": str(folder)}
    whole = (folder / "tokenizer.json").read_text()
    (folder / "tokenizer.json").write_text(whole[: len(whole) // 2])
    at = form(project, words, model=choice)
    assert errors(at) == [sentence(words, "model_folder", folder=folder, problem="its tokenizer cannot be opened")]
    assert at.button(key="launch").disabled
    for page in ("data", "augment"):
        assert errors(visit(page, words, project=project.id)) == []
    (folder / "tokenizer.json").write_text(whole)
    assert not form(project, words, model=choice).button(key="launch").disabled


@pytest.mark.parametrize("named", [3, "X", {"a": "b"}, [3]])
def test_a_configuration_that_names_its_classes_oddly_is_no_fault_of_ours(
    project: Project, words: Words, tiny_bert: Path, tmp_path: Path, named: object
) -> None:
    shutil.copytree(tiny_bert, tmp_path / "model")
    config = json.loads((tmp_path / "model" / "config.json").read_text())
    (tmp_path / "model" / "config.json").write_text(json.dumps(config | {"architectures": named}))
    at = form(project, words, model={"kind": "folder", "name": str(tmp_path / "model")})
    assert errors(at) == []
    assert not at.button(key="launch").disabled


def test_a_model_without_a_head_gets_a_new_one_and_that_is_said(
    project: Project, words: Words, tiny_bert: Path
) -> None:
    said_ = said(
        "This model has no head that tells labels apart or gives a number: a new one is made and learned.", words
    )
    assert said_ in everything(form(project, words, model={"kind": "folder", "name": str(tiny_bert)}))
    assert said_ not in everything(form(project, words))


def test_lora_is_proposed_with_one_click_where_the_machine_has_too_little(
    project: Project, words: Words, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = form(project, words)
    found = footprint(Settings(), project.id, "classes")
    memory, disk = words.size(found.whole.in_memory), words.size(found.narrow.on_disk)
    assert any(memory in text and disk in text for text in everything(at).splitlines())
    key = f"take_lora_{project.id}"
    assert key not in [button.key for button in at.button]
    free = (found.whole.on_disk + found.narrow.on_disk) // 2
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Room(10**12, 10**12 - free, free))
    at = click(form(project, words), key)
    changed = read_draft(project).changed
    assert changed == {"lora": 16, "lora_alpha": 32.0, "learning_rate": pytest.approx(1e-3)}
    assert key not in [button.key for button in at.button]
    shown = {each.label: each.value for each in at.number_input}
    assert shown[said("LoRA: width", words)] == 16
    assert shown[said("Learning rate", words)] == pytest.approx(1e-3)
    free = found.narrow.on_disk - 1
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Room(10**12, 10**12 - free, free))
    at = form(project, words)
    assert key not in [button.key for button in at.button]
    assert warnings(at)


def test_a_model_of_the_hub_that_nobody_knows_is_asked_for_its_size_on_request(project: Project, words: Words) -> None:
    at = form(project, words, model=ModelChoice(kind="hub", name="a/b/c").model_dump())
    at = click(at, "ask_weights")
    assert errors(at) == [sentence(words, "model_not_found", model="a/b/c")]
