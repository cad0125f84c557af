"""LoRA: beside each matrix of the layers a product of two narrow ones learns in its place (Hu et al. 2022), by way of peft.

The network itself stays as it was: the optimizer, the running mean and the checkpoints hold the narrow matrices and the head alone. At the end
they are added to the wide ones, so that what leaves is an ordinary model.
"""

from __future__ import annotations

import re
from typing import Any, cast

import torch
from torch import nn

from core.models.layers import heights, layers_of

WITHIN_A_LAYER = re.compile(r"\.\d+\.")


def add_adapters(model: nn.Module, rank: int, alpha: float) -> None:
    """Puts them into every linear layer within the network's layers, drawn from torch's random state; these and the head learn.

    rank: width of the narrow matrices; 0: nothing is done. alpha: what they give counts alpha / rank times.
    """
    if rank <= 0:
        return
    from peft import LoraConfig, inject_adapter_in_model

    names = [
        name
        for name, module in model.named_modules()
        if isinstance(module, nn.Linear) and WITHIN_A_LAYER.search(f"{name}.")
    ]
    # As they are now: peft's own layers would count as layers.
    top = {name for name, height in heights(model).items() if height == layers_of(model)[1] + 1}
    writes = bool(getattr(cast(Any, model).config, "is_encoder_decoder", False))
    inject_adapter_in_model(LoraConfig(r=rank, lora_alpha=cast(int, alpha), target_modules=names), model)
    for name, parameter in model.named_parameters():
        # The head of a model that writes is its table of words.
        parameter.requires_grad_("lora_" in name or (name in top and not writes))


def merge_adapters(model: nn.Module) -> None:
    """Adds what the narrow matrices learned to the wide ones and takes them out; nothing where there are none."""
    if not has_adapters(model):
        return
    from peft.tuners.tuners_utils import BaseTunerLayer

    for name, module in list(model.named_modules()):
        if isinstance(module, BaseTunerLayer):
            with torch.no_grad():
                module.merge()
            model.set_submodule(name, module.get_base_layer())
    if hasattr(model, "peft_config"):
        del model.peft_config


def has_adapters(model: nn.Module) -> bool:
    return any("lora_" in name for name, _ in model.named_parameters())
