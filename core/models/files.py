"""A model's files, looked at before torch opens them: what is missing, damaged, or never to be opened."""

from __future__ import annotations

import json
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path
from typing import Any

from core.errors import UserError
from core.models.kinds import READING, WHAT, Kind, auto_class, kind_of, most_tokens
from core.words import N_

CONFIG, WEIGHTS, INDEX = "config.json", "model.safetensors", "model.safetensors.index.json"
OLD_WEIGHTS = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".h5", ".msgpack")
"""Weights that are or may be programs; not one of them is ever opened."""
TOKENIZERS = (
    *("tokenizer.json", "vocab.txt", "vocab.json", "sentencepiece.bpe.model", "spiece.model", "spm.model"),
    *("sentencepiece.model", "tokenizer.model", "source.spm"),
)
MOST_HEADER = 100_000_000
"""Bytes of the header of a safetensors file, at most, by its format."""


def check_files(folder: Path, kinds: Collection[Kind] = READING) -> dict[str, Any]:
    """The config.json of a folder that holds a model of these kinds, whole as far as it can be seen without torch.

    Raises UserError: model_folder, model_no_safetensors, model_kind, model_unknown, model_quantised.
    """
    if not folder.is_dir():
        raise UserError("model_folder", folder=folder, problem=N_("there is no such folder"))
    if not (folder / CONFIG).exists():
        raise UserError("model_folder", folder=folder, problem=N_("config.json is missing"))
    config = read_config(folder)
    check_kind(config, str(folder), kinds)
    check_names({path.name for path in folder.iterdir()}, folder, config)
    check_weights(folder)
    check_known(config, str(folder))
    return config


def read_config(folder: Path) -> dict[str, Any]:
    """Raises UserError("model_folder")."""
    try:
        config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        config = None
    if not isinstance(config, dict):
        raise UserError("model_folder", folder=folder, problem=N_("config.json cannot be read"))
    return config


def check_kind(config: dict[str, Any], model: Any, kinds: Collection[Kind] = READING) -> None:
    """model: its name, or a message with facts. Raises UserError: model_kind, model_quantised."""
    kind = kind_of(config)
    if kind in WHAT and kind not in kinds:
        raise UserError("model_kind", model=model, kind=WHAT[kind])
    if config.get("quantization_config"):
        raise UserError("model_quantised", model=model)


def check_known(config: dict[str, Any], model: str) -> None:
    """Raises UserError("model_unknown") for an architecture that transformers has no text classifier of."""
    if kind_of(config) == "unknown":
        raise UserError("model_unknown", model=model, name=str(config.get("model_type") or "?"))


def check_length(config: dict[str, Any], model: str, max_tokens: int) -> None:
    """Raises UserError("model_too_short") when inputs of this length are longer than the model can read."""
    most = most_tokens(config)
    if most is not None and max_tokens > most:
        raise UserError("model_too_short", model=model, most=most, longest=max_tokens)


def check_names(names: Collection[str], folder: Path | str, config: dict[str, Any]) -> None:
    """Raises UserError, model_no_safetensors or model_folder, when the weights or the tokenizer are not among the files."""
    if not any(name.startswith("model") and name.endswith(".safetensors") for name in names):
        if any(name.endswith(OLD_WEIGHTS) for name in names):
            raise UserError("model_no_safetensors", model=folder, auto=auto_class(config))
        raise UserError("model_folder", folder=folder, problem=N_("model.safetensors is missing"))
    if not any(name in TOKENIZERS for name in names):
        raise UserError("model_folder", folder=folder, problem=N_("tokenizer.json is missing"))


def check_weights(folder: Path) -> None:
    """Raises UserError("model_folder") for weights that were cut off, damaged in their header, or are not all there."""
    for path in weight_files(folder):
        if not path.is_file():
            problem = {"message": N_("{name}, a part of its weights, is missing"), "name": path.name}
            raise UserError("model_folder", folder=folder, problem=problem)
        about = path.stat()
        if not _is_whole(path, about.st_size, about.st_mtime_ns):
            problem = {"message": N_("{name} is damaged or was not copied to its end"), "name": path.name}
            raise UserError("model_folder", folder=folder, problem=problem)


def weight_files(folder: Path) -> list[Path]:
    """The files that hold the weights: one, or those that the index names."""
    if (folder / WEIGHTS).exists() or not (folder / INDEX).exists():
        return [folder / WEIGHTS]
    try:
        named = json.loads((folder / INDEX).read_text(encoding="utf-8"))["weight_map"].values()
        # A name that leads out of the folder is none of ours to look at.
        return [folder / Path(name).name for name in sorted(set(named))]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        problem = {"message": N_("{name} cannot be read"), "name": INDEX}
        raise UserError("model_folder", folder=folder, problem=problem) from None


@lru_cache(maxsize=100)
def _is_whole(path: Path, size: int, _changed: int) -> bool:
    """Whether the header can be read and the tensors that it names fill the file to its end."""
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if not 0 < length <= min(MOST_HEADER, size - 8):
                return False
            header = json.loads(file.read(length))
        ends = [facts["data_offsets"][1] for name, facts in header.items() if name != "__metadata__"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError):
        return False
    return 8 + length + max(ends, default=0) == size
