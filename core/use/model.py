"""The model of a run, ready to answer. Imports torch: never from a page."""

from __future__ import annotations

from collections.abc import Callable

import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from core.errors import UserError
from core.store.run import Run, open_run
from core.train.batches import encode
from core.train.inference import Activation, FloatArray, answers, softmax
from core.use.meaning import Meaning, meaning_of

Ask = Callable[[list[str], list[str] | None], FloatArray]
"""Texts, and questions or None, to what core.use.meaning reads: (texts, outputs)."""


def load(run: Run) -> tuple[Meaning, Ask]:
    """What the answers mean, and what answers. Raises UserError: run_not_found, run_not_finished."""
    record = open_run(run.project_id, run.id).record()
    if not run.has_model():
        raise UserError("run_not_finished", run=record.number)
    if record.roles.task == "matching":
        from core.use.matching import Matcher

        return meaning_of(run), Matcher(run).probabilities
    max_tokens = int(record.settings["max_tokens"])
    model = AutoModelForSequenceClassification.from_pretrained(run.model_folder, use_safetensors=True)
    tokenizer = AutoTokenizer.from_pretrained(run.model_folder)
    meaning = meaning_of(run)
    activation = activation_of(meaning)

    def ask(texts: list[str], questions: list[str] | None) -> FloatArray:
        return answers(model, tokenizer, encode(tokenizer, texts, questions, max_tokens), activation)

    return meaning, ask


def activation_of(meaning: Meaning) -> Activation:
    """From the logits of a model that has left its training."""
    if meaning.task == "several_labels":
        return torch.sigmoid
    if meaning.task == "number":
        assert meaning.scale is not None
        low, high = meaning.scale
        return lambda logits: logits.clamp(low, high)
    return softmax
