"""Models of the hub: is it there, and bring it here. Only safetensors, tokenizer files and JSON are ever fetched."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import UserError

WANTED = ["*.json", "model*.safetensors", "*.txt", "*.model"]
PATIENCE = 10
"""Seconds to wait for the hub's first answer."""


def is_here(name: str) -> bool:
    """Whether the model was fetched before and can be used without internet."""
    from huggingface_hub import try_to_load_from_cache

    return isinstance(try_to_load_from_cache(name, "model.safetensors"), str)


def check_hub(name: str) -> None:
    """Raises UserError when the model cannot be had: model_not_found, hub_unreachable, model_no_safetensors."""
    if is_here(name):
        return
    from huggingface_hub import HfApi

    with _translated(name):
        files = [entry.rfilename for entry in HfApi().model_info(name, timeout=PATIENCE).siblings or []]
    if not any(file.startswith("model") and file.endswith(".safetensors") for file in files):
        raise UserError("model_no_safetensors", model=name)


def fetch(name: str) -> Path:
    """The folder of the model on this machine, fetched when it is not here yet. Raises as check_hub does."""
    from huggingface_hub import snapshot_download

    with _translated(name):
        folder = Path(
            snapshot_download(name, allow_patterns=WANTED, etag_timeout=PATIENCE, local_files_only=is_here(name))
        )
    if not any(folder.glob("model*.safetensors")):
        raise UserError("model_no_safetensors", model=name)
    return folder


@contextmanager
def _translated(name: str) -> Iterator[None]:
    import httpx
    from huggingface_hub.errors import (
        HfHubHTTPError,
        HFValidationError,
        LocalEntryNotFoundError,
        OfflineModeIsEnabled,
        RepositoryNotFoundError,
    )

    try:
        yield
    except (RepositoryNotFoundError, HFValidationError):
        raise UserError("model_not_found", model=name) from None
    except (
        httpx.HTTPError,
        LocalEntryNotFoundError,
        OfflineModeIsEnabled,
        HfHubHTTPError,
        ConnectionError,
        TimeoutError,
    ):
        raise UserError("hub_unreachable", model=name) from None
