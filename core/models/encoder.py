"""A model that turns texts into vectors: an encoder without a head, ready to be fine-tuned. Imports torch."""

from __future__ import annotations

from pathlib import Path

from transformers import AutoConfig, AutoModel, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from core.errors import UserError
from core.models.loading import LEARNED_IN, UNREADABLE, set_dropouts
from core.words import N_


def load_encoder(folder: Path, dropout: float) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """The encoder of a folder, whatever head it had, and its tokenizer. Raises UserError("model_folder")."""
    try:
        config = AutoConfig.from_pretrained(folder)
        set_dropouts(config, dropout)
        tokenizer = AutoTokenizer.from_pretrained(folder)
        model = AutoModel.from_pretrained(
            folder, config=config, use_safetensors=True, attn_implementation="eager", dtype=LEARNED_IN
        )
    except UNREADABLE as error:
        raise UserError("model_folder", folder=folder, problem=N_("its files cannot be opened together")) from error
    if model.config.is_encoder_decoder or tokenizer.pad_token_id is None:
        raise UserError("model_folder", folder=folder, problem=N_("it is not a model that reads sentences"))
    return model, tokenizer
