"""Further pre-training: words are hidden as they should be, the texts of validation and test never read, and a kill loses an epoch at most."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoTokenizer

from core.data.columns import Roles
from core.jobs.launch import freeze, learnable, readable
from core.store.project import Project, set_roles
from core.store.run import Run, create_run
from core.train.masking import UNASKED, hide, words_of
from core.train.progress import Stopped
from core.train.train import train
from tests.core.train.interrupted import assert_same
from tests.matching import MATCHING, asked
from tests.tables import lay_down, messages
from tests.trained import points, project_of, small, trained

ROWS = [*messages(60), *({"text": row["text"] + " again", "label": ""} for row in messages(20))]


@pytest.fixture
def partly(home: Path) -> Project:
    """60 rows with a label, 20 without; one of the latter says what a row with a label says."""
    project = project_of([*ROWS, {"text": messages(1)[0]["text"].upper() + "  ", "label": ""}])
    set_roles(project.id, Roles(text="text", label="label"))
    return project


def laid_down(project: Project, folder: Path, **values: float) -> Run:
    """As `launch` does it."""
    settings, selection = small(folder, **values), learnable(project)
    examples = freeze(project, selection, settings)
    record = lay_down(project, settings).record()
    return create_run(project.id, record, examples, readable(selection, settings, examples))


def test_whole_words_are_hidden_and_a_seventh_of_the_pieces(tiny_bert: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(tiny_bert)
    texts = ["parcel unbelievable courier xyzzyx tracking late box driver street postman shipped card"] * 40
    entries = words_of(tokenizer, texts, None, 64)
    pieces = sum(map(len, entries[0]["words"]))
    assert any(len(word) > 1 for word in entries[0]["words"])
    batch = {"input_ids": torch.tensor([entry["input_ids"] for entry in entries])}
    words = [entry["words"] for entry in entries]
    hidden = hide(batch, words, tokenizer.mask_token_id, len(tokenizer), torch.Generator().manual_seed(1))
    asked = hidden["labels"] != UNASKED
    assert (hidden["labels"][asked] == batch["input_ids"][asked]).all()
    assert (hidden["input_ids"][~asked] == batch["input_ids"][~asked]).all()
    for row, groups in zip(asked, words, strict=True):
        assert all(len({bool(row[piece]) for piece in word}) == 1 for word in groups)
        longest = max(map(len, groups))
        assert round(0.15 * pieces) <= int(row.sum()) < round(0.15 * pieces) + longest
    assert not asked[:, 0].any()
    masked = (hidden["input_ids"][asked] == tokenizer.mask_token_id).float().mean()
    assert 0.7 < float(masked) < 0.9


def test_what_is_read_is_of_the_training_part_or_without_a_label(partly: Project, tiny_bert: Path) -> None:
    run = laid_down(partly, tiny_bert, pretraining_epochs=1, seed=3)
    examples, read = run.examples(), run.unlabelled()
    held_out = {" ".join(text.split()).casefold() for text in examples.loc[examples["part"] != "train", "text"]}
    first = messages(1)[0]["text"].casefold()
    assert len(read) == 20 + (first not in held_out)
    assert not {" ".join(text.split()).casefold() for text in read["text"]} & held_out
    assert len(laid_down(partly, tiny_bert, seed=3).unlabelled()) == 0


def test_of_questions_about_texts_those_texts_are_read_that_nobody_asked_about(home: Path, tiny_bert: Path) -> None:
    rows = asked(24, 1)
    idle = [{"text": f"nobody asks about this parcel {place}", "question": ""} for place in range(5)]
    project = set_roles(project_of([*rows, *idle, rows[0] | {"question": ""}]).id, MATCHING)
    run = laid_down(project, tiny_bert, pretraining_epochs=1)
    held_out = set(run.examples().query("part != 'train'")["text"])
    expected = {row["text"] for row in idle} | ({rows[0]["text"]} - held_out)
    assert set(run.unlabelled()["text"]) == expected


def test_the_loss_of_the_guesses_falls_and_the_encoder_has_moved(partly: Project, tiny_bert: Path) -> None:
    run = laid_down(partly, tiny_bert, pretraining_epochs=6, epochs=1, learning_rate=2e-3, frozen_layers=2)
    train(run)
    loss = [value for _, value in points(run, "pretraining", "loss")]
    assert len(loss) > 10
    assert sum(loss[-5:]) < 0.9 * sum(loss[:5])
    # Frozen while the labels were learned: what has moved, moved before.
    before, after = load_file(tiny_bert / "model.safetensors"), load_file(run.model_folder / "model.safetensors")
    name = "encoder.layer.0.output.dense.weight"
    assert not torch.equal(before[name], after[f"bert.{name}"])
    assert points(run, "validation", "loss")
    assert not (run.folder / "pretraining").exists()


@pytest.mark.parametrize("values", [{}, {"lora": 2}])
def test_ended_anywhere_it_goes_on_after_the_last_epoch_with_the_same_result(
    partly: Project, tiny_bert: Path, values: dict[str, int]
) -> None:
    asked = {"pretraining_epochs": 3, "epochs": 2, **values}
    whole = laid_down(partly, tiny_bert, **asked)
    train(whole)
    per_epoch = points(whole, "pretraining", "loss")[-1][0] // 3
    for end in (per_epoch + 2, 3 * per_epoch):
        run = laid_down(partly, tiny_bert, **asked)

        def check(run: Run = run, end: int = end) -> None:
            seen = points(run, "pretraining", "loss")
            if seen and seen[-1][0] >= end:
                run.ask("pause")

        with pytest.raises(Stopped):
            train(run, 1, check)
        run.forget_requests()
        train(run, 2)
        assert_same(run, whole)


def test_without_epochs_nothing_of_it_is_there(project: Project, tiny_bert: Path) -> None:
    run = trained(project, small(tiny_bert, epochs=1))
    assert points(run, "pretraining", "loss") == []
