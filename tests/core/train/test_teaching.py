"""A teacher that counts words: what it says, of which rows it may know, and a model that listens to it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from torch import Tensor

from core.store.project import Project
from core.train.batches import BESIDE, collate, inputs_of, micro_batches
from core.train.lessons.choose import LESSONS
from core.train.regressions import REGRESSIONS
from core.train.settings import Settings
from core.train.teaching import FOLDS, held_out_answers, teach
from tests.tables import lay_down, tagged
from tests.trained import curves, project_of, small, trained

THINGS = ("parcel", "invoice", "password")


def rows_of(count: int, label: Callable[[int], str]) -> pd.DataFrame:
    """Rows about a thing each, the label as told."""
    rows = [
        {"id": f"r{n}", "origin": "", "text": f"my {THINGS[n % 3]} is number {n}", "question": "", "label": label(n)}
        for n in range(count)
    ]
    return pd.DataFrame(rows)


def answers(rows: pd.DataFrame) -> np.ndarray:
    found = held_out_answers(REGRESSIONS["classes"](["a", "b", "c"], None), False, rows, lambda: None)
    assert found is not None
    return found


def test_each_row_is_answered_by_who_has_not_learned_from_it() -> None:
    """One label is wrong: whoever had learned from that row would say so, and its words alone say otherwise."""
    rows = rows_of(60, lambda n: "abc"[n % 3] if n != 30 else "b")
    found = answers(rows)
    assert found.shape == (60, 3)
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-5)
    assert found.argmax(axis=1).tolist() == [n % 3 for n in range(60)]
    np.testing.assert_array_equal(found, answers(rows))


def test_a_paraphrase_does_not_give_its_origin_away() -> None:
    """A word that only a row and its paraphrase have, with a label of their own: neither is learned from when the other is asked."""
    rows = rows_of(60, lambda n: "abc"[n % 3])
    rows.loc[30, ["text", "label"]] = ["zanzibar", "b"]
    beside = rows.loc[[30]].assign(id="p1", origin="r30", text="zanzibar zanzibar")
    found = answers(pd.concat([rows, beside], ignore_index=True))
    assert found[[30, 60], 1].max() < 0.5
    separate = answers(pd.concat([rows, beside.assign(origin="")], ignore_index=True))
    assert separate[[30, 60], 1].min() > 0.5


def test_too_few_rows_are_taught_nothing(make_project: Callable[..., Project], tiny_bert: Path) -> None:
    assert (
        held_out_answers(REGRESSIONS["classes"](["a", "b"], None), False, rows_of(FOLDS - 1, lambda n: "a"), print)
        is None
    )


def test_a_stop_is_heard_between_two_parts() -> None:
    heard: list[int] = []

    def check() -> None:
        heard.append(1)
        if len(heard) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        held_out_answers(
            REGRESSIONS["classes"](["a", "b", "c"], None), False, rows_of(60, lambda n: "abc"[n % 3]), check
        )
    assert len(heard) == 2


@pytest.mark.slow
@pytest.mark.parametrize("several", [False, True])
def test_the_loss_of_a_batch_is_that_of_its_parts_and_the_model_sees_only_texts(
    make_project: Callable[..., Project], tiny_bert: Path, several: bool
) -> None:
    project = project_of(tagged()) if several else make_project()
    run = lay_down(project, small(tiny_bert, distillation=0.5))
    record, settings = run.record(), Settings.model_validate(run.record().settings)
    lesson = LESSONS[record.roles.task].load(record, settings, tiny_bert)
    rows = run.examples()
    rows = rows[rows["part"] == "train"]
    encoded = lesson.encode(rows)
    plain = batch_loss(lesson, lesson.collate(encoded[:8]), whole=True)
    teach(record, rows, encoded, lambda: None)
    assert all(len(entry["taught"]) == len(record.labels) for entry in encoded)
    batch = lesson.collate(encoded[:8])
    assert set(batch) - set(inputs_of(batch)) == set(BESIDE)
    whole, parts = batch_loss(lesson, batch, whole=True), batch_loss(lesson, batch, whole=False)
    torch.testing.assert_close(whole, parts)
    assert abs(float((whole - plain).detach())) > 1e-4


def batch_loss(lesson: object, batch: dict[str, Tensor], *, whole: bool) -> Tensor:
    lesson.model.eval()  # type: ignore[attr-defined]
    parts = [batch] if whole else micro_batches(batch, 32)
    assert whole or len(parts) > 1
    losses = [lesson.loss(lesson.model, part) * len(part["labels"]) / len(batch["labels"]) for part in parts]  # type: ignore[attr-defined]
    return torch.stack(losses).sum()


@pytest.mark.slow
def test_what_is_taught_is_learned_and_the_same_twice(make_project: Callable[..., Project], tiny_bert: Path) -> None:
    project = make_project()
    alone, taught, again = (
        trained(project, small(tiny_bert, epochs=2, distillation=share)) for share in (0.0, 0.9, 0.9)
    )
    assert curves(taught) == curves(again)
    assert curves(taught) != curves(alone)
    # The figures are those of the labels: before the first step, nothing was learned from anybody but the head.
    assert curves(taught)[0] == curves(alone)[0]


def test_entries_are_padded_without_what_is_taught_of_them(tiny_bert: Path) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(tiny_bert)
    entries = [{"input_ids": [2, 5, 3], "attention_mask": [1, 1, 1], "labels": 1, "taught": [0.25, 0.75]}]
    batch = collate(tokenizer, entries)
    assert batch["taught"].tolist() == [[0.25, 0.75]]
    assert set(inputs_of(batch)) == {"input_ids", "attention_mask"}
