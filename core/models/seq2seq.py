"""From a choice of model to one that writes: an encoder-decoder as it is, or one made of a BERT twice. Imports torch: never from a page."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import torch
from transformers import (
    AutoConfig,
    AutoModelForSeq2SeqLM,
    EncoderDecoderModel,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from core.errors import UserError
from core.models.encoder import load_encoder
from core.models.files import check_files
from core.models.kinds import TWICE, WRITING, kind_of
from core.models.loading import LEARNED_IN, UNREADABLE, load_tokenizer, missing_in, opened, refuse_chance, set_dropouts
from core.words import N_


def load_seq2seq(folder: Path, dropout: float) -> tuple[PreTrainedModel, PreTrainedTokenizerBase, bool]:
    """A model that reads a text and writes another, its tokenizer, and whether its decoder is new.

    A folder with an encoder-decoder (BART, T5, a run of ours) is taken as it is. Of an encoder two copies are made: one reads, the
    other, its attention to what was read started from its attention to itself, writes (Rothe et al. 2020, "BERT2BERT").
    Raises UserError: model_cannot_write, model_folder, model_no_safetensors, model_kind, model_unknown, model_quantised.
    """
    found = check_files(folder, WRITING)
    writes = kind_of(found) == "writer"
    if not writes and found["model_type"] not in TWICE:
        raise UserError("model_cannot_write", model=folder.name, kind=found["model_type"])
    try:
        model, tokenizer = _writer(folder, dropout) if writes else _twice(folder, dropout)
    except UNREADABLE as error:
        raise UserError("model_folder", folder=folder, problem=N_("its files cannot be opened together")) from error
    _say_where_to_start(model, tokenizer)
    return model, tokenizer, not writes


def _writer(folder: Path, dropout: float) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    config = AutoConfig.from_pretrained(folder)
    for part in (config, getattr(config, "encoder", None), getattr(config, "decoder", None)):
        if part is not None:
            set_dropouts(part, dropout)
    model, report = opened(AutoModelForSeq2SeqLM, folder, config)
    tokenizer = load_tokenizer(folder, model)
    refuse_chance(folder, missing_in(report))
    return model, tokenizer


def _twice(folder: Path, dropout: float) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    reads, tokenizer = load_encoder(folder, dropout)
    writes = AutoConfig.from_pretrained(folder)
    writes.is_decoder = writes.add_cross_attention = True
    set_dropouts(writes, dropout)
    # What the encoder has found in the file the decoder finds too; the rest of it is new.
    model = EncoderDecoderModel.from_encoder_decoder_pretrained(
        None,
        str(folder),
        encoder_model=reads,
        decoder_config=writes,
        decoder_use_safetensors=True,
        decoder_attn_implementation="eager",
        decoder_dtype=LEARNED_IN,
    )
    _attend(cast(torch.nn.Module, model))
    starts, ends = tokenizer.cls_token_id, tokenizer.sep_token_id
    generation = cast(Any, model.generation_config)
    for config in (model.config, generation):
        config.decoder_start_token_id = starts if starts is not None else tokenizer.bos_token_id
        config.eos_token_id = ends if ends is not None else tokenizer.eos_token_id
        config.pad_token_id = tokenizer.pad_token_id
        config.bos_token_id = config.decoder_start_token_id
    model.config.vocab_size = model.config.decoder.vocab_size
    # No question begins in the middle of a word.
    within = sorted(place for piece, place in tokenizer.get_vocab().items() if piece.startswith("##"))
    generation.begin_suppress_tokens = within or None
    return model, tokenizer


def _say_where_to_start(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> None:
    """Puts into both configurations the piece from which the decoder writes on: transformers begins with the first of a sentence where
    none is named, T5 with what fills up short texts.
    """
    config, generation = cast(Any, model.config), cast(Any, model.generation_config)
    known = (
        getattr(config, "decoder_start_token_id", None),
        getattr(generation, "decoder_start_token_id", None),
        getattr(config, "bos_token_id", None),
        tokenizer.bos_token_id,
        tokenizer.pad_token_id,
    )
    config.decoder_start_token_id = generation.decoder_start_token_id = next(
        piece for piece in known if isinstance(piece, int)
    )


def _attend(model: torch.nn.Module) -> None:
    """What the decoder asks of the text it starts from what it asks of its own words: better than chance."""
    weights = model.state_dict()
    with torch.no_grad():
        for name, tensor in weights.items():
            if ".crossattention." in name and name.startswith("decoder."):
                tensor.copy_(weights[name.replace(".crossattention.", ".attention.")])
