"""What is known of a model before the launch, from its config.json: whether it will do, how long its inputs are, what its head knows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.data.columns import TaskName
from core.errors import UserError
from core.models.catalogue import embedded_path
from core.models.choice import ModelChoice
from core.models.files import check_files, check_length, read_config
from core.models.hub import check_hub, folder_here
from core.models.kinds import READING, TWICE, WRITING, kind_of, most_tokens
from core.models.transfer import Transfer, transfer_for
from core.store.run import Run, open_run
from core.words import N_

LONGEST = 512
"""Word pieces that the encoders of the catalogue can read, and the most that a training takes."""


def check_choice(
    choice: ModelChoice, project_id: str, max_tokens: int | None = None, task: TaskName = "classes"
) -> None:
    """Says now what would fail later; a model of the hub that is not here is looked up there.

    max_tokens: the longest input wanted. Raises UserError: those of check_hub and check_files, run_has_no_model, model_too_short,
    model_cannot_write.
    """
    kinds = WRITING if task == "generation" else READING
    shown: Any = choice.name
    if choice.kind == "embedded":
        return
    if choice.kind == "hub":
        config = check_hub(choice.name, kinds)
    elif choice.kind == "folder":
        config = check_files(Path(choice.name).expanduser(), kinds)
    else:
        run = open_run(project_id, choice.name)
        number = run.record().number
        if not run.has_model():
            raise UserError("run_has_no_model", run=number)
        config = check_files(run.model_folder, kinds)
        shown = {"message": N_("Training {run}"), "run": number}
    if task == "generation" and kind_of(config) == "reader" and config["model_type"] not in TWICE:
        raise UserError("model_cannot_write", model=shown, kind=config["model_type"])
    if max_tokens is not None:
        check_length(config, shown, max_tokens)


def config_here(choice: ModelChoice, project_id: str) -> dict[str, Any] | None:
    """The config.json of a choice as far as it lies on this machine; None where it does not, or cannot be read."""
    folder: Path | None = embedded_path()
    if choice.kind == "hub":
        folder = folder_here(choice.name) if choice.name else None
    elif choice.kind == "folder":
        folder = Path(choice.name).expanduser()
    elif choice.kind == "run":
        folder = Run(project_id, choice.name).model_folder
    try:
        return read_config(folder) if folder is not None else None
    except UserError:
        return None


def longest_setting(choice: ModelChoice, project_id: str) -> int:
    """Word pieces that an input may be set to: what the model reads at once, as far as that is known here, and LONGEST at most."""
    config = config_here(choice, project_id)
    return min(LONGEST, (most_tokens(config) if config is not None else None) or LONGEST)


def transfer_to(choice: ModelChoice, project_id: str, task: TaskName, labels: Sequence[str]) -> Transfer:
    """What becomes of its head with these labels; that of a model that is not here yet shows when it is loaded."""
    return transfer_for(config_here(choice, project_id) or {}, task, labels)
