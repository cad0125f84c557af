"""How much a model weighs on the disk, and what a training of it takes there."""

from __future__ import annotations

from pathlib import Path

from core.models.catalogue import embedded_folder
from core.models.choice import ModelChoice
from core.models.hub import folder_here
from core.store.run import Run

UNKNOWN = 500_000_000
"""Bytes of a model of the hub that is not here yet: those of a BERT-base in single precision, and a little."""
COPIES = 13
"""Times its weights that a training takes at most: two checkpoints (weights, their mean, two moments of AdamW: 4 each), the best
at three moments, the model, its zip."""
BESIDE = 30_000_000
"""Bytes for what else a run writes."""


def weights_size(choice: ModelChoice, project_id: str) -> int:
    """Bytes of the weights that a training starts from."""
    folder: Path | None
    if choice.kind == "embedded":
        folder = embedded_folder()
    elif choice.kind == "hub":
        folder = folder_here(choice.name)
    elif choice.kind == "folder":
        folder = Path(choice.name).expanduser()
    else:
        folder = Run(project_id, choice.name).model_folder
    files = list(folder.glob("model*.safetensors")) if folder is not None else []
    return sum(path.stat().st_size for path in files) or UNKNOWN


def training_size(choice: ModelChoice, project_id: str) -> int:
    """Bytes that a training of this model may take on the disk while it works."""
    return COPIES * weights_size(choice, project_id) + BESIDE
