"""The last layer of a classifier, and how it is given other labels. Imports torch: never from a page."""

from __future__ import annotations

import torch
from torch import nn
from transformers import PreTrainedModel


def head(model: PreTrainedModel) -> nn.Linear:
    """The last linear layer, whose outputs are the logits; it stands outside the encoder."""
    inner = f"{model.base_model_prefix}."
    linears = [
        module for name, module in model.named_modules() if isinstance(module, nn.Linear) and not name.startswith(inner)
    ]
    return next(module for module in reversed(linears) if module.out_features == model.config.num_labels)


def graft(model: PreTrainedModel, rows: list[int]) -> None:
    """Gives the head the outputs that stand at `rows` of the former one, in this order.

    The configuration keeps the names of the former labels; whoever calls gives it the new ones.
    """
    former = head(model)
    made = nn.Linear(former.in_features, len(rows), bias=former.bias is not None, dtype=former.weight.dtype)
    with torch.no_grad():
        made.weight.copy_(former.weight[rows])
        if former.bias is not None:
            made.bias.copy_(former.bias[rows])
    name = next(name for name, module in model.named_modules() if module is former)
    model.set_submodule(name, made.to(former.weight.device))
    if hasattr(model, "num_labels"):
        model.num_labels = len(rows)  # type: ignore[assignment]
