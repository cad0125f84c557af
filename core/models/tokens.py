"""Lengths of texts in word pieces, without torch: what the longest input would cut off."""

from __future__ import annotations

from pathlib import Path

from core.errors import UserError
from core.models.catalogue import check_folder, embedded_path
from core.models.choice import ModelChoice
from core.models.hub import folder_here
from core.store.run import Run
from core.words import N_

SAMPLE = 5000
"""Rows measured: enough for a histogram, quick on any table."""


def tokenizer_file(choice: ModelChoice, project_id: str) -> tuple[Path, bool]:
    """The tokenizer.json to measure with, and whether it is the model's own.

    A model of the hub that is not here yet is measured with the embedded tokenizer.
    """
    own: Path | None = None
    if choice.kind == "run":
        own = Run(project_id, choice.name).model_folder / "tokenizer.json"
    elif choice.kind == "folder" and choice.name:
        own = check_folder(Path(choice.name).expanduser()) / "tokenizer.json"
    elif choice.kind == "hub" and choice.name:
        here = folder_here(choice.name)
        own = here / "tokenizer.json" if here is not None else None
    if own is not None and own.exists():
        return own, True
    return embedded_path() / "tokenizer.json", choice.kind == "embedded"


def count_tokens(tokenizer_json: Path, texts: list[str], questions: list[str] | None = None) -> list[int]:
    """Word pieces of each input, special ones included, nothing cut; the first SAMPLE rows only. Raises UserError("model_folder")."""
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(tokenizer_json))
    except Exception as error:
        # It raises plain Exceptions, whatever is wrong with the file.
        problem = N_("its tokenizer cannot be opened")
        raise UserError("model_folder", folder=tokenizer_json.parent, problem=problem) from error
    tokenizer.no_padding()
    tokenizer.no_truncation()
    inputs = texts[:SAMPLE] if questions is None else list(zip(texts[:SAMPLE], questions[:SAMPLE], strict=True))
    return [len(encoding.ids) for encoding in tokenizer.encode_batch_fast(inputs)]
