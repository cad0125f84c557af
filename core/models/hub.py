"""Models of the hub: is it there, and bring it here. Only safetensors, tokenizer files and JSON are ever fetched."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from json import JSONDecodeError
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from core.errors import UserError
from core.models.files import CONFIG, check_files, check_kind, check_known, check_names, read_config
from core.models.kinds import READING, Kind, auto_class

WANTED = ["*.json", "model*.safetensors", "*.txt", "*.model"]
ROBOT = "SFconvertbot"
PATIENCE = 10
"""Seconds to wait for the hub's first answer."""


def is_here(name: str) -> bool:
    """Whether the model was fetched before and can be used without internet."""
    return folder_here(name) is not None


def folder_here(name: str, also: Sequence[str] = ()) -> Path | None:
    """The folder of a model that was fetched before, whole; None when it was not. also: patterns of further files."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    wanted = [*WANTED, *also]
    try:
        for revision in (None, *_proposals_here(name)):
            with suppress(LocalEntryNotFoundError):
                found = snapshot_download(name, revision=revision, allow_patterns=wanted, local_files_only=True)
                if any(Path(found).glob("model*.safetensors")):
                    return Path(found)
    except HFValidationError:
        return None
    return None


def _proposals_here(name: str) -> list[str]:
    """The proposals to a model of which something was fetched before."""
    from huggingface_hub.constants import HF_HUB_CACHE
    from huggingface_hub.file_download import repo_folder_name

    refs = Path(HF_HUB_CACHE) / repo_folder_name(repo_id=name, repo_type="model") / "refs" / "refs" / "pr"
    return [f"refs/pr/{path.name}" for path in sorted(refs.glob("*"))]


def check_hub(name: str, kinds: Collection[Kind] = READING) -> dict[str, Any]:
    """The config.json of a model that can be had and fine-tuned: seen in its list of files, before the weights are fetched.

    Raises UserError: model_not_found, hub_unreachable, model_no_safetensors, and those of core.models.files.
    """
    if (here := folder_here(name)) is not None:
        return check_files(here, kinds)
    from huggingface_hub import hf_hub_download

    with _translated(name):
        about, revision = _about(name)
        files = [entry.rfilename for entry in about.siblings or []]
        if CONFIG not in files:
            raise UserError("model_unknown", model=name, name="?")
        with TemporaryDirectory() as aside:
            hf_hub_download(
                name, CONFIG, revision=about.sha if revision else None, local_dir=aside, etag_timeout=PATIENCE
            )
            config = read_config(Path(aside))
    check_kind(config, name, kinds)
    check_names(files, name, config)
    check_known(config, name)
    return config


def weights_there(name: str) -> int:
    """How many weights a model of the hub has, by what the hub knows of its safetensors; else by the size of its files.

    Raises UserError: model_not_found, hub_unreachable, model_no_safetensors.
    """
    with _translated(name):
        about, _ = _about(name)
    if about.safetensors is not None:
        return int(about.safetensors.total)
    sizes = [entry.size or 0 for entry in about.siblings or [] if _is_weights(entry.rfilename)]
    if not sum(sizes):
        raise UserError("model_no_safetensors", model=name, auto="AutoModel")
    return sum(sizes) // 4


def _is_weights(name: str) -> bool:
    return name.startswith("model") and name.endswith(".safetensors")


def _about(name: str) -> tuple[Any, str | None]:
    """What the hub says of a model, and of which revision: where it has old weights only, of the safetensors that are proposed."""
    from huggingface_hub import HfApi

    about = HfApi().model_info(name, timeout=PATIENCE, files_metadata=True)
    if any(_is_weights(entry.rfilename) for entry in about.siblings or []):
        return about, None
    revision = _revision_with_safetensors(name)
    if revision is None:
        return about, None
    return HfApi().model_info(name, revision=revision, timeout=PATIENCE, files_metadata=True), revision


def fetch(name: str, also: Sequence[str] = ()) -> Path:
    """The folder of the model on this machine, fetched when it is not here yet. Raises as check_hub does."""
    if (here := folder_here(name, also)) is not None:
        return here
    from huggingface_hub import snapshot_download

    with _translated(name):
        _, revision = _about(name)
        wanted = [*WANTED, *also]
        folder = Path(snapshot_download(name, revision=revision, allow_patterns=wanted, etag_timeout=PATIENCE))
    if not any(folder.glob("model*.safetensors")):
        config = read_config(folder) if (folder / CONFIG).exists() else {}
        raise UserError("model_no_safetensors", model=name, auto=auto_class(config))
    return folder


def _revision_with_safetensors(name: str) -> str | None:
    """Where the hub's own robot proposed safetensors for a model that has old weights only; None where nobody may propose, either."""
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError

    try:
        proposals = list(HfApi().get_repo_discussions(name, author=ROBOT, discussion_type="pull_request"))
    except HfHubHTTPError:
        return None
    return next((f"refs/pr/{one.num}" for one in proposals if one.status == "open" and one.author == ROBOT), None)


@contextmanager
def _translated(name: str) -> Iterator[None]:
    import httpx2  # what huggingface_hub speaks HTTP with
    from huggingface_hub.errors import (
        FileMetadataError,
        HFValidationError,
        LocalEntryNotFoundError,
        RepositoryNotFoundError,
    )

    # An answer that is no JSON is a proxy's or a hotel's page in place of the hub's.
    out_of_reach = (
        httpx2.HTTPError,
        LocalEntryNotFoundError,
        FileMetadataError,
        ConnectionError,
        TimeoutError,
        JSONDecodeError,
    )
    try:
        yield
    except (RepositoryNotFoundError, HFValidationError):
        raise UserError("model_not_found", model=name) from None
    except out_of_reach:
        raise UserError("hub_unreachable", model=name) from None
