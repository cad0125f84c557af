"""Word pieces and batches: cut where they must be, padded no further than needed, every row once."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import torch
from transformers import AutoTokenizer, PreTrainedTokenizerBase

from core.train.batches import Encoded, by_length, collate, encode


@pytest.fixture(scope="module")
def tokenizer(tiny_bert: Path) -> PreTrainedTokenizerBase:
    found: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(tiny_bert)
    return found


def words(tokenizer: PreTrainedTokenizerBase, entry: Encoded, text: int = 0) -> list[str]:
    """Pieces of the first (0) or second (1) text, without the special ones."""
    kept = zip(entry["input_ids"], entry["token_type_ids"], strict=True)
    pieces = tokenizer.convert_ids_to_tokens([piece for piece, side in kept if side == text])
    return [piece for piece in pieces if not piece.startswith("[")]


def test_a_text_is_cut_at_its_end(tokenizer: PreTrainedTokenizerBase) -> None:
    short, long = encode(tokenizer, ["my parcel", "parcel " * 20 + "late"], None, 8)
    assert words(tokenizer, short) == ["my", "parcel"]
    assert words(tokenizer, long) == ["parcel"] * 6
    assert (len(short["input_ids"]), len(long["input_ids"])) == (4, 8)
    assert set(long["token_type_ids"]) == {0}


def test_exactly_the_longest_input_is_whole(tokenizer: PreTrainedTokenizerBase) -> None:
    (entry,) = encode(tokenizer, ["parcel " * 5 + "late"], None, 8)
    assert words(tokenizer, entry)[-1] == "late"


def test_a_pair_is_cut_from_the_longer_text(tokenizer: PreTrainedTokenizerBase) -> None:
    texts = ["parcel " * 30, "parcel late", "parcel " * 30, "parcel late"]
    questions = ["late money", "money " * 30, "money " * 30, "money"]
    encoded = encode(tokenizer, texts, questions, 16)
    kept = [(words(tokenizer, entry), words(tokenizer, entry, 1)) for entry in encoded]
    assert kept[0] == (["parcel"] * 11, ["late", "money"])
    assert kept[1] == (["parcel", "late"], ["money"] * 11)
    assert abs(len(kept[2][0]) - len(kept[2][1])) <= 1
    assert [len(entry["input_ids"]) for entry in encoded] == [16, 16, 16, 6]
    assert kept[3] == (["parcel", "late"], ["money"])


def test_a_pair_is_no_longer_text(tokenizer: PreTrainedTokenizerBase) -> None:
    (pair,) = encode(tokenizer, ["my parcel"], ["money"], 16)
    (text,) = encode(tokenizer, ["my parcel money"], None, 16)
    assert pair["token_type_ids"] == [0, 0, 0, 0, 1, 1]
    assert pair["input_ids"].count(tokenizer.sep_token_id) == 2
    assert text["input_ids"].count(tokenizer.sep_token_id) == 1


def test_a_batch_is_padded_to_its_own_longest_only(tokenizer: PreTrainedTokenizerBase) -> None:
    encoded = encode(tokenizer, ["my parcel", "my", "my parcel late money"], ["money", "money", "late"], 32)
    lengths = [len(entry["input_ids"]) for entry in encoded]
    for place, entry in enumerate(encoded):
        entry["labels"] = place
    batch = collate(tokenizer, encoded)
    assert {name: tuple(tensor.shape) for name, tensor in batch.items()} == {
        "input_ids": (3, max(lengths)),
        "token_type_ids": (3, max(lengths)),
        "attention_mask": (3, max(lengths)),
        "labels": (3,),
    }
    assert batch["attention_mask"].sum(dim=1).tolist() == lengths
    assert batch["labels"].tolist() == [0, 1, 2]
    for place, length in enumerate(lengths):
        assert batch["input_ids"][place, :length].tolist() == encoded[place]["input_ids"]
        assert batch["token_type_ids"][place, :length].tolist() == encoded[place]["token_type_ids"]
        assert (batch["input_ids"][place, length:] == tokenizer.pad_token_id).all()
        assert not batch["attention_mask"][place, length:].any()


def test_a_batch_of_texts_to_predict_has_no_labels_and_no_padding_of_its_own(
    tokenizer: PreTrainedTokenizerBase,
) -> None:
    batch = collate(tokenizer, encode(tokenizer, ["my parcel", "my money"], None, 32))
    assert "labels" not in batch
    assert batch["attention_mask"].all()
    assert batch["input_ids"].dtype == torch.int64


@pytest.mark.parametrize("seed", range(8))
def test_by_length_takes_every_place_once_within_the_budget(seed: int) -> None:
    chance = random.Random(seed)
    lengths = [chance.randint(1, chance.choice([8, 60, 300])) for _ in range(chance.randint(1, 300))]
    tokens, most = chance.choice([64, 512, 4096]), chance.choice([1, 7, 128])
    encoded: list[Encoded] = [{"input_ids": [0] * length} for length in lengths]
    batches = list(by_length(encoded, tokens, most))
    assert sorted(place for batch in batches for place in batch) == list(range(len(lengths)))
    ranked = [lengths[place] for batch in batches for place in batch]
    assert ranked == sorted(ranked)
    for batch, following in zip(batches, [*batches[1:], []], strict=True):
        longest = max(lengths[place] for place in batch)
        assert len(batch) <= most
        assert longest * len(batch) <= tokens or len(batch) == 1
        # No batch ends before it must.
        assert not following or len(batch) == most or lengths[following[0]] * (len(batch) + 1) > tokens


def test_by_length_of_nothing() -> None:
    assert list(by_length([])) == []
