"""Lengths in word pieces are those of the model that will read the texts."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from core.errors import UserError
from core.models.catalogue import embedded_path
from core.models.checkup import check_up
from core.models.choice import ModelChoice
from core.models.tokens import SAMPLE, count_tokens, tokenizer_file
from core.store.draft import Draft, keep_draft
from core.store.project import Project
from tests.tables import lay_down

TEXTS = ["Où est mon colis ?", "", "parcel late " * 400, "\N{SNOWMAN}" * 3]
QUESTIONS = ["Quand ?", "why", "why", ""]


@pytest.fixture(params=["tiny", "embedded"])
def folder(request: pytest.FixtureRequest, tiny_bert: Path) -> Path:
    return tiny_bert if request.param == "tiny" else embedded_path()


def test_lengths_are_those_of_the_model_s_own_tokenizer_with_nothing_cut(folder: Path) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder, model_max_length=10**6)
    counted = count_tokens(folder / "tokenizer.json", TEXTS)
    assert counted == [len(ids) for ids in tokenizer(TEXTS)["input_ids"]]
    assert counted[1] == 2
    assert counted[2] > 512
    pairs = count_tokens(folder / "tokenizer.json", TEXTS, QUESTIONS)
    assert pairs == [len(ids) for ids in tokenizer(TEXTS, QUESTIONS)["input_ids"]]
    assert all(pair > alone for pair, alone in zip(pairs, counted, strict=True))


def test_a_large_table_is_measured_on_its_first_rows(tiny_bert: Path) -> None:
    texts = ["parcel"] * SAMPLE + ["late late"] * 10
    assert count_tokens(tiny_bert / "tokenizer.json", texts) == [3] * SAMPLE
    assert count_tokens(tiny_bert / "tokenizer.json", texts, texts) == [5] * SAMPLE
    assert count_tokens(tiny_bert / "tokenizer.json", []) == []


def test_the_embedded_model_and_a_folder_are_measured_with_their_own_tokenizer(tiny_bert: Path) -> None:
    assert tokenizer_file(ModelChoice(), "") == (embedded_path() / "tokenizer.json", True)
    choice = ModelChoice(kind="folder", name=str(tiny_bert))
    assert tokenizer_file(choice, "") == (tiny_bert / "tokenizer.json", True)


def test_a_folder_under_the_person_s_own_is_found(
    tiny_bert: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(tmp_path))
    shutil.copytree(tiny_bert, tmp_path / "mine")
    choice = ModelChoice(kind="folder", name="~/mine")
    assert tokenizer_file(choice, "") == (tmp_path / "mine" / "tokenizer.json", True)


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        tokenizer_file(ModelChoice(kind="folder", name=str(tmp_path)), "")
    assert caught.value.code == "model_folder"


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff\xfe", None])
def test_a_damaged_tokenizer_is_a_sentence(tiny_bert: Path, tmp_path: Path, content: bytes | None) -> None:
    """None: cut off halfway, as by a full disk."""
    whole = (tiny_bert / "tokenizer.json").read_bytes()
    (tmp_path / "tokenizer.json").write_bytes(whole[: len(whole) // 2] if content is None else content)
    with pytest.raises(UserError) as caught:
        count_tokens(tmp_path / "tokenizer.json", TEXTS)
    assert caught.value.facts == {"folder": tmp_path, "problem": "its tokenizer cannot be opened"}


def test_the_health_of_a_table_is_seen_with_the_embedded_one_where_the_chosen_one_is_damaged(
    project: Project, tiny_bert: Path, tmp_path: Path
) -> None:
    whole = check_up(project)
    shutil.copytree(tiny_bert, tmp_path / "model")
    (tmp_path / "model" / "tokenizer.json").write_text("[]")
    keep_draft(project, Draft(model=ModelChoice(kind="folder", name=str(tmp_path / "model"))))
    assert check_up(project) == whole


def test_a_run_is_measured_with_the_tokenizer_it_kept(project: Project, tiny_bert: Path) -> None:
    run = lay_down(project)
    choice = ModelChoice(kind="run", name=run.id)
    assert tokenizer_file(choice, project.id) == (embedded_path() / "tokenizer.json", False)
    shutil.copytree(tiny_bert, run.model_folder)
    assert tokenizer_file(choice, project.id) == (run.model_folder / "tokenizer.json", True)


@pytest.mark.parametrize("name", ["atelier/never-fetched", "no such name!", ""])
def test_a_model_that_is_not_here_yet_is_measured_with_the_embedded_one(name: str) -> None:
    assert tokenizer_file(ModelChoice(kind="hub", name=name), "") == (embedded_path() / "tokenizer.json", False)
