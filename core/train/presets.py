"""Three ways to set the hyperparameters, computed from the size of the table and of the model.

The curves behind the numbers: epochs fall with the cube root of the rows (300 rows: 15, 8,000 rows: 5, 100,000 rows: 2),
which kept every table tried close to its best validation score; see ARCHITECTURE.md, "Presets".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from core.data.columns import TaskName
from core.train.settings import PresetName


class Size(NamedTuple):
    """What a preset looks at. rows: labelled examples; tokens: word pieces of each, where questions find their text of the texts alone; wide: a
    model of BERT-base's size or more; longest: word pieces that the model reads at once, or that Settings allows.
    """

    rows: int
    tokens: Sequence[int]
    wide: bool
    longest: int = 512
    task: TaskName = "classes"
    foreign: bool = False
    """Whether the model is known not to read the language of the texts."""


class _Shape(NamedTuple):
    epochs: float
    """Multiplies the curve."""
    most_epochs: int
    longest: int
    """Upper bound of the longest input, in word pieces."""
    kept: float
    """Share of the texts that must fit whole."""
    patience: int


SHAPES: dict[str, _Shape] = {
    "quick": _Shape(0.4, 6, 128, 0.90, 2),
    "balanced": _Shape(1.0, 20, 384, 0.95, 4),
    "thorough": _Shape(1.6, 40, 512, 0.99, 8),
}


PACES = {"matching": (0.3, 1.0), "generation": (1.0, 3.0), "taught": (1.4, 2.0)}
"""What multiplies epochs and learning rate. matching: a text is read once a batch with all of its questions, and again as a wrong text of
others. taught: whole probabilities are slower to learn than labels, and hard to learn by heart.
"""
TAUGHT_SHARE = 0.75
"""Of what is learned by a model that does not read the language, the share that counted words say (core.train.teaching)."""
STEADY_ROWS = 1000
"""Rows of a table whose tenth is enough to tell a better epoch from luck."""


def preset(name: PresetName, size: Size) -> dict[str, Any]:
    """The fields of Settings that a preset decides, for a table of this size."""
    shape = SHAPES[name]
    rows = max(size.rows, 1)
    # The figures of a small validation part jump about: no reason to end early, and such a training is short.
    patience = shape.patience if rows >= STEADY_ROWS else 0
    is_taught = size.foreign and size.task == "several_labels"
    longer, faster = PACES.get("taught" if is_taught else size.task, (1.0, 1.0))
    epochs = round(15 * (300 / rows) ** (1 / 3) * shape.epochs * longer)
    return {
        "preset": name,
        "epochs": min(max(epochs, 2), shape.most_epochs),
        # A question is told from the texts of its batch: more of them teach more.
        "batch_size": 16 if rows < 2000 and size.task != "matching" else 32,
        "learning_rate": (3e-5 if size.wide else 1e-4) * faster,
        "max_tokens": longest_input(size.tokens, shape.kept, min(shape.longest, size.longest)),
        "warmup_share": 0.1,
        "weight_decay": 0.01,
        "dropout": 0.1,
        "keeps_last": rows < STEADY_ROWS,
        "distillation": TAUGHT_SHARE if is_taught else 0.0,
        "patience": patience,
    }


def longest_input(tokens: Sequence[int], kept: float, most: int) -> int:
    """The smallest multiple of 8 that keeps a share of the texts whole, from 16 on, and `most` where that is less."""
    if not tokens:
        return min(128, most)
    ranked = sorted(tokens)
    needed = ranked[min(len(ranked) - 1, round(kept * (len(ranked) - 1)))]
    return min(max(-(-needed // 8) * 8, 16), most)
