"""What is known of a model before the launch, from its config.json: whether it will do, how long its inputs are, what its head knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from core.data.columns import TaskName
from core.errors import UserError
from core.models.catalogue import EMBEDDED_NAME, embedded_path
from core.models.choice import ModelChoice
from core.models.files import check_files, check_kind, check_length, read_config
from core.models.hub import check_hub, folder_here, is_here
from core.models.kinds import GUESSLESS, READING, TWICE, WRITING, head_labels, kind_of, layer_count, most_tokens
from core.models.transfer import PROBLEMS, Transfer, transfer_for
from core.store.run import Run, open_run
from core.words import N_

LONGEST = 512
"""Word pieces that the encoders of the catalogue can read, and the most that a training takes."""


def check_choice(
    choice: ModelChoice,
    project_id: str,
    max_tokens: int | None = None,
    task: TaskName = "classes",
    *,
    guesses_words: bool = False,
    frozen: int = 0,
) -> None:
    """Says now what would fail later; a model of the hub that is not here is looked up there.

    max_tokens: the longest input wanted; guesses_words: whether it is to be pre-trained on the user's texts first; frozen: layers that
    learn nothing. Raises UserError: those of check_hub and check_files, run_has_no_model, model_too_short, model_cannot_write,
    no_pretraining, nothing_learns.
    """
    kinds = WRITING if task == "generation" else READING
    shown: Any = choice.name if choice.kind != "embedded" else EMBEDDED_NAME
    if guesses_words and task == "generation":
        raise UserError("no_pretraining", model=shown)
    if choice.kind == "embedded":
        config = config_here(choice, project_id) or {}
        check_frozen(config, shown, task, frozen)
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
        shown = {"message": N_("Training {run}"), "run": number}
        # Where it lies on this machine is no name for it.
        check_kind(read_config(run.model_folder), shown, kinds)
        config = check_files(run.model_folder, kinds)
    if task == "generation" and kind_of(config) == "reader" and config["model_type"] not in TWICE:
        raise UserError("model_cannot_write", model=shown, kind=config["model_type"])
    if guesses_words and config["model_type"] in GUESSLESS:
        raise UserError("no_pretraining", model=shown)
    if max_tokens is not None:
        check_length(config, shown, max_tokens)
    check_frozen(config, shown, task, frozen)


def check_frozen(config: Mapping[str, Any], model: Any, task: TaskName, frozen: int) -> None:
    """model: its name, or a message with facts. Raises UserError("nothing_learns") where no layer of what has no head is left to learn."""
    layers = layer_count(config)
    if task == "matching" and layers is not None and frozen >= layers:
        raise UserError("nothing_learns", model=model, layers=layers)


def check_here(choice: ModelChoice, project_id: str, task: TaskName) -> None:
    """The same at once, as far as it can be said without asking the hub. Raises UserError as check_choice does."""
    if choice.kind == "embedded" or (choice.name and (choice.kind != "hub" or is_here(choice.name))):
        check_choice(choice, project_id, task=task)


def lacks_head(choice: ModelChoice, project_id: str, task: TaskName) -> bool:
    """Whether a model that lies on this machine has no head for labels, or a number, that this task could go on with."""
    config = config_here(choice, project_id) if choice.kind != "embedded" and task in PROBLEMS else None
    return config is not None and not head_labels(config)


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


def writes_modestly(choice: ModelChoice, project_id: str) -> bool:
    """Whether, asked to write, it is an encoder made twice, which has to learn writing; not said of one that is not here yet."""
    config = config_here(choice, project_id)
    return config is not None and (kind_of(config) == "reader" or config["model_type"] == "encoder-decoder")


def longest_setting(choice: ModelChoice, project_id: str) -> int:
    """Word pieces that an input may be set to: what the model reads at once, as far as that is known here, and LONGEST at most."""
    config = config_here(choice, project_id)
    return min(LONGEST, (most_tokens(config) if config is not None else None) or LONGEST)


def transfer_to(choice: ModelChoice, project_id: str, task: TaskName, labels: Sequence[str]) -> Transfer:
    """What becomes of its head with these labels; that of a model that is not here yet shows when it is loaded."""
    return transfer_for(config_here(choice, project_id) or {}, task, labels)
