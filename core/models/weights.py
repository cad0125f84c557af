"""How many weights a model has, how many of them learn, and what a training takes for them on the disk and in memory. Loads no torch.

Counted, 4 bytes a number, with W the weights of the model as it is learned with, and L those of them that learn:
- memory: 4 W for the weights; of what learns 4 L for gradients, 8 L for AdamW's two moments, 4 L for the running mean: 4 W + 16 L. What is
  computed on the way (activations) comes on top and depends on batch and longest input.
- disk: 16 L for each of two checkpoints (weights, their mean, two moments), 4 L for the best at each of three moments; 8 W for the model
  and its zip: 8 W + 44 L.
- further pre-training learns all of W first, beside the model: 20 W in memory, and 24 W on the disk for two checkpoints that stay.
L is W where the model itself learns. With LoRA of width r a matrix of m rows and n columns learns r · (m + n) numbers in its place, which
stand in memory beside it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from core.data.columns import TaskName
from core.errors import UserError
from core.models.catalogue import EMBEDDED, HUB, embedded_path
from core.models.choice import ModelChoice
from core.models.files import read_config, weight_files
from core.models.hub import folder_here
from core.models.kinds import kind_of
from core.store.run import Run

SINGLE = 4
"""Bytes of a number in single precision, in which everything is learned."""
UNKNOWN = 500_000_000
"""Bytes of a model of the hub that is not here yet: those of a BERT-base in single precision, and a little."""
CHECKPOINTS = 11
"""Times what learns that is on the disk at most: two checkpoints of four, the best at three moments."""
LEAVES = 2
"""Times its weights that a training leaves: the model and its zip."""
PRETRAINED = 6
"""Times its weights that two checkpoints of a pre-training take."""
LEARNING = 4
"""Times what learns that is in memory beside the weights: gradients, two moments of AdamW, running mean."""
BESIDE = 30_000_000
"""Bytes for what else a run writes."""
BASE_LAYERS, BASE_WIDTHS = 12, 4 * (768 + 768) + 2 * (768 + 3072)
"""Of BERT-base, rows and columns of the matrices of a layer together: what is not here yet is taken for as many of its layers as it has its weights."""
BASE_WEIGHTS = 110_000_000
TWO = 2.3
"""Times the weights of an encoder of which two copies, one with attention to the other, learn to write."""
NARROW_TWO = 2.44
"""The same of the narrow matrices beside them: the table of words has none."""

WITHIN_A_LAYER = re.compile(r"\.(\d+)\.")
BOTTOM = re.compile(r"^(?!.*decoder).*embed|(^|\.)shared\.")
"""In the names of what comes before the layers, and of a table that a decoder shares."""

Shapes = dict[str, tuple[int, ...]]


@dataclass(frozen=True)
class Weights:
    """Numbers of a model, and those of them that learn."""

    total: int
    learned: int
    beside: int = 0
    """Of what learns, the narrow matrices that stand beside the model."""
    guesses: bool = False
    """Whether it is pre-trained on the user's texts first, as a whole."""

    @property
    def on_disk(self) -> int:
        """Bytes that a training takes at most while it works."""
        before = PRETRAINED * self.total if self.guesses else 0
        return SINGLE * (LEAVES * self.total + CHECKPOINTS * self.learned + before) + BESIDE

    @property
    def in_memory(self) -> int:
        """Bytes, without what depends on the batch."""
        first = LEARNING * self.total if self.guesses else 0
        return SINGLE * (self.total + max(first, self.beside + LEARNING * self.learned))


