"""A model that turns texts into vectors: an encoder without a head, ready to be fine-tuned. Imports torch."""

from __future__ import annotations

from pathlib import Path

from transformers import AutoConfig, AutoModel, PreTrainedModel, PreTrainedTokenizerBase

from core.errors import UserError
from core.models.files import check_files
from core.models.loading import UNREADABLE, load_tokenizer, missing_in, opened, refuse_chance, set_dropouts
from core.words import N_


def load_encoder(folder: Path, dropout: float) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """The encoder of a folder, whatever head it had, and its tokenizer.

    Raises UserError: model_folder, model_no_safetensors, model_kind, model_unknown, model_quantised.
    """
    check_files(folder)
    try:
        config = AutoConfig.from_pretrained(folder)
        set_dropouts(config, dropout)
        model, report = opened(AutoModel, folder, config)
    except UNREADABLE as error:
        raise UserError("model_folder", folder=folder, problem=N_("its files cannot be opened together")) from error
    tokenizer = load_tokenizer(folder, model)
    refuse_chance(folder, missing_in(report))
    return model, tokenizer
