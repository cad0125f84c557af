"""How high each weight of a network stands: the word embeddings at the bottom, then the layers, then the head."""

from __future__ import annotations

from typing import Any, cast

from torch import nn


def layers_of(model: nn.Module) -> tuple[str, int]:
    """Name and number of the layers: the longest row of like modules that is in no other row, of an encoder and decoder the encoder's.

    Raises ValueError for a network without any.
    """
    inner = _reader(model)
    rows = {
        name: len(module)
        for name, module in model.named_modules()
        if isinstance(module, nn.ModuleList) and name.startswith(inner)
    }
    # T5 has a row of two or three within each of its layers.
    outer = {name: count for name, count in rows.items() if not any(name.startswith(f"{row}.") for row in rows)}
    if not outer:
        raise ValueError("no layers")
    name = max(outer, key=lambda row: outer[row])
    return name, outer[name]


def heights(model: nn.Module) -> dict[str, int]:
    """Of each parameter: 0 for what comes before the layers, 1 to n for these, n + 1 for what comes after: pooler, head, decoder.

    A table of words that head or decoder share with the encoder is the encoder's.
    """
    row, count = layers_of(model)
    side_by_side = _like(model, row, count)
    inner, words = _reader(model), _words(model, row)
    found: dict[str, int] = {}
    has_begun = False
    for name, parameter in model.named_parameters():
        within = next((some for some in side_by_side if name.startswith(f"{some}.")), None)
        if within is not None:
            has_begun = True
            found[name] = int(name.removeprefix(f"{within}.").partition(".")[0]) + 1
        else:
            # Some networks name their head before their layers, BART the norm of its embeddings after them.
            is_before = name.startswith(inner) and (not has_begun or "embed" in name)
            found[name] = 0 if is_before or id(parameter) in words else count + 1
    return found


def _reader(model: nn.Module) -> str:
    """With what the names begin of all that reads: an encoder without head or decoder. Empty where that is the whole network."""
    whole = cast(Any, model)
    writes = bool(getattr(getattr(whole, "config", None), "is_encoder_decoder", False))
    reader = whole.get_encoder() if writes else getattr(whole, "base_model", whole)
    name = next(name for name, module in model.named_modules() if module is reader)
    return f"{name}." if name else ""


def _like(model: nn.Module, row: str, count: int) -> list[str]:
    """The rows beside this one that are as long: XLM and FlauBERT keep the attentions of all layers in one, the rest in others."""
    above = row.rpartition(".")[0]
    return [
        name
        for name, module in model.named_modules()
        if isinstance(module, nn.ModuleList) and len(module) == count and name.rpartition(".")[0] == above
    ]


def _words(model: nn.Module, row: str) -> set[int]:
    """The parameters, by their id, of the table of words and of what stands with it apart from the layers: positions, a norm."""
    try:
        table = cast(Any, model).get_input_embeddings()
    except NotImplementedError:
        # CANINE, which has none: it reads letters.
        return set()
    name = next(name for name, module in model.named_modules() if module is table)
    above = name.rpartition(".")[0]
    with_it = table if not above or row.startswith(f"{above}.") else model.get_submodule(above)
    return {id(parameter) for parameter in with_it.parameters()}