def weights_of(
    choice: ModelChoice,
    project_id: str,
    task: TaskName = "classes",
    *,
    lora: int = 0,
    frozen: int = 0,
    guesses: bool = False,
    there: int | None = None,
) -> Weights:
    """lora: width of the narrow matrices, 0: none; frozen: layers from the bottom that learn nothing, the word embeddings with them;
    there: weights of a model that is not here yet, where they are known.

    By the headers of the weights where these lie on this machine, else by their size.
    """
    shapes = _shapes_of(_folder_of(choice, project_id))
    writes = task == "generation"
    # What is taken once more to write: no layer of it is frozen.
    is_twice = writes and _is_read_only(choice, project_id)
    again = TWO - 1 if is_twice else 0.0
    if not shapes:
        total = round((1 + again) * (there or _size_elsewhere(choice) / SINGLE))
        learned = round(lora * BASE_LAYERS * BASE_WIDTHS * total / BASE_WEIGHTS) if lora else total
        return Weights(total, learned, learned if lora else 0, guesses)

    def learn(taken: Shapes) -> float:
        once, more = (sum(_learned(*each, lora, low, writes) for each in taken.items()) for low in (frozen, 0))
        return once + (NARROW_TWO - 1 if is_twice and lora else again) * more

    total = round((1 + again) * sum(map(_count, shapes.values())))
    beside = learn({name: shape for name, shape in shapes.items() if _is_matrix(name, shape)}) if lora else 0
    return Weights(total, round(learn(shapes)), round(beside), guesses)


def is_known(choice: ModelChoice, project_id: str) -> bool:
    """Whether its weights are known without asking the hub."""
    named = {entry.name for entry in HUB}
    return choice.kind != "hub" or choice.name in named or _folder_of(choice, project_id) is not None


def _learned(name: str, shape: tuple[int, ...], lora: int, frozen: int, writes: bool) -> int:
    """How much of a tensor learns, or learns beside it, as core.models.layers tells heights."""
    within = WITHIN_A_LAYER.search(name)
    is_below = within is not None and int(within[1]) < frozen and "decoder" not in name
    is_bottom = within is None and BOTTOM.search(name) is not None
    if frozen and (is_below or is_bottom):
        return 0
    if not lora:
        return _count(shape)
    if within is not None:
        return lora * sum(shape) if _is_matrix(name, shape) else 0
    # Pooler and head learn as a whole; the table of words, which is the head of a model that writes, does not.
    return 0 if writes or is_bottom or max(shape, default=0) > 10 * min(shape, default=1) else _count(shape)


def _is_matrix(name: str, shape: tuple[int, ...]) -> bool:
    """Of a linear layer within the layers."""
    return WITHIN_A_LAYER.search(name) is not None and len(shape) == 2 and "embed" not in name


def _count(shape: tuple[int, ...]) -> int:
    found = 1
    for side in shape:
        found *= side
    return found


def _folder_of(choice: ModelChoice, project_id: str) -> Path | None:
    if choice.kind == "embedded":
        return embedded_path()
    if choice.kind == "hub":
        return folder_here(choice.name) if choice.name else None
    if choice.kind == "folder":
        return Path(choice.name).expanduser() if choice.name else None
    return Run(project_id, choice.name).model_folder


def _is_read_only(choice: ModelChoice, project_id: str) -> bool:
    """Whether it is made to write by taking it twice; that is what most models are."""
    folder = _folder_of(choice, project_id)
    try:
        return folder is None or kind_of(read_config(folder)) != "writer"
    except UserError:
        return True


def _size_elsewhere(choice: ModelChoice) -> int:
    known = {entry.name: entry.size for entry in (EMBEDDED, *HUB)}
    return known.get(choice.name, UNKNOWN)


def _shapes_of(folder: Path | None) -> Shapes:
    """Of each tensor by its name; nothing for a folder that cannot be read: whoever launches is told of that elsewhere."""
    if folder is None:
        return {}
    found: Shapes = {}
    try:
        for path in weight_files(folder):
            about = path.stat()
            found |= _header(path, about.st_size, about.st_mtime_ns)
    except (UserError, OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
    return found


@lru_cache(maxsize=100)
def _header(path: Path, size: int, _changed: int) -> Shapes:
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if not 0 < length <= size - 8:
            raise ValueError(length)
        header = json.loads(file.read(length))
    return {name: tuple(facts["shape"]) for name, facts in header.items() if name != "__metadata__"}
