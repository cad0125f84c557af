"""MarianMT models on this machine: from the hub or a folder, made small and quick once, kept under PARAFINE_HOME."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

from core.augment.engines.pace import rest
from core.errors import UserError
from core.home import home, locks_folder, read_json, require_room, write_json
from core.models.hub import fetch
from core.words import N_

PIECES = ("source.spm", "target.spm")
"""What cuts the texts of either language into word pieces."""


def models_folder() -> Path:
    return home() / "engines" / "marian"


def is_converted(name: str, precision: str) -> bool:
    return (_place(name, precision) / "model.bin").exists()


def converted(name: str, precision: str) -> Path:
    """The folder of a model as CTranslate2 reads it, made at the first call; other processes wait for it.

    name: of the hub, or the path of a folder. precision: of the weights, int8 or float32. Raises UserError (as core.models.hub does, and model_folder), GivenUp, OSError.
    """
    place = _place(name, precision)
    lock = FileLock(locks_folder() / f"marian-{place.name}.lock")
    while not is_converted(name, precision):
        rest(0)
        with suppress(Timeout), lock.acquire(timeout=0.5):
            if not is_converted(name, precision):
                _convert(_source(name), place, precision)
    return place


def _place(name: str, precision: str) -> Path:
    folder = Path(name).expanduser()
    if not folder.is_dir():
        return models_folder() / f"{name.replace('/', '--')}-{precision}"
    weights = [
        (path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in sorted(folder.glob("*.safetensors"))
    ]
    digest = hashlib.sha256(f"{folder.resolve()} {weights}".encode()).hexdigest()[:12]
    return models_folder() / f"{folder.name}-{digest}-{precision}"


def _source(name: str) -> Path:
    folder = Path(name).expanduser()
    source = folder if folder.is_dir() else fetch(name, PIECES)
    if not any(source.glob("model*.safetensors")):
        raise UserError("model_no_safetensors", model=name, auto="AutoModelForSeq2SeqLM")
    for file in (*PIECES, "config.json", "vocab.json"):
        if not (source / file).exists():
            raise UserError("model_folder", folder=source, problem=file)
    return source


def _convert(source: Path, place: Path, precision: str) -> None:
    """Aside first: a folder that is there is whole."""
    from ctranslate2.converters import TransformersConverter

    require_room(2 * sum(path.stat().st_size for path in source.glob("model*.safetensors")))
    place.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{place.name}.", dir=place.parent))
    try:
        try:
            TransformersConverter(str(source)).convert(str(aside), quantization=precision, force=True)
        except Exception as error:
            if isinstance(error, OSError) and error.errno:
                raise
            problem = N_("its files cannot be opened together")
            raise UserError("model_folder", folder=source, problem=problem) from error
        for file in PIECES:
            shutil.copyfile(source / file, aside / file)
        tokens = read_json(aside / "shared_vocabulary.json") if (aside / "shared_vocabulary.json").exists() else []
        write_json(aside / "targets.json", [token for token in tokens if token.startswith(">>")])
        aside.replace(place)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
