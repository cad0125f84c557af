"""Everything that a training needs to go on exactly where it was: weights, optimizer, schedule, random states, figures so far.

Tensors are safetensors, the rest is JSON: no pickle is ever written or loaded.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from safetensors.torch import load_file, load_model, save_file, save_model
from torch import Tensor
from transformers import PreTrainedModel

from core.home import read_json
from core.train.restraint import moving

WEIGHTS, OPTIMIZER, EXTRA, STATE = "weights.safetensors", "optimizer.safetensors", "extra.safetensors", "state.json"


def checkpoint_size(model: PreTrainedModel) -> int:
    """Bytes of a checkpoint, about: the weights that learn, their running mean, and the two moments of AdamW."""
    return 4 * sum(tensor.numel() * tensor.element_size() for tensor in moving(model).values())


def save_weights(model: PreTrainedModel, path: Path) -> None:
    """All weights; of a network that is partly frozen those that learn."""
    if is_partly_frozen(model):
        save_file({name: tensor.contiguous() for name, tensor in moving(model).items()}, path)
    else:
        save_model(model, str(path))


def load_weights(model: PreTrainedModel, path: Path) -> None:
    """What save_weights wrote, into a network that is frozen as that one was."""
    if not is_partly_frozen(model):
        load_model(model, str(path), device=str(model.device))
        return
    kept, found = load_file(path, device=str(model.device)), moving(model)
    if set(kept) != set(found):
        raise ValueError(f"{path} holds other weights than those that learn")
    with torch.no_grad():
        for name, tensor in kept.items():
            found[name].copy_(tensor)


def is_partly_frozen(model: PreTrainedModel) -> bool:
    return not all(parameter.requires_grad for parameter in model.parameters())


def save_optimizer(optimizer: torch.optim.Optimizer, folder: Path) -> dict[str, Any]:
    """Writes the optimizer's tensors; returns the rest of its state, for JSON."""
    state = optimizer.state_dict()
    tensors: dict[str, Tensor] = {}
    numbers: dict[str, dict[str, Any]] = {}
    for place, values in state["state"].items():
        for name, value in values.items():
            if isinstance(value, Tensor):
                tensors[f"{place}.{name}"] = value.detach().contiguous()
            else:
                numbers.setdefault(str(place), {})[name] = value
    save_file(tensors, folder / OPTIMIZER)
    return {"groups": state["param_groups"], "numbers": numbers}


def load_optimizer(optimizer: torch.optim.Optimizer, folder: Path, rest: dict[str, Any]) -> None:
    state: dict[int, dict[str, Any]] = {int(place): dict(values) for place, values in rest["numbers"].items()}
    for key, tensor in load_file(folder / OPTIMIZER).items():
        place, name = key.split(".", 1)
        state.setdefault(int(place), {})[name] = tensor
    groups = [
        {name: tuple(value) if name == "betas" else value for name, value in group.items()} for group in rest["groups"]
    ]
    optimizer.load_state_dict({"state": state, "param_groups": groups})


def random_states() -> tuple[dict[str, Any], dict[str, Tensor]]:
    """Of Python and numpy for JSON, of torch as tensors."""
    version, numbers, gauss = random.getstate()
    kind, keys, position, has_gauss, cached = cast(Any, np.random.get_state())
    tensors = {"random.torch": torch.get_rng_state()}
    if torch.cuda.is_available():
        tensors |= {f"random.cuda.{place}": state for place, state in enumerate(torch.cuda.get_rng_state_all())}
    plain = {
        "python": [version, list(numbers), gauss],
        "numpy": [kind, [int(key) for key in keys], int(position), int(has_gauss), float(cached)],
    }
    return plain, tensors


def restore_random(folder: Path) -> None:
    """Puts the random states of a checkpoint back."""
    plain, tensors = read_json(folder / STATE)["random"], load_file(folder / EXTRA)
    version, numbers, gauss = plain["python"]
    random.setstate((version, tuple(numbers), gauss))
    kind, keys, *rest = plain["numpy"]
    np.random.set_state((kind, np.array(keys, dtype=np.uint32), *rest))
    torch.set_rng_state(tensors["random.torch"])
    cards = sorted(name for name in tensors if name.startswith("random.cuda."))
    if cards and torch.cuda.is_available() and len(cards) == torch.cuda.device_count():
        torch.cuda.set_rng_state_all([tensors[name] for name in cards])


def save_state(folder: Path, values: dict[str, Any], tensors: dict[str, Tensor]) -> None:
    """state.json and extra.safetensors, random states included."""
    plain, states = random_states()
    save_file({name: tensor.contiguous() for name, tensor in (tensors | states).items()}, folder / EXTRA)
    (folder / STATE).write_text(json.dumps(values | {"random": plain}), encoding="utf-8")


def load_state(folder: Path) -> tuple[dict[str, Any], dict[str, Tensor]]:
    return read_json(folder / STATE), load_file(folder / EXTRA)
