"""From a choice of model to a network with a head for these labels. Imports torch: never from a page."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import torch
from huggingface_hub.errors import StrictDataclassError
from safetensors import SafetensorError
from transformers import (
    AutoConfig,
    AutoModelForSequenceClassification,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from core.errors import UserError
from core.models.catalogue import check_folder, embedded_folder
from core.models.choice import ModelChoice
from core.models.files import check_files
from core.models.heads import graft
from core.models.hub import fetch
from core.models.transfer import Problem, transfer
from core.store.run import open_run
from core.words import N_

HIDDEN_DROPOUTS = ("hidden_dropout_prob", "dropout", "classifier_dropout", "seq_classif_dropout")
ATTENTION_DROPOUTS = ("attention_probs_dropout_prob", "attention_dropout")
"""Names of the two kinds of dropout in the configurations of BERT, RoBERTa, CamemBERT, DistilBERT, DeBERTa."""

LEARNED_IN = torch.float32
"""Whatever a model was saved in: in half precision AdamW's steps vanish, or the loss becomes infinite."""

UNREADABLE = (
    *(OSError, ValueError, KeyError, RuntimeError, TypeError, AttributeError, ArithmeticError),
    *(SafetensorError, StrictDataclassError),
)
"""What transformers raises for files that are damaged or do not belong together, and for a config.json with words where numbers belong."""


def source_folder(choice: ModelChoice, project_id: str) -> Path:
    """Where the weights of a choice lie on this machine, fetched from the hub if need be. Raises UserError."""
    if choice.kind == "embedded":
        return embedded_folder()
    if choice.kind == "hub":
        return fetch(choice.name)
    if choice.kind == "folder":
        return check_folder(Path(choice.name).expanduser())
    run = open_run(project_id, choice.name)
    if not run.has_model():
        raise UserError("run_has_no_model", run=run.record().number)
    return run.model_folder


def load_classifier(
    folder: Path, labels: list[str], dropout: float, problem: Problem = "single_label_classification"
) -> tuple[PreTrainedModel, PreTrainedTokenizerBase, bool]:
    """A model with one output a label, its tokenizer, and whether its head is new (and so knows nothing yet).

    The head of a model that knows these labels is kept, in whatever order and among whatever others they stand,
    and that of a model that gives a number, on whatever scale (core.models.transfer). Dropout inside attention stays off: on a processor it doubles the time of a step.
    Raises UserError: model_folder, model_no_safetensors, model_kind, model_unknown, model_quantised.
    """
    found = transfer(check_files(folder), labels, problem)
    grafted = found.state in ("reordered", "partly")
    try:
        config = AutoConfig.from_pretrained(folder)
        _name_labels(config, found.former if grafted else labels, problem)
        set_dropouts(config, dropout)
        model, report = opened(AutoModelForSequenceClassification, folder, config)
    except UNREADABLE as error:
        # The log gets the whole chain; on screen stands a sentence.
        raise UserError("model_folder", folder=folder, problem=N_("its files cannot be opened together")) from error
    tokenizer = load_tokenizer(folder, model)
    missing, inner = missing_in(report), f"{model.base_model_prefix}."
    refuse_chance(folder, {name for name in missing if name.startswith(inner)})
    lacks_head = any(not name.startswith(inner) for name in missing)
    if grafted and not lacks_head:
        graft(model, [row for row in found.rows if row is not None])
        _name_labels(model.config, labels, problem)
        return model, tokenizer, False
    return model, tokenizer, lacks_head or found.state not in ("kept", "scaled")


def opened(kind: Any, folder: Path, config: Any) -> tuple[PreTrainedModel, dict[str, Any]]:
    """The weights of a folder as this kind of model, one of transformers' Auto classes, and the report on their loading.

    Raises UNREADABLE.
    """
    # Plain attention is quicker on a processor than the fused one (ARCHITECTURE.md, "Speed").
    model, report = kind.from_pretrained(
        folder,
        config=config,
        use_safetensors=True,
        ignore_mismatched_sizes=True,
        attn_implementation="eager",
        dtype=LEARNED_IN,
        output_loading_info=True,
    )
    return model, report


def load_tokenizer(folder: Path, model: PreTrainedModel) -> PreTrainedTokenizerBase:
    """The tokenizer of a model, which knows every word piece that it gives. Raises UserError("model_folder")."""
    try:
        tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(folder)
    except (*UNREADABLE, ImportError) as error:
        raise UserError("model_folder", folder=folder, problem=N_("its tokenizer cannot be opened")) from error
    if tokenizer.pad_token_id is None:
        raise UserError(
            "model_folder", folder=folder, problem=N_("its tokenizer has no piece that fills up short texts")
        )
    known = _known_pieces(model)
    if known is not None and len(tokenizer) > known:
        pieces = N_("its tokenizer has {pieces} word pieces, and the model knows {known}: they do not belong together")
        facts = {"message": pieces, "pieces": len(tokenizer), "known": known}
        raise UserError("model_folder", folder=folder, problem=facts)
    return tokenizer


def _known_pieces(model: PreTrainedModel) -> int | None:
    """None for a model that reads letters, and has no table of them (CANINE)."""
    try:
        return int(cast(Any, model.get_input_embeddings()).weight.shape[0])
    except NotImplementedError:
        return None


def missing_in(report: dict[str, Any]) -> set[str]:
    """Names of the weights that were not found, or were of another shape, by transformers' report on its loading."""
    return {str(name) for name in report["missing_keys"]} | {str(entry[0]) for entry in report["mismatched_keys"]}


def refuse_chance(folder: Path, missing: set[str]) -> None:
    """transformers puts random numbers where weights are missing: then what was learned from millions of texts is not there.

    missing: of what must be there; a pooler may lack. Raises UserError("model_folder").
    """
    if inner := sorted(name for name in missing if "pooler" not in name.split(".")):
        print(f"weights that are missing or of another shape: {', '.join(inner[:20])}", flush=True)
        raise UserError(
            "model_folder", folder=folder, problem=N_("its weights are not those that config.json describes")
        )


def _name_labels(config: Any, labels: list[str], problem: Problem) -> None:
    config.num_labels = len(labels)
    config.id2label = dict(enumerate(labels))
    config.label2id = {label: place for place, label in enumerate(labels)}
    config.problem_type = problem


def set_dropouts(config: Any, dropout: float) -> None:
    """Dropout in the layers, none inside attention, under the names that the configuration knows."""
    for name in HIDDEN_DROPOUTS:
        _set_known(config, name, dropout)
    for name in ATTENTION_DROPOUTS:
        _set_known(config, name, 0.0)


def _set_known(config: Any, name: str, value: float) -> None:
    if getattr(config, name, None) is not None or (name == "classifier_dropout" and hasattr(config, name)):
        setattr(config, name, value)
