"""The model of a run that writes questions, ready to be asked. Imports torch: never from a page."""

from __future__ import annotations

from collections.abc import Callable

from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

from core.errors import UserError
from core.store.run import Run, open_run
from core.train.batches import encode
from core.train.writing import write

Ask = Callable[[list[str], int], list[list[str]]]
"""Texts, and how many questions of each, to these questions, the likeliest first."""


def load_writer(run: Run) -> Ask:
    """Raises UserError: run_not_found, run_not_finished."""
    record = open_run(run.project_id, run.id).record()
    if not run.has_model():
        raise UserError("run_not_finished", run=record.number)
    max_tokens = int(record.settings["max_tokens"])
    model = AutoModelForSeq2SeqLM.from_pretrained(run.model_folder, use_safetensors=True, attn_implementation="eager")
    tokenizer = AutoTokenizer.from_pretrained(run.model_folder)

    def ask(texts: list[str], ways: int = 1) -> list[list[str]]:
        found = write(model, tokenizer, encode(tokenizer, texts, None, max_tokens), ways=ways)
        return [found[place * ways : (place + 1) * ways] for place in range(len(texts))]

    return ask
