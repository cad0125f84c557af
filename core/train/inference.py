"""Probabilities of a model over many texts, batched by length; the same code for evaluation, tables and single texts."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from core.models.heads import head
from core.train.batches import Encoded, by_length, collate, inputs_of

FloatArray = NDArray[np.float32]


Activation = Callable[[torch.Tensor], torch.Tensor]
"""From logits (inputs, outputs) in float32 to what is wanted of them, of the same shape."""


def probabilities(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    encoded: list[Encoded],
    progressed: Callable[[int], None] = lambda done: None,
    *,
    bf16: bool = False,
) -> FloatArray:
    """Softmax of the logits, in full precision unless bf16: (inputs, labels), rows summing to 1.

    progressed: called with the number of inputs done after each batch.
    """
    return answers(model, tokenizer, encoded, softmax, progressed, bf16=bf16)


def softmax(logits: torch.Tensor) -> torch.Tensor:
    return torch.softmax(logits, dim=-1)


def answers(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    encoded: list[Encoded],
    activation: Activation,
    progressed: Callable[[int], None] = lambda done: None,
    *,
    bf16: bool = False,
) -> FloatArray:
    """The activation of the logits: (inputs, outputs of the head)."""
    found = np.zeros((len(encoded), len(model.config.id2label or {})), dtype=np.float32)
    for places, batch in _batches(model, tokenizer, encoded, bf16, progressed):
        found[places] = activation(model(**batch).logits.float()).cpu().numpy()
    return found


def head_inputs(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    encoded: list[Encoded],
    bf16: bool,
    progressed: Callable[[int], None] = lambda done: None,
) -> FloatArray:
    """What the head sees of each input, dropout off: (inputs, width)."""
    layer = head(model)
    found = np.zeros((len(encoded), layer.in_features), dtype=np.float32)
    seen: list[torch.Tensor] = []
    hook = layer.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0].float().cpu()))
    try:
        for places, batch in _batches(model, tokenizer, encoded, bf16, progressed):
            model(**batch)
            found[places] = seen.pop().numpy()
    finally:
        hook.remove()
    return found


def token_states(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    encoded: list[Encoded],
    bf16: bool,
    progressed: Callable[[int], None] = lambda done: None,
) -> tuple[FloatArray, FloatArray]:
    """Last hidden states, dropout off: of the first token, and their mean over all tokens; both (inputs, width)."""
    width = model.config.hidden_size
    first, mean = np.zeros((len(encoded), width), np.float32), np.zeros((len(encoded), width), np.float32)
    for places, batch in _batches(model, tokenizer, encoded, bf16, progressed):
        states = model.base_model(**batch).last_hidden_state.float()
        real = batch["attention_mask"].unsqueeze(-1)
        first[places] = states[:, 0].cpu().numpy()
        mean[places] = ((states * real).sum(dim=1) / real.sum(dim=1)).cpu().numpy()
    return first, mean


def _batches(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    encoded: list[Encoded],
    bf16: bool,
    progressed: Callable[[int], None],
) -> Iterator[tuple[list[int], dict[str, torch.Tensor]]]:
    """Batches by length on the model's device, the model in evaluation; to be consumed within one loop."""
    model.train(False)
    done = 0
    with torch.inference_mode(), torch.autocast(model.device.type, torch.bfloat16, enabled=bf16):
        for places in by_length(encoded):
            batch = inputs_of(collate(tokenizer, [encoded[place] for place in places]))
            yield places, {name: tensor.to(model.device) for name, tensor in batch.items()}
            done += len(places)
            progressed(done)
