"""How much of the meaning a paraphrase keeps: cosine of sentence embeddings, the mean of a model's last states over its words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from core.models.catalogue import EMBEDDED
from core.models.choice import ModelChoice

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

LONGEST = 256
"""Word pieces of a text that are read."""

MULTILINGUAL = "sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2"
"""Of the hub: reads fifty languages, French among them, as well as the embedded one reads English."""
MULTILINGUAL_SIZE = 471_000_000
"""Bytes of its weights, about."""

FloatArray = NDArray[np.float32]


Heard = Callable[[float], None]
"""Called with a share in [0, 1]; may raise to end the work."""


def ignored(_share: float) -> None:
    """For who wants to hear nothing."""


class Reader(Protocol):
    """Something that turns texts into vectors whose angle says how alike their meanings are."""

    @property
    def name(self) -> str:
        """Of the model, for people."""

    def embed(self, texts: list[str], heard: Heard = ignored) -> FloatArray:
        """(texts, width), rows of length 1, in the order of the texts. heard: called now and then with the share that is read."""


@dataclass(frozen=True)
class SentenceModel:
    """A model of transformers, read by the mean of its last states."""

    name: str
    tokenizer: PreTrainedTokenizerBase
    model: PreTrainedModel
    bf16: bool = False
    """Whether bfloat16 is enough: where the processor multiplies it, it takes a quarter of the time, and cosines move by a thousandth."""

    def embed(self, texts: list[str], heard: Heard = ignored) -> FloatArray:
        """Batches of like length, each text once. Imports torch: never from a page."""
        import torch

        from core.train.batches import by_length, collate, encode

        different = list(dict.fromkeys(texts))
        encoded = encode(self.tokenizer, different, None, _longest(self.model))
        found = np.zeros((len(different), int(self.model.config.hidden_size)), np.float32)
        read, pieces = 0, sum(len(each["input_ids"]) for each in encoded)
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=self.bf16):
            for places in by_length(encoded):
                batch = collate(self.tokenizer, [encoded[place] for place in places])
                states = self.model(**batch).last_hidden_state.float()
                real = batch["attention_mask"].unsqueeze(-1)
                mean = (states * real).sum(dim=1) / real.sum(dim=1)
                found[places] = torch.nn.functional.normalize(mean, dim=-1).numpy()
                read += sum(len(encoded[place]["input_ids"]) for place in places)
                heard(read / pieces)
        places_of = {text: place for place, text in enumerate(different)}
        return found[[places_of[text] for text in texts]]


def open_reader(choice: ModelChoice, project_id: str, *, bf16: bool = False) -> SentenceModel:
    """The sentence model of a choice, on the processor. Imports torch: never from a page.

    Raises UserError: those of the model (model_damaged, hub_unreachable, model_folder, …).
    """
    from safetensors import SafetensorError
    from transformers import AutoModel, AutoTokenizer

    from core.errors import UserError
    from core.models.loading import source_folder
    from core.words import N_

    folder = source_folder(choice, project_id)
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder)
        model = AutoModel.from_pretrained(folder, use_safetensors=True)
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        raise UserError("model_folder", folder=folder, problem=N_("its files cannot be opened together")) from error
    if model.config.is_encoder_decoder or tokenizer.pad_token_id is None:
        raise UserError("model_folder", folder=folder, problem=N_("it is not a model that reads sentences"))
    model.train(False)
    return SentenceModel(name_of(choice), tokenizer, model, bf16)


def _longest(model: PreTrainedModel) -> int:
    """Word pieces that it can read; two places less than it says, which RoBERTa keeps for itself."""
    return min(LONGEST, int(getattr(model.config, "max_position_embeddings", LONGEST + 2)) - 2)


def name_of(choice: ModelChoice) -> str:
    """The name of a model for people, without the path of a folder or its owner on the hub."""
    return (
        EMBEDDED.name if choice.kind == "embedded" else choice.name.rstrip("/\\").replace("\\", "/").rsplit("/", 1)[-1]
    )


def reads_well(choice: ModelChoice, language: str) -> bool:
    """Whether the model is known to read this language; one that somebody chose is taken at their word."""
    return choice.kind != "embedded" or language in EMBEDDED.languages


def likeness(embed: Callable[[list[str]], FloatArray], pairs: list[tuple[str, str]]) -> list[float]:
    """Cosine of each pair of texts, in [-1, 1]; the texts of all pairs are read together."""
    if not pairs:
        return []
    vectors = embed([text for pair in pairs for text in pair])
    return [float(cosine) for cosine in (vectors[0::2] * vectors[1::2]).sum(axis=1)]
