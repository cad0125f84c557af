"""Models that write, as the hub has them: whole ones are taken, damaged ones refused, and each begins where it learned to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModelForSeq2SeqLM, AutoTokenizer

from core.errors import UserError
from core.models.seq2seq import load_seq2seq

BART = {
    "d_model": 32,
    **{f"{side}_{what}": size for side in ("encoder", "decoder") for what, size in (("layers", 2), ("ffn_dim", 64))},
    **{f"{side}_attention_heads": 2 for side in ("encoder", "decoder")},
    "max_position_embeddings": 64,
}
T5 = {"d_model": 32, "d_kv": 16, "d_ff": 64, "num_layers": 2, "num_heads": 2}
WRITERS: dict[str, dict[str, Any]] = {
    **dict.fromkeys(("bart", "mbart", "marian", "pegasus", "m2m_100"), BART),
    **dict.fromkeys(("t5", "mt5", "umt5"), T5),
}
"""Families of models that write, each with the shape of a very small one."""


def build_writer(folder: Path, tiny_bert: Path, model_type: str, **values: Any) -> Path:
    """An untrained model of the family with the word pieces of the tiny BERT."""
    tokenizer = AutoTokenizer.from_pretrained(tiny_bert)
    special = {
        "pad_token_id": tokenizer.pad_token_id,
        "bos_token_id": tokenizer.cls_token_id,
        "eos_token_id": tokenizer.sep_token_id,
        "forced_eos_token_id": tokenizer.sep_token_id,
    }
    shape = WRITERS[model_type] | special | {"vocab_size": len(tokenizer)} | values
    torch.manual_seed(0)
    AutoModelForSeq2SeqLM.from_config(AutoConfig.for_model(model_type, **shape)).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.mark.parametrize("model_type", WRITERS)
def test_a_whole_model_is_taken_as_it_is(tiny_bert: Path, tmp_path: Path, model_type: str) -> None:
    folder = build_writer(tmp_path / "model", tiny_bert, model_type)
    model, _, is_new = load_seq2seq(folder, 0.1)
    assert not is_new
    kept = load_file(folder / "model.safetensors")
    assert all(torch.equal(tensor, kept[name]) for name, tensor in model.state_dict().items() if name in kept)


@pytest.mark.parametrize("model_type", WRITERS)
def test_chance_never_stands_in_for_what_lacks(tiny_bert: Path, tmp_path: Path, model_type: str) -> None:
    folder = build_writer(tmp_path / "model", tiny_bert, model_type)
    weights = load_file(folder / "model.safetensors")
    lost = next(name for name in sorted(weights) if ("decoder" in name and "encoder_attn" in name) or "EncDec" in name)
    save_file({name: tensor for name, tensor in weights.items() if name != lost}, folder / "model.safetensors")
    with pytest.raises(UserError) as caught:
        load_seq2seq(folder, 0.1)
    assert caught.value.facts["problem"] == "its weights are not those that config.json describes"


def forget(folder: Path, *names: str) -> None:
    for file in ("config.json", "generation_config.json"):
        if (folder / file).exists():
            values = json.loads((folder / file).read_text())
            kept = {name: value for name, value in values.items() if name not in names}
            (folder / file).write_text(json.dumps(kept))


def test_where_nothing_is_named_it_begins_with_what_begins_a_sentence_or_fills_it_up(
    tiny_bert: Path, tmp_path: Path
) -> None:
    folder = build_writer(tmp_path / "model", tiny_bert, "mbart", decoder_start_token_id=7)
    tokenizer = AutoTokenizer.from_pretrained(tiny_bert)

    def begins() -> int:
        model, _, _ = load_seq2seq(folder, 0.1)
        assert model.generation_config.decoder_start_token_id == model.config.decoder_start_token_id
        return model.config.decoder_start_token_id

    assert begins() == 7
    forget(folder, "decoder_start_token_id")
    assert begins() == tokenizer.cls_token_id
    (folder / "generation_config.json").write_text(json.dumps({"decoder_start_token_id": 9}))
    assert begins() == 9
    (folder / "generation_config.json").unlink()
    forget(folder, "bos_token_id")
    values = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(values | {"bos_token_id": None}))
    assert begins() == tokenizer.pad_token_id


def test_a_bert_that_writes_begins_with_a_whole_word(tiny_bert: Path, tmp_path: Path) -> None:
    """Also out of its folder: the configuration says so to transformers alone. Before, the likeliest piece may be one within a word."""
    model, tokenizer, _ = load_seq2seq(tiny_bert, 0.0)
    within = {place for piece, place in tokenizer.get_vocab().items() if piece.startswith("##")}
    assert within
    with torch.no_grad():
        model.get_output_embeddings().bias[sorted(within)] += 50.0
    inputs = tokenizer(["my parcel is late"], return_tensors="pt", return_token_type_ids=False)
    for each in (model, _left_and_opened(model, tmp_path)):
        first = int(each.generate(**inputs, max_new_tokens=4, num_beams=2, do_sample=False)[0, 1])
        assert first not in within
        each.generation_config.begin_suppress_tokens = None
        assert int(each.generate(**inputs, max_new_tokens=4, num_beams=2, do_sample=False)[0, 1]) in within


def _left_and_opened(model: Any, folder: Path) -> Any:
    model.save_pretrained(folder)
    return AutoModelForSeq2SeqLM.from_pretrained(folder)
