"""What keeps a network from learning by heart, or from learning at all: frozen layers, smaller steps below.

The lower a layer, the more of what it knows is the language itself (Howard and Ruder 2018).
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import Parameter

from core.models.layers import heights, layers_of


def freeze_below(model: nn.Module, layers: int) -> None:
    """The word embeddings and so many layers above them learn nothing; all the layers when there are not more. 0: all learn."""
    if layers <= 0:
        return
    height = heights(model)
    for name, parameter in model.named_parameters():
        if height[name] <= min(layers, layers_of(model)[1]):
            parameter.requires_grad_(False)


def groups_by_height(
    model: nn.Module, learning_rate: float, layer_decay: float, weight_decay: float, decayed: set[str]
) -> list[dict[str, Any]]:
    """Groups for an optimizer: at the top the full learning rate, one layer below `layer_decay` of it, and so on.

    decayed: names of the parameters that weight_decay pulls. Frozen parameters are in no group.
    """
    height = heights(model)
    top = layers_of(model)[1] + 1
    found: dict[tuple[int, bool], list[Parameter]] = {}
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            found.setdefault((height[name], name in decayed), []).append(parameter)
    return [
        {
            "params": parameters,
            "lr": learning_rate * layer_decay ** (top - level),
            "weight_decay": weight_decay if is_decayed else 0.0,
        }
        for (level, is_decayed), parameters in sorted(found.items(), key=lambda entry: entry[0])
    ]


def learned(model: nn.Module) -> set[str]:
    """Names of the parameters that learn."""
    return {name for name, parameter in model.named_parameters() if parameter.requires_grad}


def moving(model: nn.Module) -> dict[str, Tensor]:
    """The tensors that a training changes, by their names in the state of the network: all but the frozen parameters.

    What stands under several names (a table of words that reads and writes) comes under one: safetensors keeps no tensor twice, and a
    mean is taken once.
    """
    still = {name for name, parameter in model.named_parameters(remove_duplicate=False) if not parameter.requires_grad}
    found: dict[str, Tensor] = {}
    places: set[tuple[int, torch.Size]] = set()
    for name, tensor in model.state_dict().items():
        place = (tensor.data_ptr(), tensor.shape)
        if name not in still and not (tensor.numel() and place in places):
            found[name] = tensor
            places.add(place)
    return found
