"""From a choice of model to one that writes: an encoder-decoder as it is, or one made of a BERT twice. Imports torch: never from a page."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import torch
from transformers import (
    AutoConfig,
    AutoModelForSeq2SeqLM,
    AutoTokenizer,
    EncoderDecoderModel,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from core.errors import UserError
from core.models.kinds import TWICE
from core.models.loading import LEARNED_IN, UNREADABLE, set_dropouts
from core.words import N_


def load_seq2seq(folder: Path, dropout: float) -> tuple[PreTrainedModel, PreTrainedTokenizerBase, bool]:
    """A model that reads a text and writes another, its tokenizer, and whether its decoder is new.

    A folder with an encoder-decoder (BART, T5, a run of ours) is taken as it is. Of an encoder two copies are made: one reads, the
    other, its attention to what was read started from its attention to itself, writes (Rothe et al. 2020, "BERT2BERT").
    Raises UserError: model_folder, model_cannot_write.
    """
    try:
        config = AutoConfig.from_pretrained(folder)
        tokenizer = AutoTokenizer.from_pretrained(folder)
        if config.is_encoder_decoder:
            for part in (config, getattr(config, "encoder", None), getattr(config, "decoder", None)):
                if part is not None:
                    set_dropouts(part, dropout)
            model = AutoModelForSeq2SeqLM.from_pretrained(
                folder, config=config, use_safetensors=True, attn_implementation="eager", dtype=LEARNED_IN
            )
            return model, tokenizer, False
        if config.model_type not in TWICE:
            raise UserError("model_cannot_write", model=folder.name, kind=config.model_type)
        return _twice(folder, tokenizer, dropout), tokenizer, True
    except UNREADABLE as error:
        raise UserError("model_folder", folder=folder, problem=N_("its files cannot be opened together")) from error


def _twice(folder: Path, tokenizer: PreTrainedTokenizerBase, dropout: float) -> PreTrainedModel:
    reads, writes = AutoConfig.from_pretrained(folder), AutoConfig.from_pretrained(folder)
    writes.is_decoder = writes.add_cross_attention = True
    for config in (reads, writes):
        set_dropouts(config, dropout)
    model = EncoderDecoderModel.from_encoder_decoder_pretrained(
        str(folder),
        str(folder),
        encoder_config=reads,
        decoder_config=writes,
        encoder_use_safetensors=True,
        decoder_use_safetensors=True,
        encoder_attn_implementation="eager",
        decoder_attn_implementation="eager",
        encoder_dtype=LEARNED_IN,
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
    return model


def _attend(model: torch.nn.Module) -> None:
    """What the decoder asks of the text it starts from what it asks of its own words: better than chance."""
    weights = model.state_dict()
    with torch.no_grad():
        for name, tensor in weights.items():
            if ".crossattention." in name and name.startswith("decoder."):
                tensor.copy_(weights[name.replace(".crossattention.", ".attention.")])
