"""How high each weight of a network stands: the word embeddings at the bottom, then the layers, then the head."""

from __future__ import annotations

from torch import nn


def layers_of(model: nn.Module) -> tuple[str, int]:
    """Name and number of the layers: the longest row of like modules, of an encoder and decoder the encoder's.

    Raises ValueError for a network without any.
    """
    rows = {name: len(module) for name, module in model.named_modules() if isinstance(module, nn.ModuleList)}
    if not rows:
        raise ValueError("no layers")
    name = max(rows, key=lambda row: rows[row])
    return name, rows[name]


def heights(model: nn.Module) -> dict[str, int]:
    """Of each parameter: 0 for what comes before the layers, 1 to n for these, n + 1 for what comes after: pooler and head."""
    row, count = layers_of(model)
    inner = f"{getattr(model, 'base_model_prefix', '')}."
    found: dict[str, int] = {}
    height = 0
    for name, _ in model.named_parameters():
        if name.startswith(f"{row}."):
            height = int(name.removeprefix(f"{row}.").partition(".")[0]) + 1
            found[name] = height
        else:
            # Some networks name their head before their layers.
            found[name] = 0 if height == 0 and name.startswith(inner) else count + 1
    return found
