"""The model of a run, ready to answer. Imports torch: never from a page."""

from __future__ import annotations

from collections.abc import Callable

from transformers import AutoModelForSequenceClassification, AutoTokenizer

from core.errors import UserError
from core.store.run import Run, open_run
from core.train.batches import encode
from core.train.inference import FloatArray, probabilities

Ask = Callable[[list[str], list[str] | None], FloatArray]
"""Texts, and questions or None, to probabilities: (texts, labels), rows summing to 1."""


def load(run: Run) -> tuple[list[str], Ask]:
    """The labels in the order of the answers, and what answers. Raises UserError: run_not_found, run_not_finished."""
    record = open_run(run.project_id, run.id).record()
    if not run.has_model():
        raise UserError("run_not_finished", run=record.number)
    max_tokens = int(record.settings["max_tokens"])
    model = AutoModelForSequenceClassification.from_pretrained(run.model_folder, use_safetensors=True)
    tokenizer = AutoTokenizer.from_pretrained(run.model_folder)

    def ask(texts: list[str], questions: list[str] | None) -> FloatArray:
        return probabilities(model, tokenizer, encode(tokenizer, texts, questions, max_tokens))

    return record.labels, ask
