"""Probabilities of a model over many texts, batched by length; the same code for evaluation, tables and single texts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from core.train.batches import Encoded, by_length, collate

FloatArray = NDArray[np.float32]


def probabilities(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    encoded: list[Encoded],
    progressed: Callable[[int], None] = lambda done: None,
) -> FloatArray:
    """Softmax of the logits in full precision: (inputs, labels), rows summing to 1.

    progressed: called with the number of inputs done after each batch.
    """
    found = np.zeros((len(encoded), len(model.config.id2label or {})), dtype=np.float32)
    done = 0
    model.train(False)
    with torch.inference_mode():
        for places in by_length(encoded):
            batch = collate(tokenizer, [encoded[place] for place in places])
            batch.pop("labels", None)
            logits = model(**{name: tensor.to(model.device) for name, tensor in batch.items()}).logits
            found[places] = torch.softmax(logits.float(), dim=-1).cpu().numpy()
            done += len(places)
            progressed(done)
    return found


def head(model: PreTrainedModel) -> nn.Linear:
    """The last linear layer, whose outputs are the logits."""
    linears = [module for module in model.modules() if isinstance(module, nn.Linear)]
    return next(module for module in reversed(linears) if module.out_features == model.config.num_labels)


def features(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, encoded: list[Encoded], bf16: bool
) -> FloatArray:
    """What the head sees of each input, dropout off: (inputs, width)."""
    layer = head(model)
    seen: list[torch.Tensor] = []
    hook = layer.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0].float().cpu()))
    found = np.zeros((len(encoded), layer.in_features), dtype=np.float32)
    model.train(False)
    try:
        with torch.inference_mode(), torch.autocast(model.device.type, torch.bfloat16, enabled=bf16):
            for places in by_length(encoded):
                batch = collate(tokenizer, [encoded[place] for place in places])
                batch.pop("labels", None)
                model(**{name: tensor.to(model.device) for name, tensor in batch.items()})
                found[places] = seen.pop().numpy()
    finally:
        hook.remove()
    return found
